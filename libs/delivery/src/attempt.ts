import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { AttemptResult, Connector } from '@newsrelay/channel-kit/connector';
import { OutboundFailure, type OutboundHttp } from '@newsrelay/channel-kit/outbound-http';
import type { DeliveryAction, DeliveryState } from '@newsrelay/contracts/delivery';
import { webhookId } from '@newsrelay/contracts/keys';
import { QUEUES } from '@newsrelay/contracts/subjects';
import {
  claimDelivery,
  endWaiting,
  settleDelivery,
  type Claim,
  type ClaimCandidate,
  type Settlement,
} from '@newsrelay/ledger/deliveries';
import { readEarlierSends, type EarlierSends } from '@newsrelay/ledger/earlier-sends';
import { isLedgerTooSlow, isLedgerUnavailable, type Ledger } from '@newsrelay/ledger/database';
import type { InBatches } from '@newsrelay/ledger/in-batches';
import { redact } from '@newsrelay/sealing/mask';
import { annotate, ATTRIBUTES, inSpan, type SpanOptions } from '@newsrelay/telemetry/tracing';
import { afterAttempt } from './after-attempt.js';
import { claimVerdict } from './claim-verdict.js';
import type { DestinationSlots, Slot } from './destination-slots.js';
import type { DeliveryEvents } from './events.js';
import type { FlightHandle, InFlight } from './in-flight.js';
import { PUT_OFF_MAX_MS } from './queue.js';
import { sendOnce } from './send-once.js';
import { tracedHttp } from './traced-http.js';

/** A lease outlives the request's total deadline by this, in milliseconds: for the claim's way back and the result's way in. */
const LEASE_MARGIN_MS = 5_000;
/** Another delivery of the same (article, channel) is being sent: asked again after this. */
const BUSY_MS = 250;
/** A channel whose secrets do not open is asked again after this. */
const SECRETS_MS = PUT_OFF_MAX_MS;
/** Of a lease, this is kept for the result's way into the ledger, in milliseconds: no request runs into it. */
const SETTLE_MARGIN_MS = 1_000;
/** A result that the ledger could not take is offered again after this, while the lease lasts. */
const SETTLE_AGAIN_MS = 250;

/** The guarded client, as far as an attempt needs it. */
export interface OutboundBinder {
  bind(binding: { signal: AbortSignal; deadlineMs: number; beforeFirstByte: () => void }): OutboundHttp;
}

/** Withdrawals have a client and slots of their own: never behind what is being published. */
export interface Lane {
  outbound: OutboundBinder;
  slots: DestinationSlots;
}

export interface AttemptParts {
  ledger: Ledger;
  /** Reads deliveries by id from that ledger; asked once for each turn, and never kept. */
  candidates: Pick<InBatches<string, ClaimCandidate>, 'get'>;
  connectorOf: (type: string) => Connector | undefined;
  /** Opens a channel's sealed secrets; throws if it cannot. */
  unseal: (sealed: string, channelId: string) => Record<string, unknown>;
  lanes: Record<DeliveryAction, Lane>;
  inFlight: InFlight;
  events: DeliveryEvents;
  /** Seconds before each attempt. */
  schedule: readonly number[];
}

/** What the queue does with the job: it is done, or it comes again in so many milliseconds. */
export type JobFate = { done: true } | { done: false; againInMs: number };
const DONE: JobFate = { done: true };

/**
 * One turn of a delivery: read, fence, claim, send, settle. Safe to call at any time, any number of times and from
 * several processes for the same delivery; only the one that gets the claim sends. Throws if the ledger cannot be
 * reached, in which case the queue brings the job again.
 */
export async function attemptDelivery(
  deliveryId: string,
  parts: AttemptParts,
  stopping: AbortSignal,
): Promise<JobFate> {
  const readAt = performance.now();
  const candidate = await parts.candidates.get(deliveryId);
  if (candidate === undefined) return DONE;
  const verdict = claimVerdict(candidate);
  switch (verdict.verdict) {
    case 'nothing':
      parts.events.notClaimed(verdict.why);
      return DONE;
    case 'end':
      parts.events.notClaimed(verdict.state);
      await endWaiting(parts.ledger, candidate, verdict.state, verdict.reason);
      return DONE;
    case 'later':
      parts.events.parked('not-yet');
      return { done: false, againInMs: verdict.inMs };
    case 'send':
      return send(candidate, parts, stopping, readAt);
  }
}

/** What a turn has gathered before it claims. */
interface Turn {
  candidate: ClaimCandidate;
  connector: Connector;
  secrets: Record<string, unknown>;
  /** Before the read, on the monotonic clock: a lease that is counted from here never outlasts PostgreSQL's. */
  readAt: number;
  stopping: AbortSignal;
}

