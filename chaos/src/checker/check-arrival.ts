import type { OutletPlan } from '../plan/tempers.js';
import { second, type Breach } from './breach.js';
import type { Records } from './records.js';
import { isTaken, type ArticleStory, type Push, type Story } from './story.js';

/** What an outlet has to have of an article in the end; null if it need not have anything. */
export interface Due {
  readonly outlet: string;
  readonly article: ArticleStory;
  readonly action: 'publish' | 'withdraw';
  readonly isThere: boolean;
}

/**
 * All that outlets which end well have to have: of each article the newest version or, where any version of it began to
 * arrive, its withdrawal.
 */
export function duesOf(outlets: readonly OutletPlan[], { articles, pushes }: Story): Due[] {
  return outlets
    .filter(({ endsWell }) => endsWell)
    .flatMap(({ id }) =>
      [...articles.values()].flatMap((article): Due[] => {
        const own = pushes.get(id)?.get(article.articleId) ?? [];
        const taken = (wanted: (push: Push) => boolean) =>
          own.some((push) => wanted(push) && push.receipt.content !== null && isTaken(push.receipt));
        if (article.withdrawal === null) {
          const isThere = taken(
            ({ identity }) => identity.action === 'publish' && identity.version === article.newest,
          );
          return [{ outlet: id, article, action: 'publish', isThere }];
        }
        if (!own.some(({ identity }) => identity.action === 'publish')) return [];
        const isThere = taken(({ identity }) => identity.action === 'withdraw');
        return [{ outlet: id, article, action: 'withdraw', isThere }];
      }),
    );
}

export function checkArrival({ outlets }: Records, story: Story): Breach[] {
  return duesOf(outlets, story)
    .filter(({ isThere }) => !isThere)
    .map(({ outlet, article, action }) => ({
      kind: action === 'publish' ? 'missing' : 'missing-withdrawal',
      outlet,
      articleId: article.articleId,
      at: null,
      text:
        action === 'publish'
          ? `version ${article.newest}, answered at ${second(article.versions.get(article.newest)?.answeredAt ?? null)}, was never taken`
          : `its withdrawal, answered at ${second(article.withdrawal?.answeredAt ?? null)}, was never taken`,
    }));
}
