import { sql, type RawBuilder } from 'kysely';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import { TASK_STATES, meaningOf, taskKind, type TaskKind, type TaskResult } from '@newsrelay/contracts/task';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { recordChanges, type Actor } from './audit.js';
import type { Ledger, LedgerTransaction } from './database.js';
import { requestRetry } from './deliveries.js';
import type { DueRow } from './due-row.js';
import { leading } from './delivery-states.js';
import { appendEvidence } from './evidence.js';

/*
 * Tasks of people. The list is no table of its own: an open task is a delivery that is `manual` or `unknown`, so that none can
 * be missing and none is left when the delivery moves on. What is kept beside it is who took it and who did it.
 */

export const TASK_LISTS = ['open', 'done'] as const;
export type TaskList = (typeof TASK_LISTS)[number];

export interface TaskPerson {
  id: string;
  name: string;
  /** RFC 3339 in +08:00. */
  at: string;
}

export interface Task {
  /** The delivery's. */
  id: string;
  kind: TaskKind;
  articleId: string;
  headline: string;
  version: number;
  channel: string;
  channelName: string;
  action: DeliveryAction;
  state: DeliveryState;
  /** Why a person is needed. */
  reason: string | null;
  /** Where the outlet shows it, if that is known of this version or an earlier one. */
  remoteUrl: string | null;
  openedAt: string;
  takenBy: TaskPerson | null;
  doneBy: TaskPerson | null;
  result: TaskResult | null;
  note: string | null;
}

export interface ListedTask {
  task: Task;
  openedAt: Date;
}

export interface TaskQuery {
  state: TaskList;
  limit: number;
  after: { createdAt: string; id: string } | null;
}

interface TaskRow {
  id: string;
  article_id: string;
  headline: string | null;
  version: number;
  channel_id: string;
  channel_name: string;
  action: DeliveryAction;
  state: DeliveryState;
  reason: string | null;
  remote_url: string | null;
  epoch: number;
  opened_at: Date;
  taken_by_id: string | null;
  taken_by_name: string | null;
  taken_at: Date | null;
  done_by_id: string | null;
  done_by_name: string | null;
  done_at: Date | null;
  result: TaskResult | null;
  note: string | null;
}

/** A version that is withdrawn, everywhere or at this channel, is looked after by its withdrawal. */
const isOpen = sql<boolean>`(d.state in ('manual', 'unknown') and m.done_at is null
  and (d.action = 'withdraw'
       or (a.withdrawn_through < d.version
           and not exists (select from deliveries w
                           where w.article_id = d.article_id and w.channel_id = d.channel_id and w.action = 'withdraw'
                             and w.version >= d.version and w.state <> 'canceled'))))`;

const columns = sql`
  d.id, d.article_id, v.headline, d.version, d.channel_id, c.name as channel_name, d.action, d.state, d.reason, d.epoch,
  coalesce(d.remote_url, (select e.remote_url from deliveries e
                          where e.article_id = d.article_id and e.channel_id = d.channel_id and e.version <= d.version
                            and e.action = 'publish' and e.remote_url is not null
                          order by e.version desc limit 1)) as remote_url,
  m.taken_by_id, m.taken_by_name, m.taken_at, m.done_by_id, m.done_by_name, m.done_at, m.result, m.note`;

const joined = sql`
  join articles a on a.id = d.article_id
  join article_versions v on v.article_id = d.article_id and v.version = d.version
  join channels c on c.id = d.channel_id`;

const openTasks = (condition: RawBuilder<unknown>) => sql<TaskRow>`
  select ${columns}, d.updated_at as opened_at
  from deliveries d ${joined} left join task_marks m on m.delivery_id = d.id and m.epoch = d.epoch
  where ${isOpen} and ${condition}`;

const doneTasks = (condition: RawBuilder<unknown>) => sql<TaskRow>`
  select ${columns}, m.opened_at
  from task_marks m join deliveries d on d.id = m.delivery_id ${joined}
  where m.done_at is not null and ${condition}`;

function person(id: string | null, name: string | null, at: Date | null): TaskPerson | null {
  return id === null || at === null ? null : { id, name: name ?? '', at: toShanghaiTime(at) };
}

