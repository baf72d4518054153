import type { Redis } from 'ioredis';
import { Rounds } from '@newsrelay/ledger/rounds';
import type { Logger } from '@newsrelay/telemetry/logger';

/** Settings change at run time too (CONFIG SET), and a server that fails over is another server. */
const ASKED_EVERY_MS = 10_000;

const NOT_ASKED = 'Redis was not asked yet';

/** What a Redis says of itself; null for what it does not tell. */
export interface RedisSettings {
  /** Bytes; 0 for no limit. */
  maxMemory: number | null;
  policy: string | null;
  appendOnly: boolean | null;
}

/** What is wrong with a Redis that holds queues, and the fix; null for nothing. */
export interface RedisVerdict {
  /** Keys may vanish: no queue can stand on that. */
  eviction: string | null;
  /** A crash costs time: what is lost is in the ledger, and comes back within seconds of being due. */
  persistence: string | null;
}

/** Pure. */
export function judgeRedis({ maxMemory, policy, appendOnly }: RedisSettings): RedisVerdict {
  const evicts = policy !== null && policy !== 'noeviction' && maxMemory !== 0;
  return {
    eviction: evicts
      ? `Redis drops keys when its memory is full (maxmemory-policy ${policy}), jobs and their lists among them: ` +
        'set maxmemory-policy noeviction, in its configuration too'
      : null,
    persistence:
      appendOnly === false
        ? 'Redis keeps no append-only file: a crash empties its queues, and deliveries wait for the reconciler; ' +
          'set appendonly yes, in its configuration too'
        : null,
  };
}

/** `name:value` lines of INFO. */
function infoOf(text: string): Map<string, string> {
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

/** What a Redis answered to a question that it may refuse (NOPERM, unknown command); other failures are thrown. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /^(NOPERM|ERR) /.test(error.message)) return null;
    throw error;
  }
}

/**
 * Asks by INFO, which managed servers allow, and by CONFIG GET where INFO is refused or does not tell.
 * @throws what ioredis throws while Redis is away
 */
export async function readRedisSettings(redis: Redis): Promise<RedisSettings> {
  // One section a question: Redis takes several since 7.0 only.
  const [memory, persistence] = await Promise.all(
    ['memory', 'persistence'].map(async (section) =>
      infoOf((await unlessRefused(redis.info(section))) ?? ''),
    ),
  );
  const told = async (info: Map<string, string> | undefined, field: string, setting: string) => {
    const value = info?.get(field);
    if (value !== undefined) return value;
    const answer = (await unlessRefused(redis.config('GET', setting))) as [string, string] | null;
    return answer?.[1] ?? null;
  };
  const [maxMemory, policy, appendOnly] = await Promise.all([
    told(memory, 'maxmemory', 'maxmemory'),
    told(memory, 'maxmemory_policy', 'maxmemory-policy'),
    told(persistence, 'aof_enabled', 'appendonly'),
  ]);
  return {
    maxMemory: maxMemory === null ? null : Number(maxMemory),
    policy,
    appendOnly: appendOnly === null ? null : appendOnly === '1' || appendOnly === 'yes',
  };
}

/** Watches how the Redis of the queues is set up: at each connection, and every ten seconds. Logs what changes. */
export class RedisSafety {
  #verdict: RedisVerdict | null = null;
  readonly #rounds: Rounds;

  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
  ) {
    this.#rounds = new Rounds({
      everyMs: ASKED_EVERY_MS,
      round: () => this.#ask(),
      failure: 'the settings of Redis cannot be read now',
      logger,
    });
  }

  /** What makes it unfit for queues, or null. */
  get eviction(): string | null {
    return this.#verdict === null ? this.#unasked() : this.#verdict.eviction;
  }

  /** What makes its end cost more than it has to, or null. */
  get persistence(): string | null {
    return this.#verdict === null ? this.#unasked() : this.#verdict.persistence;
  }

  start(): void {
    this.redis.on('ready', this.#onReady).on('close', this.#onClose);
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.redis.off('ready', this.#onReady).off('close', this.#onClose);
    await this.#rounds.stop();
  }

  readonly #onReady = (): void => {
    this.#rounds.wake();
  };

  /** Whoever answers next may be another server. */
  readonly #onClose = (): void => {
    this.#verdict = null;
  };

  /** That Redis is away is another part's to say. */
  #unasked(): string | null {
    return this.redis.status === 'ready' ? NOT_ASKED : null;
  }

  async #ask(): Promise<boolean> {
    if (this.redis.status !== 'ready') return false;
    const before = this.#verdict;
    const settings = await readRedisSettings(this.redis);
    const verdict = judgeRedis(settings);
    this.#verdict = verdict;
    if (before?.eviction !== verdict.eviction || before.persistence !== verdict.persistence) {
      for (const reason of [verdict.eviction, verdict.persistence]) {
        if (reason !== null) this.logger.warn({ ...settings, reason }, 'Redis is not set up for queues');
      }
    }
    return false;
  }
}
