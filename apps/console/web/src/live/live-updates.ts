import { useEffect, useState } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import { call } from '../api/call.js';

/** `live`: heard within the last moments. `down`: the server does not answer. `ledger`: it answers, its ledger does not. */
export type Liveness = 'connecting' | 'live' | 'down' | 'ledger';

/** Changes are gathered for so long before what shows them is asked again, milliseconds. */
const GATHER_MS = 300;
/** A browser that gave a stream up for good (it was refused) is sent again after this, milliseconds. */
const AGAIN_MS = 3_000;

interface Told {
  everything?: boolean;
  articles?: string[];
  channels?: string[];
}

/** Follows the server's event stream while `on`, and has what changed asked for again. */
export function useLiveUpdates(client: QueryClient, on: boolean): Liveness {
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  useEffect(() => {
    if (!on) return undefined;
    const gathered = new Gathering(client);
    let source: EventSource | undefined;
    let again: number | undefined;
    const connect = () => {
      source = new EventSource('/api/v1/stream');
      source.addEventListener('changes', (event) => {
        gathered.add(JSON.parse(String(event.data)) as Told);
      });
      source.addEventListener('ledger', (event) => {
        setLiveness((JSON.parse(String(event.data)) as { up: boolean }).up ? 'live' : 'ledger');
      });
      source.addEventListener('error', () => {
        setLiveness('down');
        if (source?.readyState !== EventSource.CLOSED) return;
        // Refused: perhaps nobody is logged in any more, which this call notices for the whole page.
        void call('/api/v1/me').catch(() => undefined);
        again = window.setTimeout(connect, AGAIN_MS);
      });
    };
    connect();
    return () => {
      source?.close();
      window.clearTimeout(again);
      gathered.stop();
    };
  }, [client, on]);
  return liveness;
}

class Gathering {
  #everything = false;
  #articles = new Set<string>();
  #channels = false;
  #timer: number | undefined;

  constructor(private readonly client: QueryClient) {}

  add({ everything, articles, channels }: Told): void {
    if (everything === true) this.#everything = true;
    for (const id of articles ?? []) this.#articles.add(id);
    if ((channels ?? []).length > 0) this.#channels = true;
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, GATHER_MS);
  }

  stop(): void {
    window.clearTimeout(this.#timer);
  }

  #ask(): void {
    const { client } = this;
    const again = (queryKey: unknown[]) => void client.invalidateQueries({ queryKey });
    if (this.#everything) {
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    } else {
      if (this.#articles.size > 0 || this.#channels) {
        again(['board']);
        again(['status']);
        again(['tasks']);
      }
      for (const id of this.#articles) {
        again(['article', id]);
        again(['board-row', id]);
        again(['deliveries', id]);
      }
      if (this.#channels) {
        again(['channels']);
        again(['board-row']);
      }
    }
    this.#everything = false;
    this.#articles = new Set();
    this.#channels = false;
  }
}
