import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openLedger, type Ledger } from '@newsrelay/ledger/database';
import { migrate } from '@newsrelay/ledger/migrate';
import { TestNewsroom } from '@newsrelay/ledger/newsroom.fixture';
import { firstPlace, stretchState } from '@newsrelay/ledger/sitemap';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import type { LocalServer } from '@newsrelay/local-servers/server-process';
import { temporaryDataDir, type TemporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { siteOf } from '../site.js';
import { urlsPerSitemap } from './sitemap-documents.js';
import { Sitemaps } from './sitemaps.js';

const SITE = siteOf('https://news.example', 'News');

describe('sitemaps of more articles than one may hold', () => {
  let data: TemporaryDataDir;
  let server: LocalServer;
  let ledger: Ledger;
  let newsroom: TestNewsroom;

  beforeAll(async () => {
    data = temporaryDataDir();
    server = await startPostgres({ dataDir: data.path, survivesPowerLoss: false });
    ledger = openLedger({
      url: server.url,
      poolSize: 4,
      applicationName: 'spec',
      onIdleError: () => undefined,
    });
    await migrate(ledger);
    newsroom = new TestNewsroom({ ledger, channelType: 'feed', render: () => ({}) });
  }, 120_000);
  afterAll(async () => {
    await ledger.destroy();
    await server.stop();
    await data.remove();
  }, 60_000);

  /** An instance that was never asked: what one knows already is kept for some seconds. */
  const fresh = () => new Sitemaps(ledger, SITE, 3);
  const ids = (xml: string) => [...xml.matchAll(/<loc>[^<]*\/articles\/([^<]*)<\/loc>/g)].map(([, id]) => id);
  const root = async () => (await fresh().root()).body.toString();
  const part = async (number: number) => (await fresh().part(number))?.body.toString();

  it('are one, then an index whose full parts stay as they are', async () => {
    expect(ids(await root())).toEqual([]);
    expect(await part(1)).toBeUndefined();
    const released: string[] = [];
    const release = async (url: string | null = null) => {
      const { articleId } = await newsroom.release({ url });
      if (url === null) released.push(articleId);
      return articleId;
    };
    for (let count = 0; count < 3; count += 1) await release();
    expect(ids(await root())).toEqual(released);
    expect(await part(1)).toBeUndefined();

    await release('https://elsewhere.example/');
    for (let count = 0; count < 3; count += 1) await release();
    const index = await root();
    expect(index).toContain('<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">');
    const locations = [...index.matchAll(/<loc>([^<]*)<\/loc><lastmod>[^<]+<\/lastmod>/g)].map(
      ([, url]) => url,
    );
    expect(locations).toEqual([1, 2, 3].map((number) => `https://news.example/sitemap-${number}.xml`));
    const before = await part(1);
    expect(ids(before ?? '')).toEqual(released.slice(0, 3));
    // One of its places is taken by an article that lives elsewhere.
    expect(ids((await part(2)) ?? '')).toEqual(released.slice(3, 5));
    expect(ids((await part(3)) ?? '')).toEqual(released.slice(5));
    expect(await part(4)).toBeUndefined();

    await release();
    expect(await part(1)).toBe(before);
    const [first = ''] = released;
    await newsroom.withdraw(first);
    expect(ids((await part(1)) ?? '')).toEqual(released.slice(1, 3));
    // Published again it is in its old place.
    await newsroom.release({}, first);
    expect(ids((await part(1)) ?? '')).toEqual(released.slice(0, 3));
  });

  it('are stamped by what is released and withdrawn', async () => {
    const from = await firstPlace(ledger);
    if (from === null) throw new Error('no article');
    const stamp = async () => (await stretchState(ledger, { from, to: null })).stamp;
    const before = await stamp();
    expect(await stamp()).toBe(before);
    await newsroom.release({}, from.articleId);
    const corrected = await stamp();
    await newsroom.withdraw(from.articleId);
    const withdrawn = await stamp();
    expect(new Set([before, corrected, withdrawn]).size).toBe(3);
  });

  it('stay below both limits of the protocol, however long the address of the site is', () => {
    expect(urlsPerSitemap(SITE)).toBe(49_000);
    const long = siteOf(`https://news.example/${'x'.repeat(2_000)}`, 'News');
    expect(urlsPerSitemap(long)).toBeLessThan(52_428_800 / 2_100);
    expect(urlsPerSitemap(long)).toBeGreaterThan(20_000);
  });
});
