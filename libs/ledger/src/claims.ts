import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { WAITING_STATES } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from './claim-candidates.js';
import type { Ledger } from './database.js';
import { besides, goesBefore, overtakes } from './delivery-order.js';
import { leading, stateOfKnown } from './delivery-states.js';
import { Statement, type GiveValue } from './statement.js';

/** A committed claim: from here until its lease ends this sender alone may send. */
export interface Claim {
  epoch: number;
  attemptNumber: number;
}

/** What is to be claimed, as it was read. */
export interface ClaimRequest {
  candidate: Pick<ClaimCandidate, 'id' | 'articleId' | 'epoch' | 'previousVersion' | 'begun'>;
  /** The bytes that the first claim freezes. */
  message: Message;
  leaseMs: number;
}

/** Bytes to send, and what they are kept under. */
export interface Message {
  body: string;
  /** SHA-256 of the body. */
  hash: Buffer;
}

export function messageOf(body: string): Message {
  return { body, hash: createHash('sha256').update(body).digest() };
}

interface ClaimValues {
  ids: string[];
  epochs: number[];
  hashes: (Buffer | null)[];
  previousVersions: (number | null)[];
  leasesMs: number[];
  messageArticles: string[];
  messageHashes: Buffer[];
  messageBodies: string[];
}

const CLAIMABLE = sql.join(leading(WAITING_STATES, 'sending').map((state) => sql.lit(state)));

const claim = new Statement('claim', (ledger, given: GiveValue<ClaimValues>) =>
  sql<{ id: string; epoch: number; attempt_count: number }>`
    with wanted as (
      select * from unnest(${given('ids')}::text[], ${given('epochs')}::int[], ${given('hashes')}::bytea[],
                           ${given('previousVersions')}::int[], ${given('leasesMs')}::int[])
                    as w (id, epoch, hash, previous_version, lease_ms)
    ), free as (
      -- Waits for nobody: a batch that waited for one row would hold the others, which a withdrawal may want meanwhile.
      select d.id from deliveries d join wanted w on w.id = d.id
      where d.epoch = w.epoch and ${stateOfKnown('d')} in (${CLAIMABLE})
      for update of d skip locked
    ), kept as (
      insert into messages (article_id, hash, body)
      select * from unnest(${given('messageArticles')}::uuid[], ${given('messageHashes')}::bytea[], ${given('messageBodies')}::text[])
      on conflict do nothing
    )
    update deliveries d
    set state = 'sending', epoch = d.epoch + 1, attempt_count = d.attempt_count + 1,
        attempts_in_round = d.attempts_in_round + 1, next_attempt_at = null, reason = null,
        -- A round begins with its first attempt, however long the channel was paused before.
        round_started_at = case when d.attempts_in_round = 0 then clock_timestamp() else d.round_started_at end,
        lease_until = clock_timestamp() + w.lease_ms * interval '1 millisecond',
        begun_at = coalesce(d.begun_at, clock_timestamp()), message_hash = coalesce(d.message_hash, w.hash),
        previous_version = case when d.begun_at is null then w.previous_version else d.previous_version end,
        updated_at = clock_timestamp()
    from free f, wanted w, articles a, channels c
    where d.id = f.id and w.id = f.id and d.epoch = w.epoch and ${stateOfKnown('d')} in (${CLAIMABLE})
      and a.id = d.article_id and c.id = d.channel_id and c.deleted_at is null
      and (d.action = 'withdraw' or (a.withdrawn_through < d.version and c.enabled and c.paused_since is null))
      and not exists (select from deliveries n
                      where ${besides('n', 'd')} and (${overtakes('n', 'd')} or ${goesBefore('n', 'd')}))
    returning d.id, d.epoch, d.attempt_count`.compile(ledger),
);

/**
 * Takes deliveries for one attempt each, compare-and-set on the epoch that was read: whatever changed since (a withdrawal, a
 * pause, a newer version, another sender) leaves a delivery out of the answer. The messages are stored with the first claim.
 * All of it is committed when this resolves.
 */
export async function claimDeliveries(
  ledger: Ledger,
  requests: readonly ClaimRequest[],
): Promise<Map<ClaimRequest, Claim>> {
  try {
    return await claimTogether(ledger, requests);
  } catch (error) {
    if (!isOfOne(error)) throw error;
    if (requests.length === 1) return new Map();
    // One of them stands in the way of the others: each for itself.
    const claims = new Map<ClaimRequest, Claim>();
    for (const request of requests)
      for (const each of await claimDeliveries(ledger, [request])) claims.set(...each);
    return claims;
  }
}

/**
 * Another delivery of one's (article, channel) is being sent: deliveries_one_sender. Or two batches wait for each other's
 * rows.
 */
function isOfOne(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '23505' || error.code === '40P01');
}

async function claimTogether(
  ledger: Ledger,
  requests: readonly ClaimRequest[],
): Promise<Map<ClaimRequest, Claim>> {
  const messages = new Map<string, ClaimRequest>();
  for (const request of requests) {
    const { begun, articleId } = request.candidate;
    if (!begun) messages.set(`${articleId} ${request.message.hash.toString('base64')}`, request);
  }
  const rows = await claim.run(ledger, {
    ids: requests.map(({ candidate }) => candidate.id),
    epochs: requests.map(({ candidate }) => candidate.epoch),
    hashes: requests.map(({ candidate, message }) => (candidate.begun ? null : message.hash)),
    previousVersions: requests.map(({ candidate }) => candidate.previousVersion),
    leasesMs: requests.map(({ leaseMs }) => leaseMs),
    messageArticles: [...messages.values()].map(({ candidate }) => candidate.articleId),
    messageHashes: [...messages.values()].map(({ message }) => message.hash),
    messageBodies: [...messages.values()].map(({ message }) => message.body),
  });
  const claimed = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    requests.flatMap((request) => {
      const row = claimed.get(request.candidate.id);
      return row === undefined
        ? []
        : [[request, { epoch: row.epoch, attemptNumber: row.attempt_count }] as const];
    }),
  );
}
