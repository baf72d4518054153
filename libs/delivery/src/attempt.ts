import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { AttemptResult, Connector, TopicDocuments } from '@newsrelay/channel-kit/connector';
import { OutboundFailure, type OutboundHttp } from '@newsrelay/channel-kit/outbound-http';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { webhookId } from '@newsrelay/contracts/keys';
import { takeProbe } from '@newsrelay/ledger/breakers';
import { endCarried, leaveTurn, takeTurn, type ChannelTurn } from '@newsrelay/ledger/channel-turns';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import type { Claim, ClaimRequest } from '@newsrelay/ledger/claims';
import { readEarlierSends, type EarlierSends } from '@newsrelay/ledger/earlier-sends';
import { isLedgerAway, type Ledger } from '@newsrelay/ledger/database';
import type { InBatches } from '@newsrelay/ledger/in-batches';
import { isPlainArrival, settleDelivery, type Settled, type Settlement } from '@newsrelay/ledger/settlements';
import { endWaiting } from '@newsrelay/ledger/waiting-deliveries';
import { redact } from '@newsrelay/sealing/mask';
import { annotate, ATTRIBUTES, inSpan, type SpanOptions } from '@newsrelay/telemetry/tracing';
import { afterAttempt } from './after-attempt.js';
import { claimVerdict } from './claim-verdict.js';
import { destinationOf } from './destination.js';
import type { DeliveryEvents } from './events.js';
import type { FlightHandle, InFlight } from './in-flight.js';
import type { TurnEnd } from './mailboxes.js';
import type { MessageComposer } from './message-composer.js';
import { signOf } from './channel-sign.js';
import { needsPerson } from './needs-person.js';
import { sendOnce } from './send-once.js';
import { tracedHttp } from './traced-http.js';

/** A lease outlives the request's total deadline by this, in milliseconds: for the claim's way back and the result's way in. */
const LEASE_MARGIN_MS = 5_000;
/** Another delivery of the same (article, channel) is being sent: asked again after this. */
const BUSY_MS = 250;
/** A channel whose secrets do not open is asked again after this. */
const SECRETS_MS = 10_000;
/** A channel whose breaker opened, or that was paused: what is on its way here is dropped, the ledger has it. */
const CLOSED_MS = 100;
/** Of a lease, this is kept for the result's way into the ledger, in milliseconds: no request runs into it. */
const SETTLE_MARGIN_MS = 1_000;
/** A result that the ledger could not take is offered again after this, while the lease lasts. */
const SETTLE_AGAIN_MS = 250;

/** The guarded client, as far as an attempt needs it. */
export interface OutboundBinder {
  bind(binding: {
    signal: AbortSignal;
    alsoStoppedBy?: AbortSignal;
    deadlineMs: number;
    beforeFirstByte: () => void;
  }): OutboundHttp;
}

export interface AttemptParts {
  ledger: Ledger;
  /** Reads deliveries by id from that ledger; asked once for each turn, and never kept. */
  candidates: Pick<InBatches<string, ClaimCandidate>, 'get'>;
  claims: Pick<InBatches<ClaimRequest, Claim>, 'get'>;
  /** Writes results of which {@link isPlainArrival} is true. */
  arrivals: Pick<InBatches<Settlement, Settled>, 'get'>;
  messages: MessageComposer;
  connectorOf: (type: string) => Connector | undefined;
  /** Opens a channel's sealed secrets; throws if it cannot. */
  unseal: (sealed: string, channelId: string) => Record<string, unknown>;
  /** Withdrawals have a client of their own: never behind what is being published. */
  outbound: Record<DeliveryAction, OutboundBinder>;
  inFlight: InFlight;
  events: DeliveryEvents;
  /** Seconds before each attempt. */
  schedule: readonly number[];
  /** What pauses a channel that does nothing but fail: so many attempts over so many milliseconds. */
  autoPause: { failures: number; forMs: number };
  /** This process, as it holds backlogs. */
  holder: string;
  /** For types that push what another channel serves. `carries` is told of the articles whose content a document holds. */
  topicsOf?: (channelId: string, carries: (articleIds: Iterable<string>) => void) => TopicDocuments;
  /** Ends a channel whose outlet wants nothing any more. */
  closeChannel?: (channelId: string, reason: string) => Promise<unknown>;
}

/** Of outlets that come and go by themselves no failure is one that somebody here must see to. */
const NEVER_PAUSED = { failures: Number.POSITIVE_INFINITY, forMs: Number.POSITIVE_INFINITY };

/** What a turn came to. */
export interface Turn extends TurnEnd {
  /** The delivery's next turn, if it is to have one by itself: action and milliseconds from now. */
  again: { action: DeliveryAction; inMs: number } | null;
}

const OVER: Turn = { again: null, silentForMs: 0, lookAgain: false, requestMs: null, destination: null };

/**
 * One turn of a delivery: read, fence, claim, send, settle. Safe to call at any time, any number of times and from
 * several processes for the same delivery; only the one that gets the claim sends. Throws if the ledger cannot be
 * reached, which leaves the delivery as it was, or sending until its lease is over.
 */
