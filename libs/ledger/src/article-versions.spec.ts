import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insertVersion, lockOrCreateArticle, releaseDueVersions } from './article-versions.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { EMPTY_ARTICLE } from './newsroom.fixture.js';

describe('versions whose embargo ends', () => {
  let test: TestLedger;
  beforeAll(async () => {
    test = await openTestLedger();
  }, 90_000);
  afterAll(() => test.close());

  /** An article whose versions are scheduled, each for so many milliseconds from now. */
  async function scheduled(...endsInMs: number[]): Promise<string> {
    const id = randomUUID();
    for (const endsIn of endsInMs) {
      await test.ledger.transaction().execute(async (tx) => {
        const article = await lockOrCreateArticle(tx, { id, source: 's', sourceId: id, pageDate: null });
        const version = {
          content: EMPTY_ARTICLE,
          inputHash: randomUUID(),
          inputPublishedAt: null,
          pageText: null,
          holds: [],
          repairs: [],
          note: null,
          publishedAt: new Date(),
          embargoUntil: new Date(Date.now() + endsIn),
        };
        await insertVersion(tx, article, version, 'scheduled');
      });
    }
    return id;
  }
  const states = async (articleId: string) => {
    const rows = await test.ledger
      .selectFrom('article_versions')
      .select('state')
      .where('article_id', '=', articleId)
      .orderBy('version')
      .execute();
    return rows.map((row) => row.state);
  };
  const release = () => test.ledger.transaction().execute((tx) => releaseDueVersions(tx, 100));

  it('of an article and its correction only the correction is released', async () => {
    // The newer one's time may have come first: it is what shall be read all the same.
    const articles = [
      await scheduled(-2_000, -2_000),
      await scheduled(-2_000, -1_000),
      await scheduled(-1_000, -2_000),
    ];
    expect(await release()).toBe(3);
    for (const id of articles) expect(await states(id)).toEqual(['discarded', 'published']);
    expect(await release()).toBe(0);
  });

  it('a correction that is due later does not keep the article back', async () => {
    const id = await scheduled(-1_000, 3_600_000);
    expect(await release()).toBe(1);
    expect(await states(id)).toEqual(['published', 'scheduled']);
  });
});
