import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { NewsrelaySystem } from './harness/newsrelay-system.js';
import { PartnerReceiver } from './harness/partner-receiver.js';
import { articlesOf } from './harness/steady-intake.js';

describe('what cannot be rendered', () => {
  let system: NewsrelaySystem;
  let partner: PartnerReceiver;
  beforeAll(async () => {
    partner = await PartnerReceiver.start();
    system = await NewsrelaySystem.start({ services: ['ingest', 'transform', 'publish', 'console'] });
    await system.api.createChannel({
      id: 'partner',
      type: 'webhook',
      name: 'P',
      settings: { url: partner.url() },
    });
  }, 120_000);
  afterAll(async () => {
    await system.stop();
    await partner.stop();
  }, 60_000);

  it('costs its own channel alone, and is shown there', async () => {
    // A channel that an older build left behind: no connector knows its type any more.
    await system.queryLedger(
      `insert into channels (id, type, name, enabled, filter, settings, sealed_secrets)
       values ('loft', 'pigeon', 'L', true, '{"sections":[],"sources":[],"keywords":[]}', '{}', '')`,
    );
    const [article] = articlesOf('broken', 1);
    const { id } = (await system.api.post(article ?? {})).body;
    await pollUntil('the partner has it', () => partner.of(id).length === 1, { timeoutMs: 20_000 });
    const lost = await pollUntil(
      'the other channel shows why not',
      async () => (await system.api.deliveriesOf(id)).find(({ channel }) => channel === 'loft'),
      { timeoutMs: 20_000 },
    );
    expect(lost).toMatchObject({ state: 'dead', attempts: [] });
    expect(lost.reason).toContain('pigeon');
  }, 60_000);

  it('a page article without a headline is not approved, but corrected', async () => {
    const text = readFileSync(
      new URL('../../samples/pages/heshan-continuations.txt', import.meta.url),
      'utf8',
    );
    const page = await system.api.page<{
      articles: { id: string; version: number; holds: { code: string }[] }[];
    }>(text, 'source=heshan');
    const bare = page.body.articles.find(({ holds }) => holds.some(({ code }) => code === 'no-headline'));
    if (bare === undefined) throw new Error('the sample has no article without a headline');
    const path = `/api/v1/articles/${bare.id}`;
    const approved = await system.api.call('ingest', 'POST', `${path}/approve`, {
      json: { version: bare.version },
    });
    expect(approved.status).toBe(422);
    const current = (await system.api.call<object>('ingest', 'GET', path)).body;
    const corrected = await system.api.call('ingest', 'PUT', path, {
      json: { ...current, headline: '补上的标题' },
    });
    expect(corrected.body).toMatchObject({ state: 'published', version: 2 });
    await pollUntil('the partner has it', () => partner.of(bare.id).length === 1, { timeoutMs: 20_000 });
  }, 60_000);
});
