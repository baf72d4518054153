import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { RETRYABLE_STATES, type DeliveryState } from '@newsrelay/contracts/delivery';
import { deliveryId } from '@newsrelay/contracts/keys';
import { meaningOf, TASK_STATES, type TaskResult } from '@newsrelay/contracts/task';
import { lockArticle } from './article-versions.js';
import { deleteChannel, pauseChannel, resumeChannel } from './channels.js';
import { CandidateReader, readClaimCandidate } from './claim-candidates.js';
import { claimDeliveries, messageOf, type Claim, type ClaimRequest } from './claims.js';
import { requestRetry } from './deliveries.js';
import { DeliveryModel, type ModelDelivery } from './delivery-model.fixture.js';
import { expectRulesHold, readRows, type Rows } from './delivery-rows.fixture.js';
import { FIRST_STATES, TRANSITIONS } from './delivery-states.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { ARRIVED, TestNewsroom } from './newsroom.fixture.js';
import { recordRoutes } from './routing.js';
import { settlePlainArrivals, type Settlement } from './settlements.js';
import { endTask } from './tasks.js';
import { endWaiting, expiredLeases } from './waiting-deliveries.js';

const ARTICLES = 2;
const CHANNELS = 3;
/** Always the same runs; fast-check prints seed and path of what fails. */
const SEED = 20_250_103;
const RUNS = 20;

const PERSON = { keyId: 'desk', keyName: 'desk', role: 'operator', address: null } as const;

/** All changes of state that are allowed; a delivery that is queued anew stays what it is. */
const MACHINE = [
  ...FIRST_STATES.map((state) => `[*] --> ${state}`),
  ...Object.entries(TRANSITIONS).flatMap(([from, next]) =>
    next.filter((to: string) => to !== from).map((to) => `${from} --> ${to}`),
  ),
];
/** Of these, what the runs do not do: a refused rendition, the feeds' shelf, and what is too rare (deliveries.spec.ts has it). */
const BY_OTHERS = [
  '[*] --> dead',
  'accepted --> delivered',
  'accepted --> superseded',
  'accepted --> canceled',
  'superseded --> queued',
];

type Came = Pick<Settlement, 'state' | 'outcome'> & Partial<Settlement>;
const CAME: Record<string, Came> = {
  delivered: { state: 'delivered', outcome: 'delivered' },
  accepted: { state: 'accepted', outcome: 'pending', status: null },
  retrying: { state: 'retrying', outcome: 'transient', status: 503, nextAttemptInMs: 5_000 },
  unknown: { state: 'unknown', outcome: 'unknown', status: null },
  manual: { state: 'manual', outcome: 'permanent', status: 405 },
  dead: { state: 'dead', outcome: 'permanent', status: 400 },
  aborted: { state: 'retrying', outcome: 'aborted', status: null, nextAttemptInMs: 0 },
  paused: { state: 'queued', outcome: 'auth-expired', status: 401, pauseReason: 'refused (401)' },
};

/** The ledger's side of one run. */
class Real {
  readonly articleIds: string[] = Array.from({ length: ARTICLES }, () => randomUUID());
  readonly channelIds = Array.from({ length: CHANNELS }, (_, index) => `c${index}-${randomUUID()}`);
  readonly claims = new Map<string, Claim>();
  rows: Rows = { deliveries: new Map(), withdrawnThrough: new Map(), deletedChannels: new Set() };

  constructor(
    readonly test: TestLedger,
    readonly newsroom: TestNewsroom,
    /** Changes of state, of all runs together. */
    readonly seen: Set<string>,
  ) {}

  articleId = (index: number) => this.articleIds[index] ?? '';
  channelId = (index: number) => this.channelIds[index] ?? '';
  id = ({ article, version, channel, action }: ModelDelivery) =>
    deliveryId(this.articleId(article), version, this.channelId(channel), action);

  async read(deliveries: readonly ModelDelivery[]): Promise<ClaimRequest[]> {
    const found = await new CandidateReader(this.test.ledger).read(deliveries.map(this.id));
    // Each reader composes bytes of its own: the first claim's are kept.
    return [...found.values()].map((candidate) => ({
      candidate,
      message: messageOf(randomUUID()),
      leaseMs: 20_000,
    }));
  }

