import { setTimeout as delay } from 'node:timers/promises';
import type { NewsrelayApi } from './newsrelay-api.js';

/** A newsroom's system that sends articles in and insists: what is not answered is sent again, under the same id. */
export async function takeIn(
  api: NewsrelayApi,
  articles: readonly object[],
  everyMs: number,
): Promise<string[]> {
  const startedAt = performance.now();
  return Promise.all(
    articles.map(async (article, index) => {
      await delay(Math.max(0, startedAt + index * everyMs - performance.now()));
      return takeInOne(api, article);
    }),
  );
}

async function takeInOne(api: NewsrelayApi, article: object): Promise<string> {
  const deadline = performance.now() + 90_000;
  for (;;) {
    try {
      const answer = await api.post(article);
      if (answer.status === 202 || answer.status === 200) return answer.body.id;
      if (answer.status < 500) throw new Error(`intake answered ${answer.status}: ${answer.text}`);
    } catch (error) {
      // Nobody there: the process was killed a moment ago. Node's own errors are no `Error` of Jest's realm.
      if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
    }
    if (performance.now() > deadline) throw new Error('intake did not answer for 90 s');
    await delay(100);
  }
}

/** Articles of a test, each with a text of its own. */
export function articlesOf(source: string, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    source,
    sourceId: `${index}`,
    headline: `第${index}篇：测试稿件`,
    body: [`这是第${index}篇稿件的正文。`, '第二段。'],
    sections: ['要闻'],
  }));
}
