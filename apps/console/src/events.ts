import { Inject, Injectable } from '@nestjs/common';
import type { SendOutcome } from '@newsrelay/alarm-sinks/sink';
import type { Outcome } from '@newsrelay/contracts/delivery';
import { LOGGER, type Logger } from '@newsrelay/telemetry/logger';

/** Logs what operators do; never throws. */
@Injectable()
export class ConsoleEvents {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  channelChanged(channel: string, change: 'created' | 'changed' | 'deleted' | 'paused' | 'resumed'): void {
    this.logger.info({ channel, change }, 'channel');
  }

  secretsUnreadable(owner: string, reason: string): void {
    this.logger.error({ owner, reason }, 'the secrets of a channel or an alarm sink cannot be read');
  }

  channelTested(channel: string, outcome: Outcome, durationMs: number): void {
    this.logger.info({ channel, outcome, durationMs }, 'channel tested');
  }

  alarmSinkChanged(sink: string, change: 'created' | 'changed' | 'deleted'): void {
    this.logger.info({ sink, change }, 'alarm sink');
  }

  alarmSinkTested(sink: string, outcome: SendOutcome, durationMs: number): void {
    this.logger.info({ sink, outcome, durationMs }, 'alarm sink tested');
  }

  retryAsked(delivery: string): void {
    this.logger.info({ delivery }, 'retry asked for by an operator');
  }

  replayAsked(replay: string, channel: string, count: number): void {
    this.logger.info({ replay, channel, count }, 'replay asked for by an operator');
  }

  keyChanged(key: string, change: 'created' | 'deleted'): void {
    this.logger.info({ key, change }, 'key');
  }

  feedTokenChanged(channel: string, token: string, change: 'created' | 'rotated' | 'revoked'): void {
    this.logger.info({ channel, token, change }, 'feed token');
  }

  loginRefused(address: string): void {
    this.logger.warn({ address }, 'login with a key that is not known');
  }
}
