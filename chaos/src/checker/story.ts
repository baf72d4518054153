import { webhookId } from '@newsrelay/contracts/keys';
import type { ActRecord, Receipt, Records } from './records.js';

/** What a delivery is one of. */
export interface Identity {
  readonly action: 'publish' | 'withdraw';
  readonly articleId: string;
  readonly version: number;
}

/** A receipt that is known to be of something. */
export interface Push {
  readonly receipt: Receipt;
  readonly identity: Identity;
}

/** What the newsroom said of one article, as far as it was answered. */
export interface ArticleStory {
  readonly articleId: string;
  readonly versions: ReadonlyMap<number, ActRecord>;
  readonly newest: number;
  readonly withdrawal: ActRecord | null;
  /** An act of it was never answered: what came of that is not known. */
  readonly uncertain: boolean;
}

export interface Story {
  readonly articles: ReadonlyMap<string, ArticleStory>;
  /** By outlet and article, in the order in which they came. */
  readonly pushes: ReadonlyMap<string, ReadonlyMap<string, readonly Push[]>>;
  readonly receiptsById: ReadonlyMap<string, readonly Receipt[]>;
}

/** Records in the order in which the checks ask for them. */
export function storyOf(records: Records): Story {
  const inOrder = [...records.receipts].sort((one, other) => one.headAt - other.headAt);
  const identities = identitiesOf(records, inOrder);
  const pushes = new Map<string, Map<string, Push[]>>();
  for (const receipt of inOrder) {
    const identity = receipt.content ?? identities.get(idKey(receipt.outlet, receipt.webhookId));
    if (identity === undefined) continue;
    const ofOutlet = entry(pushes, receipt.outlet, () => new Map<string, Push[]>());
    entry(ofOutlet, identity.articleId, () => []).push({ receipt, identity });
  }
  return {
    articles: articlesOf(records.acts),
    pushes,
    receiptsById: Map.groupBy(inOrder, ({ outlet, webhookId: id }) => idKey(outlet, id)),
  };
}

export function idKey(outlet: string, id: string): string {
  return `${outlet} ${id}`;
}

export function isTaken({ answered }: Receipt): boolean {
  return answered !== null && answered >= 200 && answered < 300;
}

/** A request that broke off before its body says by its id what it was: another one with that id, or the ledger, knows. */
function identitiesOf({ ledger }: Records, receipts: readonly Receipt[]): Map<string, Identity> {
  const known = new Map<string, Identity>();
  for (const row of ledger) known.set(idKey(row.channel, webhookId(row.id)), row);
  for (const { outlet, webhookId: id, content } of receipts)
    if (content !== null) known.set(idKey(outlet, id), content);
  return known;
}

function articlesOf(acts: readonly ActRecord[]): Map<string, ArticleStory> {
  const articles = new Map<string, ArticleStory>();
  for (const own of Map.groupBy(acts, ({ act }) => act.article).values()) {
    const articleId = own.find((record) => record.articleId !== null)?.articleId;
    if (articleId == null) continue;
    const versions = new Map<number, ActRecord>();
    let withdrawal: ActRecord | null = null;
    for (const record of own) {
      if (record.answeredAt === null) continue;
      if (record.act.kind === 'withdraw') withdrawal = record;
      else if (record.version !== null) versions.set(record.version, record);
    }
    articles.set(articleId, {
      articleId,
      versions,
      newest: Math.max(...versions.keys()),
      withdrawal,
      uncertain: own.some(({ sentAt, answeredAt }) => sentAt !== null && answeredAt === null),
    });
  }
  return articles;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
