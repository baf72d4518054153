import { deliveryTo, type ArticleDeliveries } from './deliveries-table.js';
import type { Delivery } from './newsrelay-api.js';

interface Standing {
  readonly refusal: string | null;
  readonly done: number;
}

/** Tells a watcher what became of each outlet since the last look: the first refusal, the recovery, the end. */
export class OutletNews {
  readonly #told = new Map<string, 'refuses' | 'takes again' | 'complete'>();

  constructor(private readonly outlets: readonly string[]) {}

  /** @param seconds since the watch began @returns lines, none where nothing is new */
  since(rows: readonly ArticleDeliveries[], seconds: number): string[] {
    return this.outlets.flatMap((outlet) => {
      const line = this.#of(outlet, rows, seconds);
      return line === null ? [] : [`  ${seconds.toFixed(1).padStart(5)} s  ${outlet}: ${line}`];
    });
  }

  #of(outlet: string, rows: readonly ArticleDeliveries[], seconds: number): string | null {
    const told = this.#told.get(outlet);
    const { refusal, done } = standing(rows.map((row) => deliveryTo(row, outlet)));
    if (done === rows.length) {
      if (told === 'complete') return null;
      this.#told.set(outlet, 'complete');
      // What was there before anybody looked is no news.
      if (told === undefined && seconds === 0) return null;
      return told === undefined ? `has all ${done}` : `has recovered and has all ${done}`;
    }
    if (refusal !== null && told === undefined) {
      this.#told.set(outlet, 'refuses');
      return `refuses (${refusal}); what goes there waits and is tried again by itself`;
    }
    if (told === 'refuses' && done > 0) {
      this.#told.set(outlet, 'takes again');
      return `takes articles again: ${done} of ${rows.length}`;
    }
    return null;
  }
}

function standing(deliveries: readonly (Delivery | undefined)[]): Standing {
  const last = deliveries.find((delivery) => delivery?.state === 'retrying')?.attempts.at(-1);
  return {
    refusal: last === undefined ? null : (last.error ?? `status ${last.status ?? 'none'}`),
    done: deliveries.filter((delivery) => delivery?.state === 'delivered').length,
  };
}
