import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DeliveryQueue } from '@newsrelay/delivery/queue';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { outboxBacklog } from '@newsrelay/ledger/outbox';
import { deliveryCounts, oldestDueSeconds } from '@newsrelay/ledger/service-status';
import { Metrics } from '@newsrelay/telemetry/metrics';
import { queueStatus } from './queue-status.js';

/** Gauges of what the ledger and the queue hold, read when they are scraped. */
@Injectable()
export class LedgerGauges implements OnModuleInit {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { metrics, ledger, queue } = this;
    metrics.gauge(
      'newsrelay_deliveries',
      'Deliveries by channel and state',
      ['channel', 'state'],
      async (set) => {
        for (const { channel, state, count } of await deliveryCounts(ledger)) set({ channel, state }, count);
      },
    );
    metrics.gauge(
      'newsrelay_oldest_due_seconds',
      'Age of the delivery that has been due longest',
      [],
      async (set) => {
        set({}, await oldestDueSeconds(ledger));
      },
    );
    metrics.gauge('newsrelay_outbox_waiting', 'Events in the outbox', [], async (set) => {
      set({}, (await outboxBacklog(ledger)).count);
    });
    metrics.gauge(
      'newsrelay_outbox_oldest_seconds',
      'Age of the oldest event in the outbox',
      [],
      async (set) => {
        set({}, (await outboxBacklog(ledger)).oldestSeconds);
      },
    );
    metrics.gauge('newsrelay_queue_jobs', 'Jobs by queue and state', ['queue', 'state'], async (set) => {
      for (const [name, status] of Object.entries(await queueStatus(queue))) {
        if (!status.up) continue;
        for (const state of ['waiting', 'delayed', 'active', 'failed'] as const)
          set({ queue: name, state }, status[state]);
      }
    });
  }
}
