import type { Article, Delivery } from './newsrelay-api.js';
import { alignedTable, fitWidth } from './table.js';

export interface ArticleDeliveries {
  readonly article: Article;
  /** Newest first, as the API lists them. */
  readonly deliveries: readonly Delivery[];
}

/** What is to happen with the article at a channel: its present version is to be there, or to be gone. */
export function deliveryTo(
  { article, deliveries }: ArticleDeliveries,
  channel: string,
): Delivery | undefined {
  const action = article.state === 'withdrawn' ? 'withdraw' : 'publish';
  return deliveries.find(
    (delivery) =>
      delivery.channel === channel && delivery.action === action && delivery.version === article.version,
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
  const { action, attempts, state } = delivery;
  const word = action === 'withdraw' && state === 'delivered' ? 'taken down' : state;
  return attempts.length === 0 ? word : `${word} (${attempts.length})`;
}
