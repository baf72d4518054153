import type { Wording } from './wording.js';

const paused = {
  operator: 'was paused by an operator',
  outlet: 'was paused by what its outlet answered',
} as const;

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

export const en: Wording = {
  severities: { info: 'Info', warning: 'Warning', critical: 'Critical' },
  ended: 'Over',
  title: (alarms) => (alarms === 1 ? 'Newsrelay alarm' : `Newsrelay: ${alarms} alarms`),
  omitted: (alarms) => `${alarms} more are not listed here: see the console.`,
  test: { title: 'Newsrelay alarm test', text: 'This is a test: alarms reach this place.' },
  events: {
    'channel.paused': ({ subject, detail }) =>
      `The channel "${detail.name}" (${subject}) ${paused[detail.by]}: ${detail.reason}`,
    'channel.auto-paused': ({ subject, detail }) =>
      `The channel "${detail.name}" (${subject}) did nothing but fail and was paused: ${detail.reason}`,
    'channel.resumed': ({ subject, detail }) => `The channel "${detail.name}" (${subject}) sends again`,
    'delivery.dead': ({ subject, detail }) =>
      `A delivery failed for good: channel ${detail.channel}, article ${detail.article}, version ${detail.version} (${subject})${because(detail.reason)}`,
    'delivery.unknown': ({ subject, detail }) =>
      `Nobody knows whether a delivery arrived, somebody must look: channel ${detail.channel}, article ${detail.article}, version ${detail.version} (${subject})${because(detail.reason)}`,
    'breaker.opened': ({ subject, detail }) => `No more attempts to ${subject} for now: ${detail.reason}`,
    'breaker.closed': ({ subject }) => `${subject} is attempted again`,
    'withdrawal.overdue': ({ detail }) =>
      `Withdrawals not done by every channel: ${detail.count}, the oldest for ${duration(detail.oldestSeconds)}`,
    'queue.stuck': ({ subject, detail }) =>
      `The queue "${subject}" stands still: a delivery has been due for ${duration(detail.oldestSeconds)}`,
    'outbox.stuck': ({ detail }) =>
      `Events do not leave: ${detail.count} wait, the oldest for ${duration(detail.oldestSeconds)}`,
    'source.quiet': ({ subject, detail }) =>
      detail.lastAt === null
        ? `The source "${subject}" has never sent anything`
        : `The source "${subject}" has sent nothing for ${duration(detail.quietSeconds)}`,
    'service.down': ({ subject, detail }) =>
      `No instance of the service ${subject} runs, since ${duration(detail.silentSeconds)}`,
    'feed.silent': ({ detail: { channel, token, silentSeconds, lastAt } }) => {
      const who = token === null ? 'no request from anybody' : `no request from the partner "${token}"`;
      return `Feed ${channel}: ${who}${lastAt === null ? ' ever' : ''}, for ${duration(silentSeconds)}`;
    },
    'feed.overpolled': ({ detail }) =>
      `Feed ${detail.channel}: the partner "${detail.token}" asks too often, ${detail.polls} times within an hour, ${detail.full} of them answered in full`,
  },
};

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : `: ${reason}`;
}
