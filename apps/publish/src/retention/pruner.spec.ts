import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openTestLedger, type TestLedger } from '@newsrelay/ledger/ledger.fixture';
import type { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createLogger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { Pruner, type Retention } from './pruner.js';
import { RetentionEvents } from './retention-events.js';

const ANSWERS = 1_200;

describe('the pruner of a publish process', () => {
  let test: TestLedger;
  let pruners: Pruner[];
  let metrics: Metrics;
  beforeEach(async () => {
    [pruners, metrics] = [[], new Metrics('spec')];
    test = await openTestLedger();
    const newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    await newsroom.addChannel('a', {});
    const [id = ''] = await newsroom.deliver(await newsroom.release(), ['a']);
    await sql`update deliveries set state = 'delivered', created_at = now() - interval '100 days'`.execute(
      test.ledger,
    );
    await sql`update article_versions set released_at = now() - interval '100 days'`.execute(test.ledger);
    await sql`insert into attempts (delivery_id, number, epoch, started_at, outcome, response)
      select ${id}, n, n, now() - interval '100 days', 'transient', 'busy' from generate_series(1, ${ANSWERS}) n`.execute(
      test.ledger,
    );
  }, 90_000);
  afterEach(async () => {
    await Promise.all(pruners.map((pruner) => pruner.beforeApplicationShutdown()));
    await test.close();
  });

  const begin = (retention: Retention) => {
    const logger = createLogger('spec', 'fatal');
    const start = { migrated: () => Promise.resolve(true) } as unknown as LedgerStart;
    const events = new RetentionEvents(logger, metrics);
    const pruner = new Pruner(test.ledger, start, events, logger, retention);
    pruners.push(pruner);
    pruner.onApplicationBootstrap();
  };
  const left = async () => {
    const { rows } = await sql<{ count: string }>`
      select count(*) from attempts where response is not null`.execute(test.ledger);
    return Number(rows[0]?.count);
  };
  const marked = async () =>
    (await test.ledger.selectFrom('retention_marks').select('kind').execute()).map(({ kind }) => kind);
  const counted = async () =>
    (await metrics.registry.getSingleMetric('newsrelay_pruned_total')?.get())?.values;

  it('goes through it batch by batch and counts', async () => {
    begin({ answersDays: 90, obsoleteDays: 30 });
    await pollUntil('the end', async () => (await left()) === 0, { timeoutMs: 20_000 });
    await pollUntil('the count', async () => (await counted())?.[0]?.value === ANSWERS, { timeoutMs: 5_000 });
    expect(await counted()).toMatchObject([{ labels: { kind: 'answers' } }]);
  });

  it('several beside each other do the same work once', async () => {
    begin({ answersDays: 90, obsoleteDays: 30 });
    metrics = new Metrics('other');
    begin({ answersDays: 90, obsoleteDays: 30 });
    await pollUntil('the end', async () => (await left()) === 0, { timeoutMs: 20_000 });
    const { rows } = await sql<{ count: string }>`select count(*) from attempts`.execute(test.ledger);
    expect(Number(rows[0]?.count)).toBe(ANSWERS);
  });

  it('keeps for ever what is to be kept for ever', async () => {
    begin({ answersDays: null, obsoleteDays: 8 });
    // Page texts come last: then everything had its turn.
    await pollUntil('a whole round', async () => (await marked()).includes('page-texts'), {
      timeoutMs: 20_000,
    });
    expect(await marked()).not.toContain('answers');
    expect(await left()).toBe(ANSWERS);
  });
});