async function send(
  candidate: ClaimCandidate,
  parts: AttemptParts,
  stopping: AbortSignal,
  readAt: number,
): Promise<JobFate> {
  const connector = parts.connectorOf(candidate.channel.type);
  if (connector === undefined) throw new Error(`no connector for channel type ${candidate.channel.type}`);
  const secrets = openSecrets(candidate, parts);
  // A fault of ours, such as another encryption key: it costs the delivery no attempt.
  if (secrets === null) return { done: false, againInMs: SECRETS_MS };
  const slot = await takeSlot(candidate, connector, parts);
  if ('againInMs' in slot) {
    parts.events.notClaimed('no-slot');
    return { done: false, againInMs: slot.againInMs };
  }
  const turn = { candidate, connector, secrets, readAt, stopping };
  // Turns that are put off have no span: a busy outlet would have thousands.
  return inSpan(`process ${QUEUES[LANE_QUEUES[candidate.action]]}`, spanOf(candidate), async (span) => {
    let sent: Sent | null;
    try {
      sent = await claimAndRequest(turn, parts);
    } finally {
      slot.release();
    }
    if (sent !== null) {
      span.set({ [ATTRIBUTES.outcome]: sent.result.outcome, [ATTRIBUTES.attempt]: sent.claim.attemptNumber });
      return settle(turn, sent, parts);
    }
    parts.events.notClaimed('lost');
    return { done: false, againInMs: BUSY_MS };
  });
}

const LANE_QUEUES = { publish: 'deliveries', withdraw: 'withdrawals' } as const;

function spanOf(candidate: ClaimCandidate): SpanOptions {
  return {
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': QUEUES[LANE_QUEUES[candidate.action]],
      [ATTRIBUTES.delivery]: candidate.id,
      [ATTRIBUTES.article]: candidate.articleId,
      [ATTRIBUTES.version]: candidate.version,
      [ATTRIBUTES.channel]: candidate.channel.id,
      [ATTRIBUTES.channelType]: candidate.channel.type,
      [ATTRIBUTES.action]: candidate.action,
    },
  };
}

/** Served channels make no request, and need none. */
async function takeSlot(candidate: ClaimCandidate, connector: Connector, parts: AttemptParts): Promise<Slot> {
  const [target] = connector.manifest.targets(candidate.channel.settings);
  if (target === undefined) return { release: () => undefined };
  return parts.lanes[candidate.action].slots.take(new URL(target.url).origin);
}

/** What a claimed turn came to. */
interface Sent {
  claim: Claim;
  result: AttemptResult;
  durationMs: number;
  /** On the monotonic clock. */
  leaseEndsAt: number;
}

/** Null if somebody else has the claim, or nobody may have it any more. */
async function claimAndRequest(turn: Turn, parts: AttemptParts): Promise<Sent | null> {
  const { candidate, connector } = turn;
  const body = candidate.body ?? compose(candidate, connector);
  const leaseMs = connector.manifest.limits.requestDeadlineMs + LEASE_MARGIN_MS;
  const leaseEndsAt = turn.readAt + leaseMs;
  // Before the claim: a withdrawal that is told of between its commit and the request must find something to stop.
  const flight = parts.inFlight.begin(
    candidate.articleId,
    // A withdrawal carries no content: nothing stops it but a shutdown.
    candidate.action === 'publish' ? candidate.version : Number.POSITIVE_INFINITY,
    leaseEndsAt,
  );
  try {
    const claim = await claimDelivery(parts.ledger, candidate, body, leaseMs);
    if (claim === null) return null;
    const startedAt = performance.now();
    const result = await request({ ...turn, claim, body }, parts, flight, leaseEndsAt - SETTLE_MARGIN_MS);
    return { claim, result, durationMs: performance.now() - startedAt, leaseEndsAt };
  } finally {
    flight.land();
  }
}

async function settle(turn: Turn, sent: Sent, parts: AttemptParts): Promise<JobFate> {
  const { candidate, connector } = turn;
  const { claim, result, durationMs, leaseEndsAt } = sent;
  const { capabilities } = connector.manifest;
  const next = afterAttempt(
    result,
    {
      action: candidate.action,
      attemptsInRound: candidate.attemptsInRound + 1,
      refusedBefore: candidate.lastOutcome === 'permanent' || candidate.lastOutcome === 'rejected-content',
      ageSeconds: (Date.now() - candidate.roundStartedAt.getTime()) / 1000,
      capabilities,
      random: Math.random(),
    },
    parts.schedule,
  );
  const settlement: Settlement = {
    deliveryId: candidate.id,
    epoch: claim.epoch,
    outcome: result.outcome,
    status: result.status,
    error: result.error,
    response: result.response,
    durationMs,
    state: next.state,
    reason: next.reason,
    nextAttemptInMs: next.nextAttemptInMs,
    remoteId: result.remoteId ?? null,
    remoteUrl: result.remoteUrl ?? null,
    pauseReason: next.pauseReason,
    served: capabilities.delivery === 'served',
    withdrawal: candidate.action === 'withdraw',
  };
  const state = await settleWithinLease(parts.ledger, settlement, leaseEndsAt, turn.stopping);
  annotate({ [ATTRIBUTES.deliveryState]: state ?? 'lost' });
  parts.events.attempted({ candidate, claim, result, durationMs, state });
  if (state === 'retrying' && next.nextAttemptInMs !== null)
    return { done: false, againInMs: next.nextAttemptInMs };
  return DONE;
}