  async compare(model: DeliveryModel): Promise<void> {
    const rows = await readRows(this.test.ledger, this.articleIds);
    expectRulesHold(this.rows, rows);
    for (const [id, { state }] of rows.deliveries) {
      const was = this.rows.deliveries.get(id)?.state ?? '[*]';
      if (was !== state) this.seen.add(`${was} --> ${state}`);
    }
    this.rows = rows;
    const told = [...rows.deliveries.values()].map((row) => ({
      article: this.articleIds.indexOf(row.articleId),
      channel: this.channelIds.indexOf(row.channelId),
      version: row.version,
      action: row.action,
      state: row.state,
      epoch: row.epoch,
      attempts: row.attemptCount,
      begun: row.begun,
      previousVersion: row.previousVersion,
    }));
    const inOrder = (list: readonly ModelDelivery[]) =>
      list.map((each) => JSON.stringify(each, Object.keys(each).sort())).sort();
    expect(inOrder(told)).toEqual(inOrder(model.deliveries));
  }
}

type Machine = fc.AsyncCommand<DeliveryModel, Real>;

/** A command of the run: what it needs, and what it does to both. */
const command = (
  name: string,
  check: (model: DeliveryModel) => boolean,
  act: (model: DeliveryModel, real: Real) => Promise<void>,
): Machine => ({
  check,
  run: async (model, real) => {
    await act(model, real);
    await real.compare(model);
  },
  toString: () => name,
});

const article = fc.nat(ARTICLES - 1);
const channel = fc.nat(CHANNELS - 1);
const pick = fc.nat(1_000);
const some = fc.uniqueArray(channel, { minLength: 1 });

/** A delivery in one of the states; which one, `index` says. */
function onDelivery(
  name: string,
  states: readonly DeliveryState[],
  index: number,
  act: (delivery: ModelDelivery, model: DeliveryModel, real: Real) => Promise<void>,
): Machine {
  return command(
    `${name}(${index})`,
    (model) => model.in(...states).length > 0,
    async (model, real) => {
      const found = model.in(...states);
      const delivery = found[index % found.length];
      if (delivery !== undefined) await act(delivery, model, real);
    },
  );
}

const release = article.map((index) =>
  command(
    `release(${index})`,
    (model) => model.article(index).versions < 4,
    async (model, { newsroom, articleId }) => {
      const { version } = await newsroom.release({}, articleId(index));
      model.article(index).versions = version;
    },
  ),
);

const deliver = fc.tuple(article, fc.constantFrom(0, 0, 0, 1, 2), some).map(([index, back, named]) =>
  command(
    `deliver(${index}, newest - ${back}, [${named.join()}])`,
    (model) => model.article(index).versions > 0,
    async (model, { newsroom, articleId, channelId }) => {
      const version = Math.max(model.article(index).versions - back, 1);
      const left = (each: number) =>
        model.movedOut.some(
          (out) => out.article === index && out.channel === each && out.version === version,
        );
      const channels = named.filter((each) => !left(each));
      if (channels.length === 0) return;
      // A version that was withdrawn before it was rendered is still handed over by what renders it.
      model.deliver(index, version, 'publish', channels);
      await newsroom.deliver({ articleId: articleId(index), version }, channels.map(channelId));
    },
  ),
);

const claimSome = fc
  .tuple(fc.array(pick, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 3 }))
  .map(([picks, senders]) =>
    command(
      `claim([${picks.join()}], senders: ${senders})`,
      (model) => model.deliveries.length > 0,
      async (model, real) => {
        const waiting = model.in('queued', 'retrying');
        // Mostly what waits; and now and then anything, which has to be left alone.
        const from = waiting.length === 0 || senders === 3 ? model.deliveries : waiting;
        const wanted = [...new Set(picks.map((each) => from[each % from.length]))].filter(
          (each) => each !== undefined,
        );
        const batches = await Promise.all(Array.from({ length: senders }, () => real.read(wanted)));
        const claimed = await Promise.all(batches.map((batch) => claimDeliveries(real.test.ledger, batch)));
        const got = claimed.flatMap((each) =>
          [...each].map(([{ candidate }, claim]) => ({ id: candidate.id, claim })),
        );
        const expected = wanted.filter((each) => model.claim(each));
        expect(got.map(({ id }) => id).sort()).toEqual(expected.map(real.id).sort());
        for (const { id, claim } of got) real.claims.set(id, claim);
      },
    ),
  );

const settle = fc.tuple(pick, fc.constantFrom(...Object.keys(CAME))).map(([index, what]) =>
  onDelivery(`settle ${what}`, ['sending'], index, async (delivery, model, real) => {
    const came = CAME[what] ?? ARRIVED;
    const id = real.id(delivery);
    model.settle(delivery, came.state);
    if (came.pauseReason !== undefined) model.channel(delivery.channel).paused = true;
    expect(await real.newsroom.settle(id, real.claims.get(id) ?? null, came)).toBe(delivery.state);
  }),
);

