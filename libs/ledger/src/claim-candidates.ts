import { sql } from 'kysely';
import type { DeliveryAction, DeliveryState, Outcome } from '@newsrelay/contracts/delivery';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';
import { CHANNEL_COLUMNS, channelOfRow, type StoredChannel } from './channels.js';
import type { Ledger } from './database.js';
import { besides, goesBefore, newerThan, overtakes } from './delivery-order.js';
import { InBatches } from './in-batches.js';
import { Statement, type GiveValue } from './statement.js';

/** All that one attempt needs, read at once. */
export interface ClaimCandidate {
  id: string;
  articleId: string;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  epoch: number;
  attemptsInRound: number;
  /** Of the round's last attempt; null before its first. */
  lastOutcome: Outcome | null;
  roundStartedAt: Date;
  /** Milliseconds until it is due by PostgreSQL's clock; 0 or less means now. */
  dueInMs: number;
  begun: boolean;
  /** The frozen bytes; null before the first claim. */
  body: string | null;
  previousVersion: number | null;
  /** Grows with every event of the article. */
  sequence: number;
  eventAt: Date;
  note: string | null;
  withdrawn: boolean;
  /** Another delivery makes it pointless: a newer version's, or a withdrawal's. */
  overtaken: boolean;
  /** An older version's withdrawal is still to go out, and goes first. */
  behindWithdrawal: boolean;
  renditionId: string;
  renditionContent: Record<string, unknown> | null;
  channel: StoredChannel;
  channelDeleted: boolean;
  /** The channel's last attempts failed; null if the last one did not. */
  breaker: BreakerState | null;
  /** The process that works off what waits in the channel's lane, if there is one. */
  backlogHolder: string | null;
}

/** Of a channel whose last attempts failed. */
export interface BreakerState {
  failures: number;
  /** Milliseconds since the first of them. */
  failingForMs: number;
  /** Milliseconds until one delivery may try, 0 or less: now; null while the breaker is closed. */
  opensInMs: number | null;
}

interface CandidateRow {
  id: string;
  article_id: string;
  version: number;
  action: DeliveryAction;
  state: DeliveryState;
  epoch: number;
  attempts_in_round: number;
  round_started_at: Date;
  begun: boolean;
  body: string | null;
  frozen_previous_version: number | null;
  rendition_id: string;
  withdrawn_at: Date | null;
  versions_skipped_through: number;
  note: string | null;
  released_at: Date | null;
  version_created_at: Date;
  withdrawn: boolean;
  takes_all_down: boolean;
  due_in_ms: number;
  overtaken: boolean;
  behind_withdrawal: boolean;
  last_begun_version: number | null;
  last_outcome: Outcome | null;
  channel_id: string;
  channel_row: string;
  enabled: boolean;
  paused_since: Date | null;
  pause_reason: string | null;
  channel_deleted: boolean;
  breaker_failures: number | null;
  breaker_failing_ms: number | null;
  breaker_opens_in_ms: number | null;
  backlog_holder: string | null;
}

