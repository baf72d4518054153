import type { Article, Repair } from './newsrelay-api.js';
import { fitWidth } from './table.js';

/** Proposals that an editor has to decide before the article goes out. */
export function openProposals({ repairs }: Article): Repair[] {
  return repairs.filter((repair) => repair.class === 'propose' && repair.decision === null);
}

/** What holds an article: each proposal as it would change the text, each further hold in its own words. */
export function describeHolds(article: Article): string[] {
  const proposals = openProposals(article).flatMap(({ kind, field, before, after }) => [
    `    ${kind} (${field})`,
    `      before  ${oneLine(before)}`,
    `      after   ${oneLine(after) || '(nothing)'}`,
  ]);
  return [
    `  ${fitWidth(article.headline, 60)}`,
    ...article.holds.map(({ code, message }) => `    ${code}: ${message}`),
    ...proposals,
  ];
}

function oneLine(text: string): string {
  return fitWidth(text.replaceAll(/\s+/g, ' ').trim(), 90);
}
