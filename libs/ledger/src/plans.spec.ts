import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { RenditionReady } from '@newsrelay/contracts/events';
import { insertVersion, lockOrCreateArticle, type NewVersion } from './article-versions.js';
import { recordChanges } from './audit.js';
import { endCarried, leaveTurn, takeTurn } from './channel-turns.js';
import { cancelWaitingOfDeleted } from './channels.js';
import { CandidateReader } from './claim-candidates.js';
import { claimDeliveries, messageOf } from './claims.js';
import { openLedger, type Ledger } from './database.js';
import { createManyDeliveries } from './deliveries.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { ARRIVED, EMPTY_ARTICLE } from './newsroom.fixture.js';
import { relayOutbox } from './outbox.js';
import { lockReleasedVersion, recordRoutes, routableChannels, storeRenditions } from './routing.js';
import { settleDelivery, settlePlainArrivals, type Settlement } from './settlements.js';
import { dueOfChannels, overdueDeliveries } from './waiting-deliveries.js';

const ARTICLE = '00000000-0000-4000-8000-000000000001';
/** One that is there. */
const CHANNEL = 'turns';
const READY: RenditionReady = {
  articleId: ARTICLE,
  version: 1,
  action: 'publish',
  renditionId: 'r',
  channelIds: ['c'],
};
const VERSION: NewVersion = {
  content: EMPTY_ARTICLE,
  inputHash: 'h',
  inputPublishedAt: null,
  pageText: null,
  holds: [],
  repairs: [],
  note: null,
  publishedAt: new Date(),
  embargoUntil: null,
};
const SETTLEMENT: Settlement = { ...ARRIVED, deliveryId: 'dlv_1', epoch: 1 };

/** Each runs for every article or delivery, or every second. */
const STATEMENTS: Record<string, (ledger: Ledger) => Promise<unknown>> = {
  'a new article': (ledger) =>
    ledger.transaction().execute(async (tx) => {
      const identity = { id: ARTICLE, source: 's', sourceId: 'a', pageDate: null };
      const article = await lockOrCreateArticle(tx, identity);
      await insertVersion(tx, article, VERSION, 'published');
      const actor = { keyId: 'k', keyName: 'k', role: 'admin', address: null } as const;
      await recordChanges(tx, actor, [{ action: 'article.take', subject: { kind: 'article', id: ARTICLE } }]);
    }),
  'the outbox': (ledger) => relayOutbox(ledger, 1, (rows) => Promise.resolve(rows)),
  'routing and rendering': (ledger) =>
    ledger.transaction().execute(async (tx) => {
      const version = { articleId: ARTICLE, version: 1 };
      const released = await lockReleasedVersion(tx, version);
      if (released === undefined) throw new Error('not released');
      await routableChannels(tx, released);
      await recordRoutes(tx, ARTICLE, 1, []);
      const rendition = { id: 'r', channelType: 'webhook', content: {}, refusal: null };
      await storeRenditions(tx, version, 'publish', [rendition]);
    }),
  create: (ledger) => createManyDeliveries(ledger, [READY]),
  read: (ledger) => new CandidateReader(ledger).read(['dlv_1']),
  claim: (ledger) =>
    claimDeliveries(ledger, [
      {
        candidate: { id: 'dlv_1', articleId: ARTICLE, epoch: 0, previousVersion: null, begun: false },
        message: messageOf('body'),
        leaseMs: 1_000,
      },
    ]),
  'settle an arrival': (ledger) => settlePlainArrivals(ledger, [SETTLEMENT]),
  'settle another': (ledger) => settleDelivery(ledger, SETTLEMENT),
  'a turn of a channel': async (ledger) => {
    const turn = await takeTurn(ledger, CHANNEL, 1_000);
    if (turn === null) throw new Error('the turn is taken');
    await endCarried(ledger, turn, 'dlv_1');
    await leaveTurn(ledger, turn);
  },
  'what is overdue': (ledger) => overdueDeliveries(ledger, 1, '', { perChannel: 1, total: 1 }),
  'what waits for deleted channels': (ledger) => cancelWaitingOfDeleted(ledger),
  'what is due': (ledger) => dueOfChannels(ledger, 'publish', [{ channelId: 'c', except: [] }], 1),
};

/** Indexes of what identifies a row, and of what stands beside a delivery: of one article, however long a channel's history is. */
const BY_KEY =
  /^(\w+_pkey|deliveries_of_article|deliveries_(?:waiting_of_channel|open_withdrawals)|versions_headline|versions_to_decide)$/;

describe('plans of what runs for every article and delivery, made while the tables are empty', () => {
  let test: TestLedger;
  let ledger: Ledger;
  beforeAll(async () => {
    test = await openTestLedger();
    // One connection: it tells of the statements that it keeps.
    await test.ledger
      .insertInto('channels')
      .values({
        id: CHANNEL,
        type: 'webhook',
        name: CHANNEL,
        enabled: true,
        filter: '{}',
        settings: '{}',
        sealed_secrets: '',
      })
      .execute();
    const options = { poolSize: 1, applicationName: 'plans', byKeys: true, onIdleError: () => undefined };
    ledger = openLedger({ url: test.server.url, ...options });
  }, 60_000);
  afterAll(async () => {
    await ledger.destroy();
    await test.close();
  });

  const kept = async (): Promise<Map<string, string>> => {
    const { rows } = await sql<{ name: string; statement: string }>`
      select name, statement from pg_prepared_statements`.execute(ledger);
    return new Map(rows.map(({ name, statement }) => [name, statement]));
  };
  const plansOf = async (run: (ledger: Ledger) => Promise<unknown>): Promise<Map<string, string>> => {
    const before = await kept();
    await run(ledger);
    const plans = new Map<string, string>();
    for (const [name, statement] of await kept()) {
      if (before.has(name)) continue;
      const { rows } = await sql<
        Record<string, string>
      >`explain (generic_plan) ${sql.raw(statement)}`.execute(ledger);
      plans.set(name, rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  };

  it.each(Object.keys(STATEMENTS))('%s: by keys alone', async (name) => {
    const plans = await plansOf(STATEMENTS[name] ?? (() => Promise.reject(new Error(name))));
    expect(plans.size).toBeGreaterThan(0);
    for (const [statement, plan] of plans) {
      const indexes = [...plan.matchAll(/Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)/g)];
      const others = indexes.flatMap(([, index]) =>
        index !== undefined && !BY_KEY.test(index) ? [index] : [],
      );
      expect({ statement, others, plan }).toEqual({ statement, others: [], plan });
      // Channels that are deleted have no index: they are few, and read once.
      expect(plan).not.toMatch(/Seq Scan on (?!channels)/);
    }
  });
});
