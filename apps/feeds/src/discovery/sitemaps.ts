import type { Ledger } from '@newsrelay/ledger/database';
import {
  firstPlace,
  newsPages,
  nextPlace,
  pagesOfStretch,
  stretchState,
  type SitemapPlace,
  type Stretch,
} from '@newsrelay/ledger/sitemap';
import type { Site } from '../site.js';
import { KeptDocuments, type KeptDocument } from './kept-documents.js';
import {
  NEWS_HOURS,
  NEWS_URLS,
  newsSitemap,
  sitemap,
  sitemapIndex,
  urlsPerSitemap,
} from './sitemap-documents.js';

/** Search engines come by the hour; a withdrawn page answers 410 long before they ask for the list. */
const FRESH_MS = 10_000;
/** The root, the news, and some of the parts: up to 8 MB each. */
const KEPT = 6;

/** The sitemaps, made from the ledger. */
export class Sitemaps {
  readonly #documents = new KeptDocuments({ most: KEPT, freshMs: FRESH_MS });
  /** Where each stretch begins. Found once: what is full stays as it is. */
  readonly #starts: SitemapPlace[] = [];

  /** @param length articles of one sitemap at most */
  constructor(
    private readonly ledger: Ledger,
    private readonly site: Site,
    private readonly length = urlsPerSitemap(site),
  ) {}

  /** All pages where one sitemap holds them, else an index of the parts. */
  root(): Promise<KeptDocument> {
    return this.#documents.get('root', {
      stamp: async () => {
        const states = await this.#states();
        return states.map(({ stamp, changedAt }) => `${stamp} ${changedAt?.getTime() ?? ''}`).join();
      },
      make: async () => {
        const stretches = await this.#stretches();
        const [only] = stretches;
        if (stretches.length > 1)
          return sitemapIndex(
            (await this.#states()).map(({ changedAt }) => changedAt),
            this.site,
          );
        return sitemap(only === undefined ? [] : await pagesOfStretch(this.ledger, only), this.site);
      },
    });
  }

  /** One part of an index, numbered from 1; undefined where there is no index, or it has no such part. */
  async part(number: number): Promise<KeptDocument | undefined> {
    const stretches = await this.#stretches();
    const stretch = stretches[number - 1];
    if (stretches.length < 2 || stretch === undefined) return undefined;
    return this.#documents.get(`part ${number}`, {
      stamp: async () => (await stretchState(this.ledger, stretch)).stamp,
      make: async () => sitemap(await pagesOfStretch(this.ledger, stretch), this.site),
    });
  }

  /** Articles leave it by the clock, so that it is made anew each time. */
  news(): Promise<KeptDocument> {
    let made = '';
    return this.#documents.get('news', {
      stamp: async () => {
        made = newsSitemap(await newsPages(this.ledger, NEWS_HOURS, NEWS_URLS), this.site);
        return made;
      },
      make: () => Promise.resolve(made),
    });
  }

  async #states() {
    const stretches = await this.#stretches();
    const states = [];
    for (const stretch of stretches) states.push(await stretchState(this.ledger, stretch));
    return states;
  }

  async #stretches(): Promise<Stretch[]> {
    if (this.#starts.length === 0) this.#begin(0, await firstPlace(this.ledger));
    for (let last = this.#starts.at(-1); last !== undefined;) {
      const known = this.#starts.length;
      const next = await nextPlace(this.ledger, last, this.length);
      this.#begin(known, next);
      last = next === null ? undefined : this.#starts.at(-1);
    }
    return this.#starts.map((from, index) => ({ from, to: this.#starts[index + 1] ?? null }));
  }

  /** Unless another request has found it meanwhile. */
  #begin(index: number, place: SitemapPlace | null): void {
    if (place !== null && this.#starts.length === index) this.#starts.push(place);
  }
}