function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    kind: taskKind(row.action),
    articleId: row.article_id,
    headline: row.headline ?? '',
    version: row.version,
    channel: row.channel_id,
    channelName: row.channel_name,
    action: row.action,
    state: row.state,
    reason: row.reason,
    remoteUrl: row.remote_url,
    openedAt: toShanghaiTime(row.opened_at),
    takenBy: person(row.taken_by_id, row.taken_by_name, row.taken_at),
    doneBy: person(row.done_by_id, row.done_by_name, row.done_at),
    result: row.result,
    note: row.note,
  };
}

/** Tasks by when they came up, newest first; one row more than `limit` if there are more. */
export async function listTasks(ledger: Ledger, { state, limit, after }: TaskQuery): Promise<ListedTask[]> {
  const [tasks, opened] = state === 'open' ? [openTasks, sql`d.updated_at`] : [doneTasks, sql`m.opened_at`];
  const from =
    after === null
      ? sql`true`
      : sql`(${opened}, d.id) < (${after.createdAt}::timestamptz, ${after.id}::text)`;
  const { rows } = await sql<TaskRow>`${tasks(from)}
    order by ${opened} desc, d.id desc limit ${limit + 1}`.execute(ledger);
  return rows.map((row) => ({ task: taskOf(row), openedAt: row.opened_at }));
}

/** The delivery's open task; else the last one that was done; undefined if there never was one. */
export async function findTask(ledger: Ledger, id: string): Promise<Task | undefined> {
  const open = (await openTasks(sql`d.id = ${id}`).execute(ledger)).rows[0];
  if (open !== undefined) return taskOf(open);
  const done = await sql<TaskRow>`${doneTasks(sql`d.id = ${id}`)} order by m.epoch desc limit 1`.execute(
    ledger,
  );
  return done.rows[0] && taskOf(done.rows[0]);
}

export type TaskVerdict =
  | { verdict: 'changed' }
  /** It was so already. */
  | { verdict: 'same' }
  | { verdict: 'missing' }
  | { verdict: 'refused'; reason: string }
  /** The delivery is due again. */
  | { verdict: 'queued'; delivery: DueRow }
  /** The result does not answer what the task asks. */
  | { verdict: 'unfit' };

/** Ends a transaction that turned out to be refused. */
class Refused extends Error {
  override readonly name = 'Refused';
}

/** The open task, its delivery locked against everything else that may come of it; or why there is none. */
async function lockTask(
  tx: LedgerTransaction,
  id: string,
): Promise<{ task: TaskRow } | { verdict: TaskVerdict }> {
  // The article before its deliveries, as everywhere.
  await sql`select from articles where id = (select article_id from deliveries where id = ${id}) for update`.execute(
    tx,
  );
  // Locked first, and read by the next statement: what another person's transaction left of the mark is seen then.
  const delivery = await tx
    .selectFrom('deliveries')
    .select('state')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (delivery === undefined) return { verdict: { verdict: 'missing' } };
  const { rows } = await openTasks(sql`d.id = ${id}`).execute(tx);
  if (rows[0] !== undefined) return { task: rows[0] };
  const reason = (TASK_STATES as readonly DeliveryState[]).includes(delivery.state)
    ? 'its article is withdrawn there, and that has a task of its own if one is needed'
    : `the delivery is ${delivery.state} and needs nobody`;
  return { verdict: { verdict: 'refused', reason } };
}

const takenByOther = (task: TaskRow, actor: Actor): string | null =>
  task.taken_by_id !== null && task.taken_by_id !== actor.keyId
    ? `${task.taken_by_name ?? ''} has it since ${toShanghaiTime(task.taken_at ?? task.opened_at)}; release it first`
    : null;

async function writeMark(
  tx: LedgerTransaction,
  task: TaskRow,
  mark: Partial<
    Pick<TaskRow, 'taken_by_id' | 'taken_by_name' | 'done_by_id' | 'done_by_name' | 'result' | 'note'>
  >,
): Promise<void> {
  const now = sql<Date>`clock_timestamp()`;
  const set = {
    ...mark,
    ...('taken_by_id' in mark ? { taken_at: mark.taken_by_id === null ? null : now } : {}),
    ...('done_by_id' in mark ? { done_at: now } : {}),
  };
  await tx
    .insertInto('task_marks')
    .values({ delivery_id: task.id, epoch: task.epoch, opened_at: task.opened_at, ...set })
    .onConflict((conflict) => conflict.columns(['delivery_id', 'epoch']).doUpdateSet(set))
    .execute();
}

const subject = (id: string) => ({ kind: 'delivery', id }) as const;