const candidatesById = new Statement('claim-candidates', (ledger, given: GiveValue<{ ids: string[] }>) =>
  sql<CandidateRow>`
    select d.id, d.article_id, d.version, d.action, d.state, d.epoch, d.attempts_in_round, d.round_started_at,
           d.begun_at is not null as begun, coalesce(m.body, d.body) as body,
           d.previous_version as frozen_previous_version, d.rendition_id,
           a.withdrawn_at, a.versions_skipped_through, v.note, v.released_at, v.created_at as version_created_at,
           d.action = 'publish' and a.withdrawn_through >= d.version as withdrawn,
           -- Else a withdrawal is of a version that left the channel's filter.
           d.action = 'withdraw' and a.withdrawn_through >= d.version as takes_all_down,
           coalesce(extract(epoch from d.next_attempt_at - clock_timestamp()) * 1000, 0)::float8 as due_in_ms,
           coalesce(o.overtaken, false) as overtaken, coalesce(o.behind_withdrawal, false) as behind_withdrawal,
           o.last_begun_version,
           (select t.outcome from attempts t
            where t.delivery_id = d.id and t.number = d.attempt_count and d.attempts_in_round > 0) as last_outcome,
           d.channel_id, c.xmin::text as channel_row, c.enabled, c.paused_since, c.pause_reason,
           c.deleted_at is not null as channel_deleted,
           b.failures as breaker_failures,
           (extract(epoch from clock_timestamp() - b.failing_since) * 1000)::float8 as breaker_failing_ms,
           (extract(epoch from b.open_until - clock_timestamp()) * 1000)::float8 as breaker_opens_in_ms,
           k.holder as backlog_holder
    from deliveries d
    join articles a on a.id = d.article_id
    join article_versions v on v.article_id = d.article_id and v.version = d.version
    join channels c on c.id = d.channel_id
    left join messages m on m.article_id = d.article_id and m.hash = d.message_hash
    left join breakers b on b.channel_id = d.channel_id
    left join backlogs k on k.channel_id = d.channel_id and k.action = d.action and k.held_until > clock_timestamp()
    cross join lateral (
      select bool_or(${overtakes('n', 'd')}) as overtaken,
             bool_or(${goesBefore('n', 'd')}) as behind_withdrawal,
             max(n.version) filter (where n.action = 'publish' and n.begun_at is not null and ${newerThan('d', 'n')})
               as last_begun_version
      from deliveries n where ${besides('n', 'd')}
    ) as o
    where d.id = any (${given('ids')}::text[])`.compile(ledger),
);

const renditionsById = new Statement('renditions', (ledger, given: GiveValue<{ ids: string[] }>) =>
  sql<{ id: string; content: Record<string, unknown> | null }>`
    select id, content from renditions where id = any (${given('ids')}::text[])`.compile(ledger),
);

/** Channels and renditions of one process that are kept: a channel and its secrets is about a kilobyte, a rendition some more. */
const KEPT_CHANNELS = 20_000;
const KEPT_RENDITIONS = 1_000;

/**
 * Reads what is to be sent. What does not change is read once: the content of a rendition, and a channel for as long as its
 * row is the same, which each read asks.
 */
