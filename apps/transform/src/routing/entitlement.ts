import type { ChannelFilter } from '@newsrelay/contracts/channel';

/** What a filter looks at. */
export interface FilteredArticle {
  source: string;
  sections: readonly string[];
  keywords: readonly string[];
}

function meets(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === 0 || given.some((label) => wanted.includes(label));
}

/** Whether a channel gets an article: each list that is not empty must be met by one label. */
export function isEntitled(filter: ChannelFilter, article: FilteredArticle): boolean {
  return (
    meets(filter.sections, article.sections) &&
    meets(filter.sources, [article.source]) &&
    meets(filter.keywords, article.keywords)
  );
}
