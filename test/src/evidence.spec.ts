import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { answering, inTurn, PartnerPaths } from './harness/partner-paths.js';
import { accept } from './harness/partner-receiver.js';
import { sampleArticle } from './harness/sample-article.js';

const WAIT = { timeoutMs: 15_000 };
const COMMAND = join(import.meta.dirname, '../../apps/single-machine/dist/main.js');

describe('evidence of a withdrawal', () => {
  let system: NewsrelaySystem;
  let partner: PartnerPaths;
  const folder = mkdtempSync(join(tmpdir(), 'newsrelay-evidence-'));

  beforeAll(async () => {
    partner = await PartnerPaths.start();
    system = await NewsrelaySystem.start({
      services: ['ingest', 'transform', 'publish', 'console'],
      retrySchedule: `0,${Array(40).fill('0.1').join(',')}`,
    });
    for (const id of ['one', 'two']) {
      const settings = { url: partner.receiver.url(`/${id}`) };
      await system.api.createChannel({ id, type: 'webhook', name: id, settings });
    }
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.receiver.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const delivered = (id: string, action: string) =>
    pollUntil(
      `both ${action}`,
      async () => {
        const all = await system.api.deliveriesOf(id);
        return all.filter((each) => each.action === action && each.state === 'delivered').length === 2;
      },
      WAIT,
    );
  const verify = (text: string, ...known: string[]) => {
    const path = join(folder, 'evidence.json');
    writeFileSync(path, text);
    const { status, stdout } = spawnSync(process.execPath, [COMMAND, 'verify-evidence', path, ...known], {
      encoding: 'utf8',
    });
    return { status, stdout };
  };

  it('is exported with each attempt at each outlet, and a changed file is found out', async () => {
    const { id } = (await system.api.post(sampleArticle({}))).body;
    await delivered(id, 'publish');
    partner.set('/two', inTurn(answering(503, {}, '稍后再来'), accept));
    expect((await system.api.withdraw(id, '事实有误')).status).toBe(202);
    await delivered(id, 'withdraw');
    const answer = await system.api.call<{
      head: string;
      entries: {
        kind: string;
        facts: { channel?: string; status?: number; answer?: string; reason?: string };
      }[];
    }>('console', 'GET', `/api/v1/articles/${id}/evidence`);
    expect(answer.headers['content-disposition']).toContain('attachment');
    const { entries, head } = answer.body;
    expect(entries[0]).toMatchObject({ kind: 'ordered', facts: { reason: '事实有误' } });
    const attempts = (channel: string) =>
      entries.filter(({ facts }) => facts.channel === channel).map(({ facts }) => facts);
    expect(attempts('one')).toMatchObject([{ status: 200, state: 'delivered' }]);
    expect(attempts('two')).toMatchObject([
      { status: 503, answer: '稍后再来', state: 'retrying' },
      { status: 200, state: 'delivered' },
    ]);
    expect(verify(answer.text)).toEqual({ status: 0, stdout: expect.stringContaining(head) });
    expect(verify(answer.text, head).status).toBe(0);
    expect(verify(answer.text, 'f'.repeat(64)).status).toBe(1);
    expect(verify(answer.text.replace('503', '200'))).toEqual({
      status: 1,
      stdout: expect.stringMatching(/does not hold: entry \d was changed/),
    });
    expect(verify('{').status).toBe(2);
    const unknown = await system.api.call(
      'console',
      'GET',
      '/api/v1/articles/00000000-0000-4000-8000-000000000000/evidence',
    );
    expect(unknown.status).toBe(404);
  }, 60_000);
});
