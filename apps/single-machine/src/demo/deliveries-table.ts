import type { Article, Delivery } from './newsrelay-api.js';
import { alignedTable, fitWidth } from './table.js';

export interface ArticleDeliveries {
  readonly article: Article;
  readonly deliveries: readonly Delivery[];
}

/** The delivery of the article's present version to a channel. */
export function deliveryTo(
  { article, deliveries }: ArticleDeliveries,
  channel: string,
): Delivery | undefined {
  return deliveries.find(
    (delivery) =>
      delivery.channel === channel && delivery.version === article.version && delivery.action === 'publish',
  );
}

/** Article × outlet: state and, for outlets that are called, how many attempts it took. */
export function deliveriesTable(rows: readonly ArticleDeliveries[], outlets: readonly string[]): string[] {
  const body = rows.map((row, index) => [
    String(index + 1),
    fitWidth(row.article.headline, 40),
    row.article.state,
    ...outlets.map((outlet) => cell(deliveryTo(row, outlet))),
  ]);
  return alignedTable([['', 'article', 'state', ...outlets], ...body]);
}

function cell(delivery: Delivery | undefined): string {
  if (delivery === undefined) return '–';
  const { attempts, state } = delivery;
  return attempts.length === 0 ? state : `${state} (${attempts.length})`;
}