const settleTogether = fc.boolean().map((isStale) =>
  command(
    `settle all as arrived(${isStale ? 'stale' : 'in time'})`,
    (model) => model.in('sending').length > 0,
    async (model, real) => {
      const sent = model.in('sending');
      const settlements = sent.map((each) => ({
        ...ARRIVED,
        deliveryId: real.id(each),
        epoch: each.epoch - (isStale ? 1 : 0),
      }));
      const settled = await settlePlainArrivals(real.test.ledger, settlements);
      expect(settled.size).toBe(isStale ? 0 : sent.length);
      if (!isStale) for (const each of sent) model.settle(each, 'delivered');
    },
  ),
);

/** A sender that wakes up long after: whatever became of the delivery, it writes nothing. */
const settleStale = fc.tuple(pick, fc.constantFrom(...Object.keys(CAME))).map(([index, what]) =>
  command(
    `settle late ${what}(${index})`,
    (model) => model.deliveries.some(({ epoch }) => epoch > 0),
    async (model, { newsroom, id }) => {
      const claimed = model.deliveries.filter(({ epoch }) => epoch > 0);
      const delivery = claimed[index % claimed.length];
      if (delivery === undefined) return;
      const epoch = delivery.state === 'sending' ? delivery.epoch - 1 : delivery.epoch;
      expect(await newsroom.settle(id(delivery), { epoch, attemptNumber: 1 }, CAME[what])).toBeNull();
    },
  ),
);

const expire = pick.map((index) =>
  onDelivery('lease over', ['sending'], index, async (delivery, model, real) => {
    const { ledger } = real.test;
    const id = real.id(delivery);
    await sql`update deliveries set lease_until = clock_timestamp() - interval '1 second' where id = ${id}`.execute(
      ledger,
    );
    const expired = (await expiredLeases(ledger, 100)).filter((each) => each.id === id);
    expect(expired.map(({ epoch }) => epoch)).toEqual([delivery.epoch]);
    model.settle(delivery, 'retrying');
    const came = { outcome: 'unknown', status: null, state: 'retrying', nextAttemptInMs: 0 } as const;
    expect(await real.newsroom.settle(id, { epoch: delivery.epoch, attemptNumber: 1 }, came)).toBe(
      delivery.state,
    );
  }),
);

const withdraw = article.map((index) =>
  command(
    `withdraw(${index})`,
    (model) => model.article(index).versions > 0,
    async (model, { newsroom, articleId }) => {
      model.withdraw(index);
      await newsroom.withdraw(articleId(index));
    },
  ),
);

const deliverWithdrawal = article.map((index) =>
  command(
    `deliver the withdrawal(${index})`,
    (model) => model.article(index).withdrawnThrough > 0 && model.reached(index).length > 0,
    async (model, { newsroom, articleId, channelId }) => {
      const version = model.article(index).withdrawnThrough;
      const channels = model.reached(index);
      model.deliver(index, version, 'withdraw', channels);
      await newsroom.deliverWithdrawal({ articleId: articleId(index), version }, channels.map(channelId));
    },
  ),
);

const leaveFilter = fc.tuple(article, channel).map(([index, where]) =>
  command(
    `leave the filter(${index}, ${where})`,
    (model) => {
      const { versions, withdrawnThrough } = model.article(index);
      const known = model.deliveries.filter((each) => each.article === index && each.channel === where);
      const isNew = known.every((each) => each.version < versions);
      const isRouted = model.movedOut.some(
        (out) => out.article === index && out.channel === where && out.version === versions,
      );
      return (
        versions > withdrawnThrough &&
        isNew &&
        !isRouted &&
        known.some((each) => each.begun && each.action === 'publish')
      );
    },
    async (model, { test, newsroom, articleId, channelId }) => {
      const version = model.article(index).versions;
      model.moveOut(index, where, version);
      await test.ledger.transaction().execute(async (tx) => {
        await lockArticle(tx, articleId(index));
        await recordRoutes(tx, articleId(index), version, [], [channelId(where)]);
      });
      model.deliver(index, version, 'withdraw', [where]);
      await newsroom.deliverWithdrawal({ articleId: articleId(index), version }, [channelId(where)]);
    },
  ),
);

const channelCommand = (
  name: string,
  act: (index: number, model: DeliveryModel, real: Real) => Promise<void>,
  check: (model: DeliveryModel) => boolean = () => true,
) =>
  channel.map((index) =>
    command(
      `${name}(${index})`,
      (model) => !model.channel(index).deleted && check(model),
      (model, real) => act(index, model, real),
    ),
  );