export class CandidateReader {
  readonly #channels = new RecentlyUsed<string, { row: string; channel: StoredChannel }>(KEPT_CHANNELS);
  readonly #renditions = new RecentlyUsed<string, Promise<Record<string, unknown> | undefined>>(
    KEPT_RENDITIONS,
  );
  readonly #contents = new InBatches<string, Record<string, unknown>>(async (ids) => {
    const rows = await renditionsById.run(this.ledger, { ids: [...ids] });
    return new Map(rows.flatMap(({ id, content }) => (content === null ? [] : [[id, content]])));
  });

  constructor(private readonly ledger: Ledger) {}

  /** By id; those that are not there are left out. */
  async read(ids: readonly string[]): Promise<Map<string, ClaimCandidate>> {
    const rows = await candidatesById.run(this.ledger, { ids: [...ids] });
    const [channels, renditions] = await Promise.all([this.#channelsOf(rows), this.#renditionsOf(rows)]);
    return new Map(
      rows.flatMap((row) => {
        const channel = channels.get(row.channel_id);
        const content = renditions.get(row.rendition_id) ?? null;
        return channel === undefined ? [] : [[row.id, candidateOf(row, channel, content)] as const];
      }),
    );
  }

  async #channelsOf(rows: readonly CandidateRow[]): Promise<Map<string, StoredChannel>> {
    const channels = new Map<string, StoredChannel>();
    const missing = new Set<string>();
    for (const { channel_id: id, channel_row: row } of rows) {
      const known = this.#channels.get(id);
      if (known?.row === row) channels.set(id, known.channel);
      else missing.add(id);
    }
    if (missing.size === 0) return channels;
    const found = await this.ledger
      .selectFrom('channels')
      .select([...CHANNEL_COLUMNS, sql<string>`xmin::text`.as('row')])
      .where('id', 'in', [...missing])
      .execute();
    for (const { row, ...columns } of found) {
      const channel = channelOfRow(columns);
      channels.set(channel.id, channel);
      this.#channels.set(channel.id, { row, channel });
    }
    return channels;
  }

  /**
   * Reads a rendition that is about to be asked for, so that nobody waits for it then. Whoever asks meanwhile gets what is on
   * its way.
   */
  foresee(renditionId: string): void {
    // A failure is told to whoever asks.
    this.#contentOf(renditionId).catch(() => undefined);
  }

  /** Of deliveries that have no frozen bytes yet. */
  async #renditionsOf(rows: readonly CandidateRow[]): Promise<Map<string, Record<string, unknown>>> {
    const ids = new Set(rows.flatMap(({ body, rendition_id: id }) => (body === null ? [id] : [])));
    const contents = await Promise.all([...ids].map(async (id) => [id, await this.#contentOf(id)] as const));
    return new Map(contents.flatMap(([id, content]) => (content === undefined ? [] : [[id, content]])));
  }

  /** Undefined where there is none, or none yet. */
  #contentOf(id: string): Promise<Record<string, unknown> | undefined> {
    const known = this.#renditions.get(id);
    if (known !== undefined) return known;
    const asked = this.#contents.get(id);
    this.#renditions.set(id, asked);
    const forget = (): void => {
      if (this.#renditions.get(id) === asked) this.#renditions.delete(id);
    };
    asked.then((content) => {
      if (content === undefined) forget();
    }, forget);
    return asked;
  }
}

function candidateOf(
  row: CandidateRow,
  channel: StoredChannel,
  renditionContent: Record<string, unknown> | null,
): ClaimCandidate {
  return {
    id: row.id,
    articleId: row.article_id,
    version: row.version,
    action: row.action,
    state: row.state,
    epoch: row.epoch,
    attemptsInRound: row.attempts_in_round,
    lastOutcome: row.last_outcome,
    roundStartedAt: row.round_started_at,
    dueInMs: row.due_in_ms,
    begun: row.begun,
    body: row.body,
    previousVersion: row.begun ? row.frozen_previous_version : row.last_begun_version,
    sequence: sequenceOf(row),
    eventAt: (row.takes_all_down ? row.withdrawn_at : row.released_at) ?? row.version_created_at,
    // A version's note tells of its text, and a withdrawal tells nothing of it any more.
    note: row.action === 'withdraw' ? null : row.note,
    withdrawn: row.withdrawn,
    overtaken: row.overtaken,
    behindWithdrawal: row.behind_withdrawal,
    renditionId: row.rendition_id,
    renditionContent,
    // Whether it may be sent is always as it was read just now.
    channel: {
      ...channel,
      enabled: row.enabled,
      paused: row.paused_since === null ? null : { since: row.paused_since, reason: row.pause_reason ?? '' },
    },
    channelDeleted: row.channel_deleted,
    breaker:
      row.breaker_failures === null
        ? null
        : {
            failures: row.breaker_failures,
            failingForMs: row.breaker_failing_ms ?? 0,
            opensInMs: row.breaker_opens_in_ms,
          },
    backlogHolder: row.backlog_holder,
  };
}

/** Undefined if there is no such delivery. */
export async function readClaimCandidate(ledger: Ledger, id: string): Promise<ClaimCandidate | undefined> {
  return (await new CandidateReader(ledger).read([id])).get(id);
}

/**
 * A version's withdrawal comes after the version and before the next one. After a restore it also comes after what outlets
 * may have got of versions that the backup does not know, whose numbers were skipped.
 */
function sequenceOf(row: Pick<CandidateRow, 'action' | 'version' | 'versions_skipped_through'>): number {
  if (row.action === 'publish') return row.version * 2 - 1;
  return Math.max(row.version, row.versions_skipped_through) * 2;
}
