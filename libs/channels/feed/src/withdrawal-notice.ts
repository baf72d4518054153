import { fragmentsOf } from './fragments.js';
import type { ItemFragments } from './rendition.js';
import { wordingFor } from './wording.js';
import { escapeMarkup } from './xml.js';

/** All that a notice may know of the article: no content. */
export interface WithdrawalFacts {
  articleId: string;
  withdrawnAt: Date;
  /** The publication time that the item has shown; it does not move. */
  publishedAt: Date;
  language: string;
  /** The article's page here, which is gone (410) and says so. */
  link: string;
}

/**
 * The item that takes the place of a withdrawn article under its id: readers do not honour tombstones, so title and text
 * are replaced. A pure function of ids and times, so that every instance makes the same bytes with nothing but the ledger's marks.
 */
export function withdrawalNotice(facts: WithdrawalFacts): ItemFragments {
  const wording = wordingFor(facts.language);
  const notice = wording.withdrawn(facts.withdrawnAt);
  const html = `<p>${escapeMarkup(notice)}</p>`;
  return fragmentsOf({
    articleId: facts.articleId,
    link: facts.link,
    title: wording.withdrawnTitle,
    summary: notice,
    summaryHtml: html,
    contentHtml: html,
    authors: [],
    categories: [],
    source: null,
    alternatives: [],
    editor: null,
    media: [],
    language: facts.language,
    publishedAt: facts.publishedAt,
    modifiedAt: facts.withdrawnAt,
    extension: { withdrawn: true },
  });
}
