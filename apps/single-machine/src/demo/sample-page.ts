import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { existing, type Article, type NewsrelayApi } from './newsrelay-api.js';
import { describeHolds, openProposals } from './proposals.js';

const SAMPLE = fileURLToPath(new URL('../../../../samples/pages/jining-gaoxin-857.txt', import.meta.url));
const SOURCE = 'jngxq';
const SECTION = '要闻';

/** Takes the page in, shows what an editor has to decide, and decides it. @returns the articles in page order */
export async function takeInSample(api: NewsrelayApi, say: (line: string) => void): Promise<Article[]> {
  if (!existsSync(SAMPLE)) throw new Error(`the sample page is missing: ${SAMPLE}`);
  const answer = await api.takePage(readFileSync(SAMPLE), SOURCE, SECTION);
  const articles: Article[] = [];
  for (const { id } of answer.articles) articles.push(await existing(api, id));
  const known = answer.articles.filter(({ duplicate }) => duplicate).length;
  say('');
  say(`The page: ${describePage(answer.page)}`);
  say(`${articles.length} articles${known === 0 ? '' : `, ${known} of them known from an earlier run`}`);

  const held = articles.filter(({ state }) => state === 'held');
  if (held.length > 0) {
    say('');
    say(`${held.length} of them are held until an editor decides:`);
    for (const article of held) describeHolds(article).forEach(say);
    for (const article of held) {
      const decisions = openProposals(article).map(({ id }) => [id, 'accept'] as const);
      articles[articles.indexOf(article)] = await api.approve(article, Object.fromEntries(decisions));
    }
    say('All proposals are accepted through the API.');
  }
  return articles;
}

function describePage(page: Readonly<Record<string, unknown>>): string {
  const { publication, date, weekday, lunarDate, issueTotal, issueOfYear } = page;
  const shown = (value: unknown, before = '', after = ''): string[] =>
    typeof value === 'string' || typeof value === 'number' ? [`${before}${value}${after}`] : [];
  return [
    ...shown(publication),
    ...shown(date),
    ...shown(weekday),
    ...shown(lunarDate),
    ...shown(issueTotal, '总第', '期'),
    ...shown(issueOfYear, '本年第', '期'),
  ].join(' ');
}