/** Nothing was sent: the ledger answered the claim so late that the lease would have ended under the request. */
const CLAIMED_TOO_LATE: AttemptResult = {
  outcome: 'aborted',
  status: null,
  response: null,
  error: 'the ledger was slow: too little of the lease was left for a request',
};

const EARLIER_UNKNOWN: AttemptResult = {
  outcome: 'aborted',
  status: null,
  response: null,
  error: 'the ledger did not tell what was sent before: nothing was sent',
};

/** What is known of an outlet is worth insisting on: a result that is lost is a request that goes out again. */
async function settleWithinLease(
  ledger: Ledger,
  settlement: Settlement,
  leaseEndsAt: number,
  stopping: AbortSignal,
): Promise<DeliveryState | null> {
  for (;;) {
    try {
      return await settleDelivery(ledger, settlement);
    } catch (error) {
      const mayPass = isLedgerUnavailable(error) || isLedgerTooSlow(error);
      if (!mayPass || stopping.aborted || performance.now() >= leaseEndsAt) throw error;
      await delay(SETTLE_AGAIN_MS);
    }
  }
}

function openSecrets(candidate: ClaimCandidate, parts: AttemptParts): Record<string, unknown> | null {
  try {
    return parts.unseal(candidate.channel.sealedSecrets, candidate.channel.id);
  } catch (error) {
    parts.events.secretsUnreadable(candidate.channel.id, error);
    return null;
  }
}

/** The message's bytes; from the claim on they never change. */
function compose(candidate: ClaimCandidate, connector: Connector): string {
  return connector.publisher.compose(
    candidate.renditionContent ?? {},
    {
      deliveryId: candidate.id,
      articleId: candidate.articleId,
      version: candidate.version,
      action: candidate.action,
      previousVersion: candidate.previousVersion,
      sequence: candidate.sequence,
      eventAt: candidate.eventAt,
      note: candidate.note,
    },
    candidate.channel.settings,
  );
}

async function request(
  turn: Turn & { claim: Claim; body: string },
  parts: AttemptParts,
  flight: FlightHandle,
  endsBy: number,
): Promise<AttemptResult> {
  const { candidate, connector, secrets, stopping } = turn;
  const { requestDeadlineMs } = connector.manifest.limits;
  const earlier = await earlierSends(turn, parts.ledger);
  if (earlier === null) return EARLIER_UNKNOWN;
  // A claim or a look-up that took its time leaves the request less: two senders must never be at the outlet at once.
  const leftMs = endsBy - performance.now();
  if (leftMs < requestDeadlineMs / 2) return CLAIMED_TOO_LATE;
  try {
    const http = tracedHttp(
      parts.lanes[candidate.action].outbound.bind({
        signal: AbortSignal.any([flight.signal, stopping]),
        deadlineMs: Math.floor(Math.min(requestDeadlineMs, leftMs)),
        beforeFirstByte: flight.beforeFirstByte,
      }),
    );
    const result = await sendOnce(
      connector,
      { key: webhookId(candidate.id), action: candidate.action, body: turn.body },
      { channelId: candidate.channel.id, settings: candidate.channel.settings, secrets },
      { http, now: new Date() },
      earlier,
    );
    // An outlet that repeats what it was sent must not bring a secret into the ledger in clear.
    return {
      ...result,
      error: redact(result.error, secrets),
      response: redact(result.response, secrets),
      ...(result.pauseReason === undefined ? {} : { pauseReason: redact(result.pauseReason, secrets) ?? '' }),
    };
  } catch (error) {
    // A connector that throws is a bug of ours: shown on the delivery, and retried like any failure.
    if (!(error instanceof OutboundFailure)) parts.events.connectorFailed(candidate, error);
    const message = error instanceof Error ? error.message : String(error);
    // Whether it had sent anything is not known: only an outlet that knows repeats by key may get it again unasked.
    const outcome = connector.manifest.capabilities.repeat === 'server-key' ? 'transient' : 'unknown';
    return { outcome, status: null, response: null, error: `our own failure: ${message}` };
  }
}

/** Null if the ledger does not tell. An outlet that knows repeats by key is never asked, and keeps no ids for us. */
async function earlierSends(
  { candidate, connector, claim }: Turn & { claim: Claim },
  ledger: Ledger,
): Promise<EarlierSends | null> {
  if (connector.manifest.capabilities.repeat === 'server-key') return { remoteIds: [], uncertain: [] };
  return readEarlierSends(ledger, candidate, claim).catch((error: unknown) => {
    if (isLedgerUnavailable(error) || isLedgerTooSlow(error)) return null;
    throw error;
  });
}
