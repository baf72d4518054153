import { describe, expect, it } from '@jest/globals';
import { OutboundFailure } from '@newsrelay/channel-kit/outbound-http';
import {
  MailRefusal,
  type MailMessage,
  type MailReceipt,
  type MailServer,
  type OutboundMail,
} from '@newsrelay/channel-kit/outbound-mail';
import { alarmOf, floodOf, HOSTILE, PAUSED, STUCK } from '../alarms.fixture.js';
import type { Alarm } from '../sink.js';
import { emailSink } from './email.js';

/* What a mail client does on the wire is the spec of libs/outbound; here is what is written, and what an answer means. */

const settings = emailSink.manifest.settings.parse({
  host: 'Mail.Desk.example',
  from: 'newsrelay@desk.example',
  to: ['duty@desk.example'],
  username: 'desk',
});
const secrets = emailSink.manifest.secrets.parse({ password: '秘密' });

async function send(alarms: readonly Alarm[], answer: () => Promise<MailReceipt>) {
  const sent: { server: MailServer; message: MailMessage }[] = [];
  const mail: OutboundMail = {
    send: (server, message) => {
      sent.push({ server, message });
      return answer();
    },
  };
  const http = { request: () => Promise.reject(new Error('no HTTP here')) };
  const message = { id: 'alm_1', language: 'zh', alarms } as const;
  const now = new Date('2025-01-03T01:00:05Z');
  return { result: await emailSink.send(message, { settings, secrets }, { http, mail, now }), sent };
}
const taken = () => Promise.resolve({ response: '250 OK', rejected: [] });

describe('the e-mail sink', () => {
  it('writes one alarm into the subject, and the same id for a repeat', async () => {
    const { result, sent } = await send([alarmOf(PAUSED)], taken);
    expect(result).toMatchObject({ outcome: 'sent', status: 250 });
    expect(sent).toEqual([
      {
        server: {
          host: 'mail.desk.example',
          port: 465,
          security: 'tls',
          login: { username: 'desk', password: '秘密' },
        },
        message: {
          from: 'newsrelay@desk.example',
          to: ['duty@desk.example'],
          subject:
            'Newsrelay 告警: 严重 渠道“合作日报”（partner-daily）因对方应答而暂停：the outlet says this address is gone for good (410)',
          text: '[严重] 2025-01-03 09:00:00\n渠道“合作日报”（partner-daily）因对方应答而暂停：the outlet says this address is gone for good (410)\n',
          messageId: 'alm_1@desk.example',
          at: new Date('2025-01-03T01:00:05Z'),
        },
      },
    ]);
  });

  it('gathers many into one, without leaving any out', async () => {
    const { sent } = await send([alarmOf(STUCK), ...floodOf(199)], taken);
    expect(sent[0]?.message.subject).toBe('Newsrelay 告警（200 条）');
    expect(sent[0]?.message.text.match(/dlv_\d+/g)).toHaveLength(199);
  });

  it('that some recipients got is sent, and says who did not', async () => {
    const { result } = await send([alarmOf(STUCK)], () =>
      Promise.resolve({ response: '250 OK', rejected: ['chief@desk.example'] }),
    );
    expect(result).toMatchObject({ outcome: 'sent', error: expect.stringContaining('chief') as unknown });
  });

  it('keeps its subject to one line', async () => {
    const { sent } = await send([alarmOf(HOSTILE)], taken);
    expect(sent[0]?.message.subject).not.toMatch(/[\r\n\0]/);
    expect(sent[0]?.message.subject.length).toBeLessThanOrEqual(200);
  });

  it.each([
    [new MailRefusal(451, 'greylisted'), { outcome: 'failed', status: 451 }],
    [new MailRefusal(550, 'no such user'), { outcome: 'refused', status: 550 }],
    [new MailRefusal(null, 'rejected'), { outcome: 'refused', status: null }],
    [new OutboundFailure('timeout', true, 'late'), { outcome: 'failed', status: null }],
    [new OutboundFailure('refused-target', false, 'private'), { outcome: 'refused', status: null }],
  ])('classifies %s', async (failure, expected) => {
    const { result } = await send([alarmOf(STUCK)], () => Promise.reject(failure));
    expect(result).toMatchObject({ ...expected, error: failure.message });
  });

  it.each([
    [{ from: 'desk' }, 'from'],
    [{ to: [] }, 'to'],
    [{ to: ['a@b.example\r\nBcc: x@y.example'] }, 'to'],
    [{ port: 0 }, 'port'],
    [{ security: 'ssl' }, 'security'],
    [{ password: 'x' }, ''],
  ])('takes no settings with %j', (wrong, path) => {
    const given = { host: 'mail.desk.example', from: 'a@b.example', to: ['c@d.example'], ...wrong };
    const { error } = emailSink.manifest.settings.safeParse(given);
    expect(String(error?.issues[0]?.path[0] ?? '')).toBe(path);
  });
});
