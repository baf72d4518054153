import { webhookId } from '@newsrelay/contracts/keys';
import { second, type Breach } from './breach.js';
import { faultThatMayLose } from './lost-answers.js';
import type { LedgerRow, Receipt, Records } from './records.js';
import { idKey, isTaken, type ArticleStory, type Story } from './story.js';

/** What is called delivered was taken; what was taken is called delivered, unless its sender may not have known. */
export function checkLedger(records: Records, story: Story): Breach[] {
  const rows = new Map(records.ledger.map((row) => [idKey(row.channel, webhookId(row.id)), row]));
  return [...withoutReceipt(records.ledger, story), ...withoutLedger(records, story, rows)];
}

function withoutReceipt(ledger: readonly LedgerRow[], { receiptsById }: Story): Breach[] {
  return ledger
    .filter(({ state }) => state === 'delivered')
    .filter(({ id, channel, articleId, version, action }) => {
      const receipts = receiptsById.get(idKey(channel, webhookId(id))) ?? [];
      return !receipts.some(
        (receipt) =>
          isTaken(receipt) &&
          receipt.content?.articleId === articleId &&
          receipt.content.version === version &&
          receipt.content.action === action,
      );
    })
    .map(({ id, channel, articleId, version, action }) => ({
      kind: 'ledger-without-receipt',
      outlet: channel,
      articleId,
      at: null,
      text: `${action} of version ${version} (${id}) is delivered in the ledger; the outlet answered no such request with 2xx`,
    }));
}

function withoutLedger(
  { faults }: Records,
  { articles, receiptsById }: Story,
  rows: ReadonlyMap<string, LedgerRow>,
): Breach[] {
  const breaches: Breach[] = [];
  for (const [key, receipts] of receiptsById) {
    const row = rows.get(key);
    const taken = receipts.filter(isTaken);
    if (taken.length === 0 || row?.state === 'delivered') continue;
    const article = articles.get(row?.articleId ?? '');
    const known =
      row === undefined
        ? taken[0]
        : taken.find(
            (receipt) => faultThatMayLose(receipt, faults) === undefined && !wasStopped(receipt, article),
          );
    if (known === undefined) continue;
    breaches.push({
      kind: 'receipt-without-ledger',
      outlet: known.outlet,
      articleId: row?.articleId ?? known.content?.articleId ?? null,
      at: known.headAt,
      text: `${known.webhookId} was answered ${known.answered ?? ''} at ${second(known.answeredAt)}; the ledger ${row === undefined ? 'does not know it' : `says ${row.state} (${row.reason ?? 'no reason'})`}`,
    });
  }
  return breaches;
}

/** Requests under way are stopped by a withdrawal, which may cross with their answer. */
function wasStopped(receipt: Receipt, article: ArticleStory | undefined): boolean {
  const { sentAt = null, answeredAt = null } = article?.withdrawal ?? {};
  if (sentAt === null || receipt.content?.action === 'withdraw') return false;
  return (
    receipt.headAt <= (answeredAt ?? Number.POSITIVE_INFINITY) &&
    (receipt.endedAt ?? receipt.headAt) >= sentAt
  );
}
