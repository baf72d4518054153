import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { EVENT_KINDS, type OperatorEvent } from '@newsrelay/contracts/operator-events';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { dueSinks, nextAlarmIn, readDueAlarms, settleAlarms } from './alarm-deliveries.js';
import { createAlarmSink, updateAlarmSink, type AlarmSinkConfig } from './alarm-sinks.js';
import { deleteChannel, pauseChannel, resumeChannel } from './channels.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { TestNewsroom } from './newsroom.fixture.js';
import { LedgerNotifications } from './notifications.js';
import {
  COOL_DOWN_SECONDS,
  endConditions,
  listOperatorEvents,
  openConditionCounts,
  openConditions,
  recordOperatorEvent,
  recordOperatorEvents,
  takeUncounted,
} from './operator-events.js';

const dead = (subject: string): OperatorEvent => ({
  kind: EVENT_KINDS.deliveryDead,
  subject,
  detail: { channel: 'a', article: 'x', version: 1, reason: '404' },
});
const stuck: OperatorEvent = {
  kind: EVENT_KINDS.queueStuck,
  subject: 'publish',
  detail: { oldestSeconds: 400 },
};
const opened: OperatorEvent = {
  kind: EVENT_KINDS.breakerOpened,
  subject: 'https://partner.example',
  detail: { reason: 'five failures' },
};
const closed: OperatorEvent = {
  kind: EVENT_KINDS.breakerClosed,
  subject: 'https://partner.example',
  detail: {},
};