export async function attemptDelivery(
  deliveryId: string,
  parts: AttemptParts,
  stopping: AbortSignal,
): Promise<Turn> {
  const readAt = performance.now();
  const candidate = await parts.candidates.get(deliveryId);
  if (candidate === undefined) return OVER;
  const verdict = claimVerdict(candidate, parts.holder);
  switch (verdict.verdict) {
    case 'nothing':
      parts.events.notClaimed(verdict.why);
      return { ...OVER, silentForMs: verdict.silentForMs };
    case 'end':
      parts.events.notClaimed(verdict.state);
      await endWaiting(parts.ledger, candidate, verdict.state, verdict.reason);
      return OVER;
    case 'later':
      parts.events.parked('not-yet');
      return { ...OVER, again: { action: candidate.action, inMs: verdict.inMs } };
    case 'send':
      return send(candidate, parts, stopping, readAt);
  }
}

/** What a turn has gathered before it claims. */
interface Prepared {
  candidate: ClaimCandidate;
  connector: Connector;
  secrets: Record<string, unknown>;
  /** Before the read, on the monotonic clock: a lease that is counted from here never outlasts PostgreSQL's. */
  readAt: number;
  stopping: AbortSignal;
  /** Of a type whose requests go one after the other. */
  channelTurn: ChannelTurn | null;
}

async function send(
  candidate: ClaimCandidate,
  parts: AttemptParts,
  stopping: AbortSignal,
  readAt: number,
): Promise<Turn> {
  const connector = parts.connectorOf(candidate.channel.type);
  if (connector === undefined) throw new Error(`no connector for channel type ${candidate.channel.type}`);
  const { action } = candidate;
  const person = needsPerson(action, connector.manifest.capabilities);
  if (person !== null) {
    await endWaiting(parts.ledger, candidate, 'manual', person);
    return OVER;
  }
  const turn = { ...OVER, destination: destinationOf(candidate.channel, connector.manifest) };
  const secrets = openSecrets(candidate, parts);
  // A fault of ours, such as another encryption key: it costs the delivery no attempt, and is the same for all of the channel.
  if (secrets === null) return { ...turn, silentForMs: SECRETS_MS, lookAgain: true };
  const leaseMs = connector.manifest.limits.requestDeadlineMs + LEASE_MARGIN_MS;
  const { oneAtATime = false } = connector.manifest.limits;
  // Before anything that goes out is read, and for as long as the lease at least.
  const channelTurn = oneAtATime ? await takeTurn(parts.ledger, candidate.channel.id, leaseMs) : null;
  if (oneAtATime && channelTurn === null) return { ...turn, again: { action, inMs: BUSY_MS } };
  try {
    const prepared = { candidate, connector, secrets, readAt, stopping, channelTurn };
    return { ...turn, ...(await inItsTurn(prepared, parts, leaseMs)) };
  } finally {
    // If it cannot be given back now, it is over with its lease.
    if (channelTurn !== null) await leaveTurn(parts.ledger, channelTurn).catch(() => undefined);
  }
}

async function inItsTurn(prepared: Prepared, parts: AttemptParts, leaseMs: number): Promise<Partial<Turn>> {
  const { candidate } = prepared;
  const { action } = candidate;
  if (action === 'publish' && candidate.breaker !== null && candidate.breaker.opensInMs !== null) {
    // The one that is to try; the others wait until it is known how that went.
    if (!(await takeProbe(parts.ledger, candidate.channel.id, leaseMs))) return {};
  }
  // Turns that come to nothing have no span: a busy outlet would have thousands.
  return inSpan('deliver', spanOf(candidate), async (span) => {
    const sent = await claimAndRequest(prepared, parts, leaseMs);
    if (sent === null) {
      parts.events.notClaimed('lost');
      return { again: { action, inMs: BUSY_MS } };
    }
    span.set({ [ATTRIBUTES.outcome]: sent.result.outcome, [ATTRIBUTES.attempt]: sent.claim.attemptNumber });
    return { ...(await settle(prepared, sent, parts)), requestMs: sent.durationMs };
  });
}

