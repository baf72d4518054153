import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';

/** Seconds: from a loopback answer to a deadline. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The process's metrics. Label values come from closed sets only: types, states, outcomes, channel ids. */
export class Metrics {
  readonly registry = new Registry();

  readonly attempts = this.#counter('newsrelay_attempts_total', 'Attempts finished', ['channel', 'outcome']);
  readonly attemptSeconds = new Histogram({
    name: 'newsrelay_attempt_duration_seconds',
    help: 'Duration of an attempt, claim to result',
    labelNames: ['channel'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });
  readonly claims = this.#counter('newsrelay_claims_total', 'Claims by verdict', ['verdict']);
  readonly leaseExpiries = this.#counter(
    'newsrelay_lease_expiries_total',
    'Senders that vanished with a claim',
    [],
  );
  readonly requeued = this.#counter('newsrelay_requeued_total', 'Due deliveries found without a job', []);
  readonly articlesTaken = this.#counter('newsrelay_articles_taken_total', 'Versions taken in', ['state']);
  readonly refusals = this.#counter('newsrelay_refused_requests_total', 'Requests answered with an error', [
    'status',
  ]);
  readonly released = this.#counter('newsrelay_versions_released_total', 'Versions released', []);
  readonly withdrawn = this.#counter('newsrelay_withdrawals_total', 'Withdrawals ordered', []);
  readonly events = this.#counter('newsrelay_events_total', 'Messages by what became of them', [
    'consumer',
    'settled',
  ]);
  readonly consumerBacklog = new Gauge({
    name: 'newsrelay_consumer_backlog',
    help: 'Messages before a JetStream consumer; unsettled ones stop delivery at max_ack_pending',
    labelNames: ['consumer', 'kind'],
    registers: [this.registry],
  });
  readonly renditions = this.#counter('newsrelay_renditions_total', 'Renditions made', ['type', 'result']);
  readonly outboxPublished = this.#counter('newsrelay_outbox_published_total', 'Outbox rows published', []);
  readonly feedRequests = this.#counter('newsrelay_feed_requests_total', 'Feed requests', [
    'format',
    'status',
  ]);

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  /** A gauge that is read when it is scraped. A reading that fails leaves the gauge out of that scrape. */
  gauge(
    name: string,
    help: string,
    labelNames: string[],
    read: (set: (labels: Record<string, string>, value: number) => void) => Promise<void> | void,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        try {
          await read((labels, value) => {
            this.set(labels, value);
          });
        } catch {
          this.reset();
        }
      },
    });
  }

  /** Prometheus text of this process and of what other processes sent as JSON. */
  async text(others: MetricObjectWithValues<MetricValue<string>>[][] = []): Promise<string> {
    if (others.length === 0) return this.registry.metrics();
    const own = await this.registry.getMetricsAsJSON();
    return AggregatorRegistry.aggregate([own, ...others]).metrics();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
