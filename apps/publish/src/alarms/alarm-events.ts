import { Inject, Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { SendOutcome } from '@newsrelay/alarm-sinks/sink';
import type { Severity } from '@newsrelay/contracts/operator-events';
import type { RecordedEvent } from '@newsrelay/ledger/operator-events';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { Metrics } from '@newsrelay/telemetry/metrics';

const LEVELS = { info: 'info', warning: 'warn', critical: 'error' } as const satisfies Record<
  Severity,
  string
>;

/** Counts and logs what operators are told of. */
@Injectable()
export class AlarmEvents {
  readonly #events: Counter;
  readonly #sends: Counter;

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.#events = new Counter({
      name: 'newsrelay_operator_events_total',
      help: 'Events that operators are told of, each counted by one process',
      labelNames: ['kind', 'severity'],
      registers: [metrics.registry],
    });
    this.#sends = new Counter({
      name: 'newsrelay_alarm_sends_total',
      help: 'Messages to alarm sinks, by what came of them',
      labelNames: ['type', 'outcome'],
      registers: [metrics.registry],
    });
  }

  recorded({ id, severity, event, at }: RecordedEvent): void {
    const { kind, subject, detail } = event;
    this.#events.inc({ kind, severity });
    this.logger[LEVELS[severity]]({ event: id, kind, subject, detail, at }, 'operator event');
  }

  sent(sink: string, type: string, outcome: SendOutcome, alarms: number, error: string | null): void {
    this.#sends.inc({ type, outcome });
    const level = outcome === 'sent' ? 'info' : 'warn';
    this.logger[level]({ sink, type, outcome, alarms, error }, 'alarms');
  }
}