/** Says who is at it. */
export async function takeTask(ledger: Ledger, id: string, actor: Actor): Promise<TaskVerdict> {
  return ledger.transaction().execute(async (tx): Promise<TaskVerdict> => {
    const found = await lockTask(tx, id);
    if ('verdict' in found) return found.verdict;
    const other = takenByOther(found.task, actor);
    if (other !== null) return { verdict: 'refused', reason: other };
    if (found.task.taken_by_id !== null) return { verdict: 'same' };
    await writeMark(tx, found.task, { taken_by_id: actor.keyId, taken_by_name: actor.keyName });
    await recordChanges(tx, actor, [{ action: 'task.take', subject: subject(id) }]);
    return { verdict: 'changed' };
  });
}

/** Gives it back, whoever has it: who took it may have gone home. */
export async function releaseTask(ledger: Ledger, id: string, actor: Actor): Promise<TaskVerdict> {
  return ledger.transaction().execute(async (tx): Promise<TaskVerdict> => {
    const found = await lockTask(tx, id);
    if ('verdict' in found) return found.verdict;
    if (found.task.taken_by_id === null) return { verdict: 'same' };
    await writeMark(tx, found.task, { taken_by_id: null, taken_by_name: null });
    await recordChanges(tx, actor, [{ action: 'task.release', subject: subject(id) }]);
    return { verdict: 'changed' };
  });
}

/**
 * What a person did or found: the delivery counts as delivered, on their word, or is asked for once more under the rules of a
 * retry. Task, delivery and audit change together.
 */
export async function endTask(
  ledger: Ledger,
  id: string,
  done: { result: TaskResult; note: string },
  actor: Actor,
): Promise<TaskVerdict> {
  const judge = (task: TaskRow): TaskVerdict | null => {
    const other = takenByOther(task, actor);
    if (other !== null) return { verdict: 'refused', reason: other };
    return meaningOf(done.result, task) === undefined ? { verdict: 'unfit' } : null;
  };
  const write = async (tx: LedgerTransaction, task: TaskRow) => {
    await writeMark(tx, task, { ...done, done_by_id: actor.keyId, done_by_name: actor.keyName });
    await recordChanges(tx, actor, [{ action: 'task.done', subject: subject(id), detail: { ...done } }]);
  };
  const first = await ledger.transaction().execute(async (tx) => {
    const found = await lockTask(tx, id);
    if ('verdict' in found) return found;
    const refused = judge(found.task);
    if (refused !== null) return { verdict: refused };
    if (meaningOf(done.result, found.task) === 'again') return found;
    await tx
      .updateTable('deliveries')
      .set({
        state: 'delivered',
        reason: `${actor.keyName}: ${done.note}`,
        next_attempt_at: null,
        updated_at: sql`clock_timestamp()`,
      })
      .where('id', '=', id)
      .where('state', 'in', leading(TASK_STATES, 'delivered'))
      .execute();
    await write(tx, found.task);
    if (found.task.action === 'withdraw') {
      const { channel_id: channel, version } = found.task;
      const facts = { delivery: id, version, channel, person: actor.keyName, ...done };
      await appendEvidence(tx, found.task.article_id, 'done-by-a-person', facts);
    }
    return { verdict: { verdict: 'changed' } as const };
  });
  if ('verdict' in first) return first.verdict;
  return askAgain(ledger, first.task, async (tx) => {
    const mark = await tx
      .selectFrom('task_marks')
      .selectAll()
      .where('delivery_id', '=', id)
      .where('epoch', '=', first.task.epoch)
      .executeTakeFirst();
    const refused = judge({ ...first.task, ...mark });
    if (refused !== null) throw new Refused('reason' in refused ? refused.reason : refused.verdict);
    await write(tx, first.task);
  });
}

/** A retry of exactly what the task was about: one that was ended meanwhile, or came up anew, is refused. */
async function askAgain(
  ledger: Ledger,
  task: TaskRow,
  alongside: (tx: LedgerTransaction) => Promise<void>,
): Promise<TaskVerdict> {
  try {
    return await requestRetry(ledger, task.id, TASK_STATES, async (tx) => {
      const { epoch } = await tx
        .selectFrom('deliveries')
        .select('epoch')
        .where('id', '=', task.id)
        .executeTakeFirstOrThrow();
      // A retry counts the epoch up by one.
      if (epoch !== task.epoch + 1) throw new Refused('it changed meanwhile');
      await alongside(tx);
    });
  } catch (error) {
    if (error instanceof Refused) return { verdict: 'refused', reason: error.message };
    throw error;
  }
}
