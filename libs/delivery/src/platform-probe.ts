import type { Connector } from '@newsrelay/channel-kit/connector';
import type { StoredChannel } from '@newsrelay/ledger/channels';
import type { Ledger } from '@newsrelay/ledger/database';
import { recordPlatformFacts, takeChannelsToProbe } from '@newsrelay/ledger/platform-facts';
import { Rounds } from '@newsrelay/ledger/rounds';
import type { Logger } from '@newsrelay/telemetry/logger';
import type { OutboundBinder } from './attempt.js';

const ROUND_MS = 30_000;
/** A platform of which nothing is known is asked again after this, in seconds; a known one may change its limits, too. */
const AGE = { unknownSeconds: 300, knownSeconds: 6 * 3600 };
/** Platforms asked in a round, one after the other: nobody waits for it. */
const BATCH = 20;

export interface ProbeParts {
  ledger: Ledger;
  connectorOf: (type: string) => Connector | undefined;
  /** Opens a channel's sealed secrets; throws if it cannot. */
  unseal: (sealed: string, channelId: string) => Record<string, unknown>;
  outbound: OutboundBinder;
}

/**
 * Asks a channel's platform what it allows and keeps what it told; the facts, or null where the type has nothing to ask
 * or the platform did not tell. A platform that cannot be reached is no error: the channel works by what is known.
 */
export async function probeChannel(
  channel: StoredChannel,
  parts: ProbeParts,
  deadlineMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<Record<string, unknown> | null> {
  const publisher = parts.connectorOf(channel.type)?.publisher;
  if (publisher?.probe === undefined) return null;
  const http = parts.outbound.bind({ signal, deadlineMs, beforeFirstByte: () => undefined });
  let facts: Record<string, unknown> | null = null;
  try {
    const secrets = parts.unseal(channel.sealedSecrets, channel.id);
    facts = await publisher.probe(
      { channelId: channel.id, settings: channel.settings, secrets },
      { http, now: new Date() },
    );
  } catch {
    // Its secrets do not open, or the outlet cannot be reached: deliveries of the channel say so.
  }
  await recordPlatformFacts(parts.ledger, channel, facts);
  return facts;
}

/** Asks platforms now and then: those that could not be reached when their channel was made, and all others after hours. */
export class PlatformProbeRounds {
  readonly #rounds: Rounds;
  readonly #stopping = new AbortController();

  constructor(
    private readonly parts: ProbeParts & { types: readonly string[]; logger: Logger },
    private readonly deadlineMs: number,
  ) {
    this.#rounds = new Rounds({
      everyMs: ROUND_MS,
      round: () => this.#round(),
      failure: 'platforms cannot be asked for their limits now',
      logger: parts.logger,
    });
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the service is shutting down'));
    await this.#rounds.stop();
  }

  async #round(): Promise<boolean> {
    const channels = await takeChannelsToProbe(this.parts.ledger, this.parts.types, AGE, BATCH);
    for (const channel of channels) {
      if (this.#stopping.signal.aborted) return false;
      const facts = await probeChannel(channel, this.parts, this.deadlineMs, this.#stopping.signal);
      this.parts.logger.info(
        { channel: channel.id, told: facts !== null, facts },
        'platform asked for its limits',
      );
    }
    return channels.length === BATCH;
  }
}
