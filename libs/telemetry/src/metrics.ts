import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ChannelLabels } from './channel-labels.js';
import { mergeExpositions } from './exposition.js';
import { Reading, type ReadingOutcome } from './reading.js';

/** Seconds: from a loopback answer to a deadline. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds: from "at once" to the last of the Standard Webhooks schedule. */
const RELEASE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43_200, 259_200];

/** A gauge of a {@link Metrics.reading}: what it is called, what it means, its labels. */
export interface GaugeSpec {
  /** As Prometheus names metrics: base unit last. */
  name: string;
  help: string;
  labels?: readonly string[];
}

export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/**
 * The process's metrics. Label values come from closed sets only: types, states, outcomes, route templates, and channel
 * ids within a bound. `docs/metrics.md` lists every one, which a spec holds it to.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly channelLabels = new ChannelLabels();
  readonly #readings = new Map<string, Reading<unknown>>();

  readonly attempts = this.#counter('newsrelay_attempts_total', 'Attempts finished, by what came of them', [
    'channel',
    'type',
    'outcome',
  ]);
  readonly channelAttemptSeconds = this.#counter(
    'newsrelay_channel_attempt_seconds_total',
    'Seconds that attempts of a channel took in all: divided by their number, how slow it is',
    ['channel'],
  );
  readonly attemptSeconds = this.#histogram(
    'newsrelay_attempt_duration_seconds',
    'Duration of an attempt, claim to result',
    ['type', 'action'],
  );
  readonly releaseToDelivered = this.#histogram(
    'newsrelay_release_to_delivered_seconds',
    'From the release of a version, or the order of a withdrawal, until an outlet has it',
    ['type', 'action'],
    RELEASE_BUCKETS,
  );
  readonly claims = this.#counter('newsrelay_claims_total', 'Turns of deliveries by verdict', ['verdict']);
  readonly parks = this.#counter(
    'newsrelay_parks_total',
    'Turns put off although their delivery waits, by why',
    ['reason'],
  );
  readonly breakerChanges = this.#counter(
    'newsrelay_breaker_changes_total',
    'Breakers of channels that opened or closed',
    ['change'],
  );
  readonly silentWorkers = this.#counter(
    'newsrelay_silent_workers_total',
    'Workers that heard of no job while some waited, and were opened anew',
    ['queue'],
  );
  readonly deliveriesCarried = this.#counter(
    'newsrelay_deliveries_carried_total',
    'Deliveries to subscribers of the hub that were over because a push of another one held them too',
  );
  readonly hubRequests = this.#counter(
    'newsrelay_hub_requests_total',
    'Requests to the hub, by what they ask for and what came of them',
    ['mode', 'result'],
  );
  readonly hubVerifications = this.#counter(
    'newsrelay_hub_verifications_total',
    'What callbacks answered when the hub verified an intent or told of a denial',
    ['mode', 'result'],
  );
  readonly leaseExpiries = this.#counter(
    'newsrelay_lease_expiries_total',
    'Senders that vanished with a claim',
  );
  readonly requeued = this.#counter('newsrelay_requeued_total', 'Due deliveries found without a job');
  readonly articlesTaken = this.#counter('newsrelay_articles_taken_total', 'Versions taken in', ['state']);
  readonly pagesTaken = this.#counter('newsrelay_pages_taken_total', 'Newspaper pages taken in');
  readonly httpSeconds = this.#histogram(
    'newsrelay_http_request_duration_seconds',
    'Duration of a request that was answered, by the template of its route',
    ['method', 'route', 'status'],
  );
  readonly refusals = this.#counter('newsrelay_refused_requests_total', 'Requests answered with an error', [
    'status',
  ]);
  readonly released = this.#counter('newsrelay_versions_released_total', 'Versions released');
  readonly withdrawn = this.#counter('newsrelay_withdrawals_total', 'Withdrawals ordered');
  readonly events = this.#counter('newsrelay_events_total', 'Messages by what became of them', [
    'consumer',
    'settled',
  ]);
  readonly renditions = this.#counter('newsrelay_renditions_total', 'Renditions made', ['type', 'result']);
  readonly outboxPublished = this.#counter('newsrelay_outbox_published_total', 'Outbox rows published');
  readonly feedRequests = this.#counter('newsrelay_feed_requests_total', 'Feed requests', [
    'format',
    'status',
  ]);

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
    this.#ofReadings(
      'newsrelay_reading_success',
      '1 if what the gauges of a part show could be read in time for this scrape, else 0: then they are left out',
      ({ success }) => (success ? 1 : 0),
    );
    this.#ofReadings(
      'newsrelay_reading_duration_seconds',
      'How long the last reading of a part took',
      ({ seconds }) => seconds,
    );
  }

  /**
   * Gauges that are read together when they are scraped. A reading that fails or comes too late leaves them out of that
   * scrape, which never waits longer than that; what `read` leaves out has no sample.
   */
  reading<K extends string>(
    part: string,
    gauges: Readonly<Record<K, GaugeSpec>>,
    read: () => Promise<Partial<Record<K, readonly Sample[]>>> | Partial<Record<K, readonly Sample[]>>,
    withinMs?: number,
  ): void {
    const reading = new Reading(read, withinMs);
    this.#readings.set(part, reading);
    for (const key of Object.keys(gauges) as K[]) {
      this.#gauge(gauges[key], async () => {
        const samples = await reading.now();
        return samples?.[key] ?? [];
      });
    }
  }

  /** Prometheus text of this process, and of what other processes send as such meanwhile. */
  async text(others: Promise<readonly string[]> = Promise.resolve([])): Promise<string> {
    const [own, theirs] = await Promise.all([this.registry.metrics(), others]);
    return theirs.length === 0 ? own : mergeExpositions([own, ...theirs]);
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, labelNames: string[], buckets = DURATION_BUCKETS): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  #gauge({ name, help, labels = [] }: GaugeSpec, samples: () => Promise<readonly Sample[]>): void {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      async collect() {
        const current = await samples();
        this.reset();
        // A gauge without labels is 0 after a reset, not absent.
        if (labels.length === 0 && current.length === 0) this.remove({});
        for (const { labels: of = {}, value } of current) this.set(of, value);
      },
    });
  }

  #ofReadings(name: string, help: string, value: (outcome: ReadingOutcome) => number): void {
    this.#gauge({ name, help, labels: ['part'] }, async () => {
      await Promise.all([...this.#readings.values()].map((reading) => reading.now()));
      return [...this.#readings].flatMap(([part, { outcome }]) =>
        outcome === null ? [] : [{ labels: { part }, value: value(outcome) }],
      );
    });
  }
}