const pause = channelCommand('pause', async (index, model, { test, channelId }) => {
  model.channel(index).paused = true;
  await pauseChannel(test.ledger, channelId(index), 'test');
});
const resume = channelCommand('resume', async (index, model, { test, channelId }) => {
  model.channel(index).paused = false;
  await test.ledger.transaction().execute((tx) => resumeChannel(tx, channelId(index)));
});
const toggle = channelCommand('disable or enable', async (index, model, { test, channelId }) => {
  const enabled = !model.channel(index).enabled;
  model.channel(index).enabled = enabled;
  await test.ledger.updateTable('channels').set({ enabled }).where('id', '=', channelId(index)).execute();
});
const remove = channelCommand(
  'delete',
  async (index, model, { test, channelId }) => {
    model.deleteChannel(index);
    await deleteChannel(test.ledger, channelId(index));
  },
  (model) => model.deliveries.length > 8 && !model.channels.some(({ deleted }) => deleted),
);

const retry = pick.map((index) =>
  command(
    `retry(${index})`,
    (model) => model.deliveries.length > 0,
    async (model, { test, id }) => {
      const delivery = model.deliveries[index % model.deliveries.length];
      if (delivery === undefined) return;
      const isQueued = model.retry(delivery, RETRYABLE_STATES);
      const { verdict } = await requestRetry(test.ledger, id(delivery), RETRYABLE_STATES);
      expect(verdict).toBe(isQueued ? 'queued' : 'refused');
    },
  ),
);

const giveToPerson = pick.map((index) =>
  onDelivery('needs a person', ['queued', 'retrying'], index, async (delivery, _model, real) => {
    if (delivery.action !== 'withdraw') return;
    const candidate = await readClaimCandidate(real.test.ledger, real.id(delivery));
    if (candidate === undefined) throw new Error('no such delivery');
    delivery.state = 'manual';
    await endWaiting(real.test.ledger, candidate, 'manual', 'test');
  }),
);

const doTask = fc
  .tuple(pick, fc.constantFrom<TaskResult>('taken-down', 'not-there', 'there'))
  .map(([index, result]) =>
    onDelivery(`task ${result}`, TASK_STATES, index, async (delivery, model, { test, id }) => {
      const means = meaningOf(result, delivery);
      let expected = 'refused';
      if (model.isTask(delivery)) {
        if (means === undefined) expected = 'unfit';
        else if (means === 'again') expected = model.retry(delivery, TASK_STATES) ? 'queued' : 'refused';
        else {
          expected = 'changed';
          delivery.state = 'delivered';
        }
      }
      expect((await endTask(test.ledger, id(delivery), { result, note: 'looked' }, PERSON)).verdict).toBe(
        expected,
      );
    }),
  );

const COMMANDS = [
  ...[
    release,
    release,
    deliver,
    deliver,
    deliver,
    deliver,
    claimSome,
    claimSome,
    claimSome,
    claimSome,
    claimSome,
  ],
  ...[settle, settle, settle, settle, settle, settle, settleTogether, settleStale, expire],
  ...[withdraw, deliverWithdrawal, deliverWithdrawal, leaveFilter, leaveFilter],
  ...[pause, resume, resume, resume, toggle, remove, retry, retry, giveToPerson, doTask, doTask, doTask],
];

describe('the state machine of a delivery', () => {
  let test: TestLedger;

  beforeAll(async () => {
    test = await openTestLedger();
  }, 90_000);
  afterAll(() => test.close());

  it('does what the model does, whatever comes in whatever order', async () => {
    const newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
    const seen = new Set<string>();
    const run = fc.asyncProperty(
      fc.commands(COMMANDS, { maxCommands: 200, size: 'max' }),
      async (commands) => {
        const real = new Real(test, newsroom, seen);
        for (const id of real.channelIds) await newsroom.addChannel(id, {});
        await fc.asyncModelRun(() => ({ model: new DeliveryModel(ARTICLES, CHANNELS), real }), commands);
      },
    );
    await fc.assert(run, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    // Else the runs would prove less than they seem to.
    expect(MACHINE.filter((change) => !seen.has(change) && !BY_OTHERS.includes(change))).toEqual([]);
  }, 180_000);

  it('is the one that docs/delivery.md draws', () => {
    const page = readFileSync(new URL('../../../docs/delivery.md', import.meta.url), 'utf8');
    const diagram = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(page)?.[1] ?? '';
    const arrows = [...diagram.matchAll(/^ {2}(\S+) --> (\w+)/gm)];
    const drawn = arrows.map(([, from, to]) => `${from} --> ${to}`);
    expect([...new Set(drawn)].sort()).toEqual([...MACHINE].sort());
  });
});
