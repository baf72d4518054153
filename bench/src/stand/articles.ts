import { randomInt } from 'node:crypto';
import type { Agent } from 'undici';
import { request } from 'undici';

/** A report of usual length: about 900 characters in eight paragraphs. */
const PARAGRAPHS = 8;
const SENTENCE =
  '济宁高新区坚持把项目建设作为高质量发展的主抓手，强化要素保障，优化营商环境，推动产业链延伸、价值链提升。';

let batches = randomInt(36 ** 3);

/** Markers of a batch of articles, all of one length and none used before: `bench-xxxx-000000`. */
export function markers(count: number): string[] {
  batches += 1;
  const batch = batches.toString(36).padStart(4, '0');
  return Array.from({ length: count }, (_, index) => `bench-${batch}-${String(index).padStart(6, '0')}`);
}

/** JSON of an article that a newsroom might send in; its marker is part of the headline. */
export function articleJson(marker: string, sections: readonly string[] = ['要闻']): string {
  return JSON.stringify({
    source: 'bench',
    sourceId: marker,
    headline: `高新区重点项目建设提速 ${marker}`,
    dateline: '本报济宁讯',
    bylines: [{ role: '记者', name: '曹俐' }],
    body: Array.from({ length: PARAGRAPHS }, (_, number) => `（${number + 1}）${SENTENCE.repeat(2)}`),
    sections,
  });
}

/** The same of a news brief: one sentence. */
export function shortArticleJson(marker: string, sections: readonly string[]): string {
  return JSON.stringify({
    source: 'bench',
    sourceId: marker,
    headline: `简讯 ${marker}`,
    body: [SENTENCE],
    sections,
  });
}

/** Takes one article in. @returns once the answer's head is there; @throws Error unless that is 202 */
export async function takeIn(url: string, json: string, key: string, dispatcher: Agent): Promise<bigint> {
  const answer = await request(`${url}/api/v1/articles`, {
    dispatcher,
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: json,
  });
  const at = process.hrtime.bigint();
  const text = await answer.body.text();
  if (answer.statusCode !== 202) throw new Error(`an article was answered ${answer.statusCode}: ${text}`);
  return at;
}

/** Articles under way at once: an agency's feed, not a flood. */
export const AT_ONCE = 16;

/** Takes many in, `AT_ONCE` at a time. */
export async function takeAllIn(
  url: string,
  texts: readonly string[],
  key: string,
  dispatcher: Agent,
): Promise<void> {
  const left = [...texts];
  const sender = async (): Promise<void> => {
    for (let text = left.shift(); text !== undefined; text = left.shift()) {
      await takeIn(url, text, key, dispatcher);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}