function spanOf(candidate: ClaimCandidate): SpanOptions {
  return {
    kind: SpanKind.INTERNAL,
    attributes: {
      [ATTRIBUTES.delivery]: candidate.id,
      [ATTRIBUTES.article]: candidate.articleId,
      [ATTRIBUTES.version]: candidate.version,
      [ATTRIBUTES.channel]: candidate.channel.id,
      [ATTRIBUTES.channelType]: candidate.channel.type,
      [ATTRIBUTES.action]: candidate.action,
    },
  };
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
async function claimAndRequest(
  prepared: Prepared,
  parts: AttemptParts,
  leaseMs: number,
): Promise<Sent | null> {
  const { candidate, connector } = prepared;
  const message = parts.messages.messageOf(candidate, connector);
  const leaseEndsAt = prepared.readAt + leaseMs;
  // Before the claim: a withdrawal that is told of between its commit and the request must find something to stop.
  const flight = parts.inFlight.begin(
    candidate.articleId,
    // A withdrawal carries no content: nothing stops it but a shutdown.
    candidate.action === 'publish' ? candidate.version : Number.POSITIVE_INFINITY,
    leaseEndsAt,
  );
  try {
    const claim = await parts.claims.get({ candidate, message, leaseMs });
    if (claim === undefined) return null;
    const startedAt = performance.now();
    const claimed = { ...prepared, claim, body: message.body };
    const result = await request(claimed, parts, flight, leaseEndsAt - SETTLE_MARGIN_MS);
    return { claim, result, durationMs: performance.now() - startedAt, leaseEndsAt };
  } finally {
    flight.land();
  }
}

/** Writes what the attempt came to, and tells what follows from it. */
async function settle(
  prepared: Prepared,
  sent: Sent,
  parts: AttemptParts,
): Promise<Pick<Turn, 'again' | 'silentForMs' | 'lookAgain' | 'endedOthers'>> {
  const { candidate, connector } = prepared;
  const { claim, result, durationMs, leaseEndsAt } = sent;
  const { capabilities } = connector.manifest;
  const next = afterAttempt(
    result,
    {
      action: candidate.action,
      attemptsInRound: candidate.attemptsInRound + 1,
      refusedBefore: candidate.lastOutcome === 'permanent' || candidate.lastOutcome === 'rejected-content',
      // A round begins with its first attempt, which is this one or is known.
      ageSeconds:
        candidate.attemptsInRound === 0 ? 0 : (Date.now() - candidate.roundStartedAt.getTime()) / 1000,
      capabilities,
      random: Math.random(),
    },
    parts.schedule,
  );
  const { subscribed = false } = connector.manifest;
  const sign = signOf(result, candidate, subscribed ? { autoPause: NEVER_PAUSED } : parts);
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
    sign,
    quiet: subscribed,
  };
  const settled = await settleWithinLease(parts, settlement, leaseEndsAt, prepared.stopping);
  annotate({ [ATTRIBUTES.deliveryState]: settled?.state ?? 'lost' });
  parts.events.attempted({ candidate, claim, result, durationMs, settled });
  const endedOthers = settled !== null && (await afterwards(prepared, result, parts));
  const waits = settled?.state === 'retrying' && next.nextAttemptInMs !== null;
  return {
    again: waits ? { action: candidate.action, inMs: next.nextAttemptInMs ?? 0 } : null,
    silentForMs: settled?.breaker === 'opened' || settled?.paused === true ? CLOSED_MS : 0,
    lookAgain: settled?.breaker === 'closed',
    endedOthers,
  };
}

/**
 * What a result that is written leads to besides: all of it may be lost, and comes again or is done by a sweep. True if it ended
 * other deliveries of the channel.
 */
async function afterwards(
  { candidate, channelTurn }: Prepared,
  { outcome, closeReason }: AttemptResult,
  parts: AttemptParts,
): Promise<boolean> {
  if (closeReason !== undefined) await parts.closeChannel?.(candidate.channel.id, closeReason);
  if (channelTurn === null || outcome !== 'delivered') return closeReason !== undefined;
  const carried = await endCarried(parts.ledger, channelTurn, candidate.id);
  parts.events.cameAlong(carried);
  return carried > 0;
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
  parts: AttemptParts,
  settlement: Settlement,
  leaseEndsAt: number,
  stopping: AbortSignal,
): Promise<Settled | null> {
  for (;;) {
    try {
      if (isPlainArrival(settlement)) return (await parts.arrivals.get(settlement)) ?? null;
      return await settleDelivery(parts.ledger, settlement);
    } catch (error) {
      const mayPass = isLedgerAway(error);
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

async function request(
  turn: Prepared & { claim: Claim; body: string },
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
      parts.outbound[candidate.action].bind({
        signal: flight.signal,
        alsoStoppedBy: stopping,
        deadlineMs: Math.floor(Math.min(requestDeadlineMs, leftMs)),
        beforeFirstByte: flight.beforeFirstByte,
      }),
    );
    const result = await sendOnce(
      connector,
      { key: webhookId(candidate.id), action: candidate.action, body: turn.body },
      { channelId: candidate.channel.id, settings: candidate.channel.settings, secrets },
      {
        http,
        now: new Date(),
        ...(parts.topicsOf === undefined
          ? {}
          : { topics: parts.topicsOf(candidate.channel.id, flight.carries) }),
      },
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
  { candidate, connector, claim }: Prepared & { claim: Claim },
  ledger: Ledger,
): Promise<EarlierSends | null> {
  if (connector.manifest.capabilities.repeat === 'server-key') return { remoteIds: [], uncertain: [] };
  return readEarlierSends(ledger, candidate, claim).catch((error: unknown) => {
    if (isLedgerAway(error)) return null;
    throw error;
  });
}
