import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import type { Ledger } from '@newsrelay/ledger/database';
import {
  channelFigures,
  deliveriesByState,
  oldestDueSeconds,
  openDeliveries,
  openWithdrawals,
  outboxFigures,
  readFigures,
  waitingArticles,
  WITHDRAWAL_OVERDUE_SECONDS,
} from '@newsrelay/ledger/figures';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { openConditionCounts } from '@newsrelay/ledger/operator-events';
import { listServices } from '@newsrelay/ledger/service-status';
import { MOST_CHANNEL_LABELS, OTHER_CHANNELS } from '@newsrelay/telemetry/channel-labels';
import { Metrics, type Sample } from '@newsrelay/telemetry/metrics';
import { queueStatus } from './queue-status.js';

/** Every service there is: one that nobody hears of has no instance, and says so. */
const SERVICES = ['ingest', 'transform', 'publish', 'feeds', 'console'];

/** A gauge that has nothing to show has no sample. */
const oneOrNone = (value: number | null): Sample[] => (value === null ? [] : [{ value: Math.max(0, value) }]);

/**
 * Gauges of what the ledger and the queue hold, read when they are scraped. Every instance of the console shows the same:
 * a query takes their maximum, never their sum.
 */
@Injectable()
export class LedgerGauges implements OnModuleInit {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.#deliveries();
    this.#newsroom();
    this.#queues();
  }

  #deliveries(): void {
    this.metrics.reading(
      'deliveries',
      {
        byState: {
          name: 'newsrelay_deliveries',
          help: 'Deliveries by state; finished ones are estimated once there are very many',
          labels: ['state'],
        },
        open: {
          name: 'newsrelay_channel_open_deliveries',
          help: 'Deliveries of a channel that are not finished, by state',
          labels: ['channel', 'type', 'state'],
        },
        due: {
          name: 'newsrelay_oldest_due_age_seconds',
          help: 'For how long the delivery that has been due longest has waited, of those that may be sent',
          labels: ['action'],
        },
        channels: {
          name: 'newsrelay_channels',
          help: 'Channels by type and state',
          labels: ['type', 'state'],
        },
        paused: {
          name: 'newsrelay_channel_paused',
          help: '1 for each channel that is paused',
          labels: ['channel', 'type'],
        },
        lastSuccess: {
          name: 'newsrelay_channel_last_success_age_seconds',
          help: 'Since when nothing has arrived at a channel; since its creation if nothing ever has',
          labels: ['channel', 'type'],
        },
      },
      () =>
        readFigures(this.ledger, async (tx) => {
          const open = await openDeliveries(tx);
          const byState = await deliveriesByState(tx, open);
          const due = await oldestDueSeconds(tx);
          const channels = await channelFigures(tx, MOST_CHANNEL_LABELS);
          // The oldest have labels: the same ones at every scrape and in every instance.
          const labels = new Map(
            channels.map(({ id, type }, place) => [
              id,
              { channel: place < MOST_CHANNEL_LABELS ? id : OTHER_CHANNELS, type },
            ]),
          );
          const ofChannel = (id: string) => labels.get(id) ?? { channel: OTHER_CHANNELS, type: '' };
          return {
            byState: [...byState].map(([state, value]) => ({ labels: { state }, value })),
            open: summed(
              open.map(({ channel, state, count }) => ({
                labels: { ...ofChannel(channel), state },
                value: count,
              })),
            ),
            due: Object.entries(due).map(([action, value]) => ({ labels: { action }, value })),
            channels: summed(channels.map(({ type, state }) => ({ labels: { type, state }, value: 1 }))),
            paused: summed(
              channels
                .filter(({ state }) => state === 'paused')
                .map(({ id }) => ({ labels: ofChannel(id), value: 1 })),
            ),
            lastSuccess: channels.flatMap(({ id, lastSuccessAgeSeconds: age }) =>
              age === null ? [] : [{ labels: ofChannel(id), value: Math.max(0, age) }],
            ),
          };
        }),
    );
  }

  #newsroom(): void {
    this.metrics.reading(
      'newsroom',
      {
        outbox: { name: 'newsrelay_outbox_events', help: 'Events in the outbox, counted up to 100,000' },
        outboxOldest: {
          name: 'newsrelay_outbox_oldest_age_seconds',
          help: 'Age of the oldest event in the outbox; 0 if there is none',
        },
        articles: {
          name: 'newsrelay_articles_waiting',
          help: 'Articles whose newest version waits, held for an editor or scheduled by an embargo',
          labels: ['state'],
        },
        heldOldest: {
          name: 'newsrelay_held_oldest_age_seconds',
          help: 'For how long the oldest held article has waited for an editor; absent if none is held',
        },
        overdue: {
          name: 'newsrelay_withdrawals_overdue',
          help: `Withdrawals that are not done everywhere ${WITHDRAWAL_OVERDUE_SECONDS} s after their order, given up ones included`,
        },
        openOldest: {
          name: 'newsrelay_withdrawal_oldest_open_age_seconds',
          help: 'Since when the oldest withdrawal that is not done everywhere has been ordered; absent if all are',
        },
        alarms: {
          name: 'newsrelay_open_alarms',
          help: 'Conditions that operators were told of and that go on',
          labels: ['kind', 'severity'],
        },
        services: {
          name: 'newsrelay_service_instances',
          help: 'Instances of a service that were heard within the last seconds',
          labels: ['service_name'],
        },
      },
      async () => {
        const { outbox, articles, withdrawals, alarms } = await readFigures(this.ledger, async (tx) => ({
          outbox: await outboxFigures(tx),
          articles: await waitingArticles(tx),
          withdrawals: await openWithdrawals(tx),
          alarms: await openConditionCounts(tx),
        }));
        const services = await listServices(this.ledger);
        return {
          outbox: [{ value: outbox.count }],
          outboxOldest: [{ value: Math.max(0, outbox.oldestAgeSeconds ?? 0) }],
          articles: [
            { labels: { state: 'held' }, value: articles.held },
            { labels: { state: 'scheduled' }, value: articles.scheduled },
          ],
          heldOldest: oneOrNone(articles.oldestHeldAgeSeconds),
          overdue: [{ value: withdrawals.overdue }],
          openOldest: oneOrNone(withdrawals.oldestAgeSeconds),
          alarms: alarms.map(({ kind, severity, count }) => ({ labels: { kind, severity }, value: count })),
          services: summed(
            [...SERVICES.map((service) => ({ service, up: false })), ...services].map(({ service, up }) => ({
              labels: { service_name: service },
              value: up ? 1 : 0,
            })),
          ),
        };
      },
    );
  }

  #queues(): void {
    this.metrics.reading(
      'queues',
      {
        jobs: {
          name: 'newsrelay_queue_jobs',
          help: 'Jobs by queue and state',
          labels: ['queue', 'state'],
        },
        oldest: {
          name: 'newsrelay_queue_oldest_waiting_age_seconds',
          help: 'Since when the job that is next has existed; 0 if none waits',
          labels: ['queue'],
        },
      },
      async () => {
        const queues = Object.entries(await queueStatus(this.queue));
        const down = queues.map(([, status]) => status).find((status) => !status.up);
        if (down !== undefined) throw new Error(down.reason);
        return {
          jobs: queues.flatMap(([queue, status]) =>
            status.up
              ? (['waiting', 'delayed', 'active', 'failed'] as const).map((state) => ({
                  labels: { queue, state },
                  value: status[state],
                }))
              : [],
          ),
          oldest: queues.flatMap(([queue, status]) =>
            status.up ? [{ labels: { queue }, value: status.oldestSeconds }] : [],
          ),
        };
      },
    );
  }
}

/** One sample for each set of labels. */
function summed(samples: readonly Required<Sample>[]): Sample[] {
  const sums = new Map<string, Required<Sample>>();
  for (const { labels, value } of samples) {
    const key = JSON.stringify(labels);
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
}
