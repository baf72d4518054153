import { createHash } from 'node:crypto';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { alarmSinkOf, alarmSinks } from '@newsrelay/alarm-sinks/registry';
import { sendAlarms } from '@newsrelay/alarm-sinks/send-alarms';
import type { AlarmSink, SendResult } from '@newsrelay/alarm-sinks/sink';
import { NOTIFICATIONS } from '@newsrelay/contracts/subjects';
import {
  claimSink,
  dueSinks,
  readDueAlarms,
  settleAlarms,
  type Alarm,
} from '@newsrelay/ledger/alarm-deliveries';
import type { StoredAlarmSink } from '@newsrelay/ledger/alarm-sinks';
import type { Ledger } from '@newsrelay/ledger/database';
import { LedgerStart } from '@newsrelay/ledger/ledger.module';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { LedgerNotifications } from '@newsrelay/ledger/notifications';
import { takeUncounted } from '@newsrelay/ledger/operator-events';
import { Rounds } from '@newsrelay/ledger/rounds';
import { alarmSinkOwner } from '@newsrelay/ledger/sealed-secrets';
import type { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import type { GuardedMail } from '@newsrelay/outbound/guarded-mail';
import { redact } from '@newsrelay/sealing/mask';
import { SealError, type Sealing } from '@newsrelay/sealing/seal';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';
import { AlarmEvents } from './alarm-events.js';
import { afterSend } from './resend-policy.js';

/** Where nothing wakes it: sinks that rested, alarms that were put off. */
const EVERY_MS = 1_000;
const COUNTED_AT_ONCE = 500;
/** A sink stays with its sender for as long as a message may take, and a margin, seconds. */
const CLAIM_SECONDS = Math.max(...alarmSinks.map(({ manifest }) => manifest.limits.deadlineMs)) / 1000 + 10;
const MOST_ALARMS = Math.max(...alarmSinks.map(({ manifest }) => manifest.limits.alarmsPerMessage));

/** A sink of a type that this build does not know, as after a step back to an older one. */
const UNKNOWN_TYPE = { alarmsPerMessage: MOST_ALARMS, restSeconds: 60, tooOftenSeconds: 60 };

/** What alarms go out by. */
export interface AlarmOutbound {
  http: GuardedHttp;
  mail: GuardedMail;
  sealing: Sealing;
}
/** Injection token: {@link AlarmOutbound}. */
export const ALARM_OUTBOUND = Symbol('AlarmOutbound');

/**
 * Tells the sinks what is due, each at its own pace: what comes while one rests is gathered into its next message. Every
 * publish process does; a sink is with one of them at a time. At least once: an alarm may come twice (an answer that was lost,
 * a sender that vanished), and is given up when its schedule is over.
 */
@Injectable()
export class AlarmSender implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #rounds: Rounds;
  readonly #stopping = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(LedgerStart) start: LedgerStart,
    @Inject(LedgerNotifications) private readonly notifications: LedgerNotifications,
    @Inject(AlarmEvents) private readonly events: AlarmEvents,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ALARM_OUTBOUND) private readonly outbound: AlarmOutbound,
  ) {
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      round: () => this.#round(),
      failure: 'alarms cannot be sent now',
      logger,
      begin: () => start.migrated(),
    });
  }

  onApplicationBootstrap(): void {
    this.notifications.on(NOTIFICATIONS.operatorEvents, () => {
      this.#rounds.wake();
    });
    this.#rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    this.#stopping.abort(new Error('the process ends'));
    await Promise.all(this.#sending);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.outbound.http.destroy();
  }

  async #round(): Promise<boolean> {
    const uncounted = await takeUncounted(this.ledger, COUNTED_AT_ONCE);
    for (const event of uncounted) this.events.recorded(event);
    for (const sinkId of await dueSinks(this.ledger)) {
      // A slow sink holds no other one up: nobody waits for it here.
      if (await claimSink(this.ledger, sinkId, CLAIM_SECONDS)) this.#begin(sinkId);
    }
    return uncounted.length === COUNTED_AT_ONCE;
  }

  #begin(sinkId: string): void {
    const sending = this.#tell(sinkId).catch((error: unknown) => {
      // Its claim ends by itself, and then it is told again.
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ sink: sinkId, reason }, 'a sink could not be told');
    });
    this.#sending.add(sending);
    void sending.then(() => this.#sending.delete(sending));
  }

  async #tell(sinkId: string): Promise<void> {
    const found = await readDueAlarms(this.ledger, sinkId, MOST_ALARMS);
    if (found === null) return;
    const { sink: stored } = found;
    const sink = alarmSinkOf(stored.type);
    const limits = sink?.manifest.limits ?? UNKNOWN_TYPE;
    const alarms = found.alarms.slice(0, limits.alarmsPerMessage);
    if (alarms.length === 0) {
      // Somebody else told it just before.
      await settleAlarms(this.ledger, { sinkId, alarms, result: { state: 'sent' }, restSeconds: 0 });
      return;
    }
    const result = await this.#send(sink, stored, alarms);
    // Stopped by us: another process goes on with it at once.
    const stopped = this.#stopping.signal.aborted && result.outcome === 'failed';
    const tries = Math.max(...alarms.map(({ attempts }) => attempts));
    await settleAlarms(this.ledger, {
      sinkId,
      alarms,
      ...(stopped
        ? { result: { state: 'later', error: 'stopped', inSeconds: 0 }, restSeconds: 0 }
        : afterSend(result, tries, limits)),
    });
    this.events.sent(sinkId, stored.type, result.outcome, alarms.length, result.error);
  }

  async #send(
    sink: AlarmSink | undefined,
    stored: StoredAlarmSink,
    alarms: readonly Alarm[],
  ): Promise<SendResult> {
    const refused = (error: string): SendResult => ({
      outcome: 'refused',
      status: null,
      error,
      response: null,
    });
    if (sink === undefined) return refused(`there is no sink type ${stored.type}`);
    const { sealing, http, mail } = this.outbound;
    const { settings, sealedSecrets, language } = stored;
    let secrets: Record<string, unknown>;
    try {
      secrets = sealing.unseal(sealedSecrets, alarmSinkOwner(stored.id));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      return refused(`its secrets cannot be opened: ${error.message}`);
    }
    const message = { id: messageIdOf(alarms), language, alarms };
    const result = await sendAlarms(
      sink,
      message,
      { settings, secrets },
      { http, mail },
      this.#stopping.signal,
    );
    return {
      ...result,
      error: redact(result.error, secrets),
      response: redact(result.response, secrets),
    };
  }
}

/** The same for a repeat of the same alarms. */
function messageIdOf(alarms: readonly Alarm[]): string {
  const named = alarms.map(({ id, phase }) => `${id}.${phase}`).join(' ');
  return `alm_${createHash('sha256').update(named).digest('hex').slice(0, 32)}`;
}
