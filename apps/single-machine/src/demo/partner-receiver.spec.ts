import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { Webhook } from 'standardwebhooks';
import { createPartnerReceiver } from './partner-receiver.js';
import { PartnerRecordFile } from './partner-records.js';

const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const BODY = JSON.stringify({
  type: 'article.published',
  timestamp: '2025-01-03T00:00:00+08:00',
  data: {
    version: 1,
    previousVersion: null,
    sequence: 1,
    note: null,
    article: {
      uri: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      version: '1',
      pubStatus: 'usable',
      headlines: [
        { role: 'kicker', value: '济宁高新区' },
        { role: 'main', value: '橙香连鲁渝 <共谱>振兴曲' },
      ],
    },
  },
});

describe('the demo partner', () => {
  let folder: TemporaryDataDir;
  let file: string;
  let server: Server;
  let url: string;
  /** Closed for its first delivery alone. */
  let closedForMs = 0;

  beforeEach(async () => {
    folder = temporaryDataDir();
    file = join(folder.path, 'received.jsonl');
    closedForMs = 0;
    await open();
  });
  afterEach(async () => {
    await close();
    await folder.remove();
  });

  async function open(): Promise<void> {
    server = createPartnerReceiver(SECRET, new PartnerRecordFile(file), closedForMs);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function close(): Promise<void> {
    await new Promise((closed) => server.close(closed));
  }

  async function push(id: string, body = BODY, changed: Record<string, string> = {}): Promise<number> {
    const now = new Date();
    const headers = {
      connection: 'close',
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(id, now, body),
      ...changed,
    };
    return (await fetch(`${url}/hook`, { method: 'POST', headers, body })).status;
  }

  function results(): [string, string][] {
    return new PartnerRecordFile(file).all.map(({ webhookId, result }) => [webhookId, result]);
  }

  it('refuses its first delivery, takes the second attempt, and takes nothing twice', async () => {
    expect([await push('a'), await push('a'), await push('a'), await push('b')]).toEqual([
      503, 200, 200, 200,
    ]);
    expect(results()).toEqual([
      ['a', 'refused'],
      ['a', 'taken'],
      ['a', 'repeated'],
      ['b', 'taken'],
    ]);
  });

  it('stays closed for its time, says when to come again, and then takes what it refused', async () => {
    await close();
    closedForMs = 400;
    await open();
    expect([await push('a'), await push('b')]).toEqual([503, 503]);
    await pollUntil('open again', async () => (await push('a')) === 200, { timeoutMs: 10_000 });
    expect(await push('b')).toBe(200);
    const [first, ...later] = new PartnerRecordFile(file).all;
    const taken = later.filter(({ result }) => result === 'taken');
    expect(taken.map(({ webhookId }) => webhookId)).toEqual(['a', 'b']);
    expect(Date.parse(taken[0]?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(400);
  });

  it('remembers over a restart, a torn last line included', async () => {
    await push('a');
    await push('a');
    await close();
    appendFileSync(file, '{"at":"2025');
    await open();
    expect(await push('a')).toBe(200);
    expect(results().at(-1)).toEqual(['a', 'repeated']);
  });

  it('takes nothing that is unsigned, wrongly signed, or not what was agreed', async () => {
    await push('first');
    const foreign = new Webhook(randomBytes(24).toString('base64')).sign('x', new Date(), BODY);
    expect(await push('x', BODY, { 'webhook-signature': foreign })).toBe(400);
    expect(await push('x', BODY, { 'webhook-timestamp': '1' })).toBe(400);
    expect(await push('x', BODY, { 'content-type': 'text/plain' })).toBe(415);
    expect(await push('x', '{"type":"article.published"}')).toBe(422);
    expect(new Set(results().map(([, result]) => result))).toEqual(new Set(['refused']));
  });

  it('shows people what it has and what it got, and nothing of what was withdrawn', async () => {
    await push('a');
    await push('a');
    const shown = async () => (await fetch(url, { headers: { connection: 'close' } })).text();
    const page = await shown();
    expect(page).toContain('橙香连鲁渝 &lt;共谱>振兴曲');
    expect(page).toContain('503');
    const parsed = JSON.parse(BODY) as { data: { article: object } };
    const { headlines: _, ...article } = parsed.data.article as { headlines: unknown };
    await push(
      'b',
      JSON.stringify({
        ...parsed,
        type: 'article.withdrawn',
        data: { ...parsed.data, article: { ...article, pubStatus: 'canceled' } },
      }),
    );
    const after = await shown();
    expect(after).toContain('（本稿已撤下）');
    expect(after).not.toContain('橙香连鲁渝');
  });
});
