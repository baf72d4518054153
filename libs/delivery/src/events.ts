import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import type { DeliveryState } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import type { Claim } from '@newsrelay/ledger/claims';
import type { Settled } from '@newsrelay/ledger/settlements';
import { RateLimitedLog, type Logger } from '@newsrelay/telemetry/logger';
import type { Metrics } from '@newsrelay/telemetry/metrics';

/** Counts and logs what happens to deliveries; never throws. One wide line an attempt. */
export class DeliveryEvents {
  /** Every delivery of the channel meets the same. */
  readonly #secretsLog = new RateLimitedLog((fields, message) => {
    this.logger.error(fields, message);
  }, 10_000);

  /** For lines of which every field is known, and none can hold a secret: looking for one takes longer than the line. */
  readonly #wideLines: Logger;

  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.#wideLines = logger.child({}, { redact: [] });
  }

  attempted(attempt: {
    candidate: ClaimCandidate;
    claim: Claim;
    result: AttemptResult;
    durationMs: number;
    /** Null: the lease was lost meanwhile and somebody else wrote the result. */
    settled: Settled | null;
  }): void {
    const { candidate, claim, result, durationMs, settled } = attempt;
    const state = settled?.state ?? null;
    const channel = candidate.channel.id;
    this.metrics.claims.inc({ verdict: 'claimed' });
    const seconds = durationMs / 1000;
    const label = this.metrics.channelLabels.of(channel);
    const { type } = candidate.channel;
    const { action } = candidate;
    this.metrics.attempts.inc({ channel: label, type, outcome: result.outcome });
    this.metrics.channelAttemptSeconds.inc({ channel: label }, seconds);
    this.metrics.attemptSeconds.observe({ type, action }, seconds);
    if (state === 'delivered') {
      const ageMs = Date.now() - candidate.eventAt.getTime();
      this.metrics.releaseToDelivered.observe({ type, action }, Math.max(0, ageMs) / 1000);
    }
    const line = {
      delivery: candidate.id,
      article: candidate.articleId,
      version: candidate.version,
      action: candidate.action,
      channel,
      type: candidate.channel.type,
      attempt: claim.attemptNumber,
      epoch: claim.epoch,
      outcome: result.outcome,
      status: result.status,
      error: result.error,
      durationMs: Math.round(durationMs),
      state,
    };
    if (state === 'dead' || state === 'unknown' || state === null || result.pauseReason !== undefined)
      this.#wideLines.warn(line, 'attempt');
    else this.#wideLines.info(line, 'attempt');
    if (settled?.breaker != null) this.#breaker(channel, settled.breaker);
    if (settled?.paused === true)
      this.logger.warn({ channel }, 'a channel was paused by what its outlet answered');
  }

  /** Versions that a push of something else brought along. */
  cameAlong(deliveries: number): void {
    if (deliveries > 0) this.metrics.deliveriesCarried.inc(deliveries);
  }

  #breaker(channel: string, change: 'opened' | 'closed'): void {
    this.metrics.breakerChanges.inc({ change });
    this.logger.warn({ channel, change }, 'a breaker changed');
  }

  notClaimed(
    verdict: 'state' | 'paused' | 'breaker' | 'elsewhere' | 'canceled' | 'superseded' | 'lost',
  ): void {
    this.metrics.claims.inc({ verdict });
    if (verdict === 'lost') this.parked(verdict);
  }

  /** A turn that is put off: another sender was quicker, it is not to go yet. */
  parked(reason: 'lost' | 'not-yet' | 'secrets-unreadable'): void {
    this.metrics.parks.inc({ reason });
  }

  connectorFailed(candidate: ClaimCandidate, error: unknown): void {
    this.logger.error(
      { err: error, delivery: candidate.id, channel: candidate.channel.id, type: candidate.channel.type },
      'a connector failed',
    );
  }

  secretsUnreadable(channel: string, error: unknown): void {
    this.metrics.claims.inc({ verdict: 'secrets-unreadable' });
    this.parked('secrets-unreadable');
    this.#secretsLog.say(
      { channel, reason: error instanceof Error ? error.message : String(error) },
      'the secrets of a channel cannot be read; its deliveries wait',
    );
  }

  workerSilent(queue: string, waiting: number): void {
    this.metrics.silentWorkers.inc({ queue });
    this.logger.error({ queue, waiting }, 'a worker heard nothing while jobs waited; it is opened anew');
  }

  leaseExpired(deliveryId: string, state: DeliveryState | null): void {
    this.metrics.leaseExpiries.inc();
    this.logger.warn({ delivery: deliveryId, state }, 'a sender vanished with its claim');
  }

  requeued(count: number): void {
    if (count === 0) return;
    this.metrics.requeued.inc(count);
    this.logger.info({ count }, 'due deliveries were given a job again');
  }
}
