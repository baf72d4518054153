import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Ledger } from './database.js';

/** How long a process that vanished goes on being the leader, milliseconds. Longer than a statement may take. */
const LEASE_MS = 15_000;

export interface LeaderOptions {
  /** What of: one leader each name. */
  name: string;
  /** Milliseconds. */
  leaseMs?: number;
}

/**
 * Work that one process at a time does, whoever else offers to. The lease is a row, compared and set by PostgreSQL's clock:
 * unlike an advisory lock it needs no connection of its own and works through a pooler (ADR 17).
 *
 * It keeps processes from doing the same work beside each other; it is no fence. A process that is suspended within its
 * work and wakes after its lease may do a last step beside its successor, so that what is done must bear to be done twice.
 */
export class Leader {
  readonly #holder = randomUUID();
  readonly #leaseMs: number;
  /** By the monotonic clock, from before the statement that took or renewed it. */
  #heldUntil = 0;
  #stopped = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly options: LeaderOptions,
  ) {
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  /**
   * A round for `Rounds` that does `work` while this process is the leader, and nothing (false) while another is. The
   * lease is renewed as long as it takes; `lost` is aborted when it could not be, and whatever is left then is the
   * successor's.
   *
   * @throws what the ledger or `work` throws
   */
  round(work: (lost: AbortSignal) => Promise<boolean>): () => Promise<boolean> {
    return async () => {
      if (this.#stopped || !(await this.#take())) return false;
      const lost = new AbortController();
      const renewal = setInterval(() => {
        void this.#renew(lost);
      }, this.#leaseMs / 3);
      try {
        return await work(lost.signal);
      } finally {
        clearInterval(renewal);
      }
    };
  }

  /** True while no other process can have taken over. */
  get leads(): boolean {
    return performance.now() < this.#heldUntil;
  }

  /** For the end of a process, after its last round: a successor need not wait for the lease. No round does anything any more. */
  async leave(): Promise<void> {
    this.#stopped = true;
    if (!this.leads) return;
    this.#heldUntil = 0;
    await this.ledger
      .deleteFrom('leaders')
      .where('name', '=', this.options.name)
      .where('holder', '=', this.#holder)
      .execute()
      // Away: then the lease ends by itself.
      .catch(() => undefined);
  }

  /** Takes the lease if nobody has it, renews it if this process does. @returns whether it has it now */
  async #take(): Promise<boolean> {
    const before = performance.now();
    const { rows } = await sql`
      insert into leaders as l (name, holder, until)
      values (${this.options.name}, ${this.#holder}, clock_timestamp() + ${this.#leaseMs}::float8 * interval '1 millisecond')
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where l.holder = excluded.holder or l.until <= clock_timestamp()
      returning 1`.execute(this.ledger);
    this.#heldUntil = rows.length === 1 ? before + this.#leaseMs : 0;
    return this.leads;
  }

  async #renew(lost: AbortController): Promise<void> {
    if (lost.signal.aborted) return;
    // A ledger that is away is asked again at the next third: the lease may outlast it.
    await this.#take().catch(() => undefined);
    if (!this.leads) lost.abort(new Error(`the lease of ${this.options.name} is lost`));
  }
}