describe('operator events', () => {
  let test: TestLedger;
  let newsroom: TestNewsroom;
  beforeAll(async () => {
    test = await openTestLedger();
    newsroom = new TestNewsroom({ ledger: test.ledger, channelType: 'webhook', render: () => ({}) });
  }, 60_000);
  afterAll(async () => {
    await test.close();
  });
  beforeEach(async () => {
    await sql`truncate alarm_deliveries, alarm_sinks, operator_events`.execute(test.ledger);
  });

  const sink = (id: string, changes: Partial<AlarmSinkConfig> = {}) =>
    createAlarmSink(test.ledger, {
      id,
      type: 'webhook',
      name: id,
      enabled: true,
      language: 'zh',
      minSeverity: 'info',
      kinds: [],
      settings: {},
      sealedSecrets: '',
      ...changes,
    });
  /** What a sink is to be told now, as "kind phase". */
  const due = async (id: string) => {
    const found = await readDueAlarms(test.ledger, id, 100);
    return (found?.alarms ?? []).map(({ event, phase }) => `${event.kind} ${phase}`);
  };
  /** A sender that sends everything that is due. */
  const sendAll = async () => {
    for (const sinkId of await dueSinks(test.ledger)) {
      const found = await readDueAlarms(test.ledger, sinkId, 100);
      await settleAlarms(test.ledger, {
        sinkId,
        alarms: found?.alarms ?? [],
        result: { state: 'sent' },
        restSeconds: 0,
      });
    }
  };
  /** As if it had all happened earlier. */
  const later = async (seconds: number) => {
    await sql`update operator_events set at = at - ${seconds}::int * interval '1 second'`.execute(
      test.ledger,
    );
    await sql`update alarm_deliveries set next_attempt_at = next_attempt_at - ${seconds}::int * interval '1 second'`.execute(
      test.ledger,
    );
  };

  it('are written with the transaction that they are of, and not without', async () => {
    await sink('s');
    const broken = test.ledger.transaction().execute(async (tx) => {
      await recordOperatorEvent(tx, dead('d1'));
      throw new Error('rolled back');
    });
    await expect(broken).rejects.toThrow('rolled back');
    expect(await due('s')).toEqual([]);
    await test.ledger.transaction().execute((tx) => recordOperatorEvents(tx, [dead('d1'), dead('d2')]));
    expect(await due('s')).toEqual(['delivery.dead raised', 'delivery.dead raised']);
  });

  it('refuse what is no event', async () => {
    const wrong = { kind: 'delivery.dead', subject: 'd1', detail: { channel: 'a' } } as OperatorEvent;
    await expect(recordOperatorEvent(test.ledger, wrong)).rejects.toThrow('article');
    expect(await listOperatorEvents(test.ledger, { limit: 10, after: null })).toEqual([]);
  });

  it('go to the sinks that want them: by severity, by kind, and if they are enabled', async () => {
    await sink('all');
    await sink('critical', { minSeverity: 'critical' });
    await sink('queues', { kinds: [EVENT_KINDS.queueStuck] });
    await sink('off', { enabled: false });
    await recordOperatorEvents(test.ledger, [dead('d1'), stuck]);
    expect(await due('all')).toEqual(['delivery.dead raised', 'queue.stuck raised']);
    expect(await due('critical')).toEqual(['queue.stuck raised']);
    expect(await due('queues')).toEqual(['queue.stuck raised']);
    expect(await due('off')).toEqual([]);
    expect(await dueSinks(test.ledger)).toEqual(['all', 'critical', 'queues']);
  });

  it('that wait for a sink are forgotten when it is disabled, and new ones come once it is enabled again', async () => {
    const made = await sink('s');
    if (made === null) throw new Error('the sink was not made');
    const update = (enabled: boolean) =>
      test.ledger.transaction().execute((tx) => updateAlarmSink(tx, { ...made, enabled }));
    await recordOperatorEvent(test.ledger, stuck);
    await update(false);
    expect(await due('s')).toEqual([]);
    await update(true);
    expect(await due('s')).toEqual([]);
    await recordOperatorEvent(test.ledger, dead('d1'));
    expect(await due('s')).toEqual(['delivery.dead raised']);
  });

  it('wake who listens', async () => {
    const notifications = new LedgerNotifications(test.server.url, [NOTIFICATIONS.operatorEvents]);
    let heard = 0;
    notifications.on(NOTIFICATIONS.operatorEvents, () => (heard += 1));
    notifications.start();
    try {
      await pollUntil('it listens', () => notifications.healthy(), { timeoutMs: 5_000 });
      await recordOperatorEvent(test.ledger, stuck);
      await pollUntil('it is woken', () => heard === 1, { timeoutMs: 5_000 });
      await endConditions(test.ledger, [stuck]);
      await pollUntil('it is woken again', () => heard === 2, { timeoutMs: 5_000 });
    } finally {
      await notifications.stop();
    }
  });

  describe('that last', () => {
    it('are one while they are open, and are told to be over', async () => {
      await sink('s');
      await recordOperatorEvent(test.ledger, stuck);
      await recordOperatorEvent(test.ledger, stuck);
      expect(await openConditions(test.ledger, [EVENT_KINDS.queueStuck])).toEqual([
        { kind: 'queue.stuck', subject: 'publish' },
      ]);
      expect(await openConditionCounts(test.ledger)).toEqual([
        { kind: 'queue.stuck', severity: 'critical', count: 1 },
      ]);
      expect(await due('s')).toEqual(['queue.stuck raised']);
      await sendAll();
      await endConditions(test.ledger, [stuck]);
      await endConditions(test.ledger, [stuck]);
      expect(await due('s')).toEqual(['queue.stuck ended']);
      expect(await openConditionCounts(test.ledger)).toEqual([]);
      const [event] = await listOperatorEvents(test.ledger, { limit: 10, after: null });
      expect(event).toMatchObject({ event: stuck, lasts: true, severity: 'critical' });
      expect(event?.endedAt).toBeInstanceOf(Date);
    });

    it('are raised once by two that see them at the same time', async () => {
      await sink('s');
      await Promise.all([1, 2, 3, 4].map(() => recordOperatorEvent(test.ledger, stuck)));
      expect(await due('s')).toEqual(['queue.stuck raised']);
    });

    it('that come again within the cool-down are sent at its end, and not at all if they are over by then', async () => {
      await sink('s');
      await recordOperatorEvent(test.ledger, stuck);
      await sendAll();
      await endConditions(test.ledger, [stuck]);
      await sendAll();
      // Comes and goes: nobody is told of either.
      await later(60);
      await recordOperatorEvent(test.ledger, stuck);
      expect(await due('s')).toEqual([]);
      await endConditions(test.ledger, [stuck]);
      await later(COOL_DOWN_SECONDS);
      expect(await due('s')).toEqual([]);
      expect(await nextAlarmIn(test.ledger)).toBeNull();
    });

    it('that come again within the cool-down and stay are sent at its end', async () => {
      await sink('s');
      await recordOperatorEvent(test.ledger, stuck);
      await sendAll();
      await endConditions(test.ledger, [stuck]);
      await sendAll();
      await later(60);
      await recordOperatorEvent(test.ledger, stuck);
      expect(await due('s')).toEqual([]);
      const wait = (await nextAlarmIn(test.ledger)) ?? 0;
      expect(wait / 1000).toBeGreaterThan(COOL_DOWN_SECONDS - 70);
      expect(wait / 1000).toBeLessThan(COOL_DOWN_SECONDS - 50);
      await later(COOL_DOWN_SECONDS - 60);
      expect(await due('s')).toEqual(['queue.stuck raised']);
      await sendAll();
      await endConditions(test.ledger, [stuck]);
      expect(await due('s')).toEqual(['queue.stuck ended']);
    });

    it('are ended by the news of it, which goes to whoever was told, however little it wants to hear', async () => {
      await sink('all');
      await sink('warnings', { minSeverity: 'warning', kinds: [EVENT_KINDS.breakerOpened] });
      await sink('critical', { minSeverity: 'critical' });
      await recordOperatorEvent(test.ledger, opened);
      expect(await due('warnings')).toEqual(['breaker.opened raised']);
      await sendAll();
      await recordOperatorEvent(test.ledger, closed);
      expect(await due('all')).toEqual(['breaker.closed raised']);
      expect(await due('warnings')).toEqual(['breaker.closed raised']);
      expect(await due('critical')).toEqual([]);
      expect(await openConditions(test.ledger, [EVENT_KINDS.breakerOpened])).toEqual([]);
    });

    it('are told to be over each time that they were told, within the cool-down of that news too', async () => {
      await sink('s');
      await recordOperatorEvent(test.ledger, opened);
      await sendAll();
      await later(COOL_DOWN_SECONDS - 30);
      await recordOperatorEvent(test.ledger, closed);
      await sendAll();
      await later(60);
      await recordOperatorEvent(test.ledger, opened);
      await sendAll();
      await recordOperatorEvent(test.ledger, closed);
      expect(await due('s')).toEqual(['breaker.closed raised']);
    });
  });

  describe('that happened', () => {
    it('are not sent twice within the cool-down, and are written down all the same', async () => {
      await sink('s');
      await recordOperatorEvent(test.ledger, dead('d1'));
      await sendAll();
      await recordOperatorEvents(test.ledger, [dead('d1'), dead('d2')]);
      expect(await due('s')).toEqual(['delivery.dead raised']);
      await sendAll();
      await later(COOL_DOWN_SECONDS + 1);
      await recordOperatorEvent(test.ledger, dead('d1'));
      expect(await due('s')).toEqual(['delivery.dead raised']);
      expect(await listOperatorEvents(test.ledger, { limit: 10, after: null })).toHaveLength(4);
    });
  });

  describe('of a channel', () => {
    it('are its pause, once, and its resumption', async () => {
      await sink('s');
      await newsroom.addChannel('one', {});
      await pauseChannel(test.ledger, 'one', 'gone (410)');
      await pauseChannel(test.ledger, 'one', 'again');
      await sendAll();
      await test.ledger.transaction().execute((tx) => resumeChannel(tx, 'one'));
      await test.ledger.transaction().execute((tx) => resumeChannel(tx, 'one'));
      expect(await due('s')).toEqual(['channel.resumed raised']);
      const events = await listOperatorEvents(test.ledger, { limit: 10, after: null, subject: 'one' });
      expect(events.map(({ event, severity }) => [event.kind, event.detail, severity])).toEqual([
        ['channel.resumed', { name: 'one' }, 'info'],
        ['channel.paused', { name: 'one', by: 'outlet', reason: 'gone (410)' }, 'critical'],
      ]);
    });

    it('tell who paused it', async () => {
      await newsroom.addChannel('two', {});
      await newsroom.addChannel('three', {});
      await pauseChannel(test.ledger, 'two', '维护', 'operator');
      await pauseChannel(test.ledger, 'three', 'x'.repeat(600), 'failures');
      const events = await listOperatorEvents(test.ledger, { limit: 10, after: null });
      expect(events.map(({ event, severity }) => [event.kind, severity])).toEqual([
        ['channel.auto-paused', 'critical'],
        ['channel.paused', 'info'],
      ]);
      expect(events[0]?.event.detail).toEqual({ name: 'three', reason: 'x'.repeat(500) });
    });

    it('are over without a word when it is deleted', async () => {
      await sink('s');
      await newsroom.addChannel('four', {});
      await pauseChannel(test.ledger, 'four', 'gone (410)');
      await sendAll();
      await deleteChannel(test.ledger, 'four');
      expect(await due('s')).toEqual([]);
      expect(await openConditionCounts(test.ledger)).toEqual([]);
    });
  });

  it('are counted once, by whoever comes first', async () => {
    await recordOperatorEvents(test.ledger, [dead('d1'), dead('d2'), stuck]);
    const taken = await Promise.all([
      takeUncounted(test.ledger, 2),
      takeUncounted(test.ledger, 2),
      takeUncounted(test.ledger, 2),
    ]);
    const ids = taken.flat().map(({ id }) => id);
    ids.push(...(await takeUncounted(test.ledger, 10)).map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
    expect(ids).toHaveLength(3);
  });

  it('are listed by what is asked for, page by page', async () => {
    await recordOperatorEvents(test.ledger, [dead('d1'), dead('d2'), stuck, opened]);
    const list = (filter: object) => listOperatorEvents(test.ledger, { limit: 10, after: null, ...filter });
    const kinds = async (filter: object) => (await list(filter)).map(({ event }) => event.kind);
    expect(await kinds({ severity: 'warning' })).toEqual([
      'breaker.opened',
      'delivery.dead',
      'delivery.dead',
    ]);
    expect(await kinds({ kind: EVENT_KINDS.queueStuck })).toEqual(['queue.stuck']);
    expect(await kinds({ open: true })).toEqual(['breaker.opened', 'queue.stuck']);
    expect(await kinds({ open: false })).toEqual(['delivery.dead', 'delivery.dead']);
    expect(await kinds({ until: '2020-01-01T00:00:00Z' })).toEqual([]);
    const [first] = await list({ limit: 1 });
    if (first === undefined) throw new Error('an event was expected');
    const after = { createdAt: first.at.toISOString(), id: first.id };
    expect(await kinds({ after })).toEqual(['queue.stuck', 'delivery.dead', 'delivery.dead']);
  });

  it('wait after a failure, and rest with their sink', async () => {
    await sink('s');
    await recordOperatorEvents(test.ledger, [dead('d1'), dead('d2')]);
    const found = await readDueAlarms(test.ledger, 's', 1);
    expect(found).toMatchObject({ more: 1, alarms: [{ attempts: 0 }] });
    const alarms = found?.alarms ?? [];
    const settle = (result: Parameters<typeof settleAlarms>[1]['result'], restSeconds = 0) =>
      settleAlarms(test.ledger, { sinkId: 's', alarms, result, restSeconds });
    await settle({ state: 'waiting', error: 'away', inSeconds: 30 });
    expect(await due('s')).toHaveLength(1);
    await later(31);
    expect((await readDueAlarms(test.ledger, 's', 10))?.alarms.map(({ attempts }) => attempts)).toEqual([
      1, 0,
    ]);
    await settle({ state: 'later', error: 'too often', inSeconds: 60 }, 60);
    expect(await dueSinks(test.ledger)).toEqual([]);
    expect(await nextAlarmIn(test.ledger)).toBeGreaterThan(50_000);
    await later(61);
    await settle({ state: 'failed', error: 'x'.repeat(900) });
    const rows = await test.ledger
      .selectFrom('alarm_deliveries')
      .select(['state', 'attempts', 'error'])
      .orderBy('event_id')
      .execute();
    expect(rows).toEqual([
      { state: 'failed', attempts: 2, error: 'x'.repeat(500) },
      { state: 'waiting', attempts: 0, error: null },
    ]);
  });
});
