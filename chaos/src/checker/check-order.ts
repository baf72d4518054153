import { second, type Breach } from './breach.js';
import type { Records } from './records.js';
import type { ArticleStory, Push, Story } from './story.js';

/**
 * Nothing runs backwards. What counts is when a request began to arrive: one is called late only if it cannot have come
 * before the other was seen (`earliestAt`), so that two that cross on their way into the outlet accuse nobody.
 */
export function checkOrder(_records: Records, { pushes, articles }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const [outlet, ofOutlet] of pushes) {
    for (const [articleId, own] of ofOutlet) {
      for (const [index, push] of own.entries()) {
        if (push.identity.action === 'withdraw') continue;
        const before = own.slice(0, index).filter(({ receipt }) => receipt.headAt < push.receipt.earliestAt);
        const about = { outlet, articleId, at: push.receipt.headAt };
        const late = afterNewer(push, before);
        if (late !== null) breaches.push({ ...about, kind: 'older-after-newer', text: late });
        const content = afterWithdrawal(push, before, articles.get(articleId));
        if (content !== null) breaches.push({ ...about, kind: 'content-after-withdrawal', text: content });
      }
    }
  }
  return breaches;
}

function afterNewer({ receipt, identity }: Push, before: readonly Push[]): string | null {
  const newer = before.find(
    (push) => push.identity.action === 'publish' && push.identity.version > identity.version,
  );
  return newer === undefined
    ? null
    : `version ${identity.version} (${receipt.webhookId}) began at ${second(receipt.headAt)}, after version ${newer.identity.version} at ${second(newer.receipt.headAt)}`;
}

function afterWithdrawal(
  { receipt, identity }: Push,
  before: readonly Push[],
  article: ArticleStory | undefined,
): string | null {
  const began = `version ${identity.version} (${receipt.webhookId}) began at ${second(receipt.headAt)}`;
  const withdrawal = before.find((push) => push.identity.action === 'withdraw');
  if (withdrawal !== undefined)
    return `${began}, after the withdrawal at ${second(withdrawal.receipt.headAt)}`;
  const answeredAt = article?.withdrawal?.answeredAt ?? null;
  if (answeredAt !== null && receipt.earliestAt > answeredAt)
    return `${began}, after its withdrawal was answered at ${second(answeredAt)}`;
  return null;
}
