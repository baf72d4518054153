import { second, type Breach } from './breach.js';
import type { Records } from './records.js';
import type { Story } from './story.js';

/** One delivery, one id; one id, one delivery and one body; and every body signed. */
export function checkIds(_records: Records, story: Story): Breach[] {
  return [...secondIds(story), ...usesOfIds(story)];
}

function secondIds({ pushes }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const [outlet, articles] of pushes) {
    for (const [articleId, own] of articles) {
      const deliveries = Map.groupBy(
        own,
        ({ identity }) => `${identity.action} of version ${identity.version}`,
      );
      for (const [delivery, all] of deliveries) {
        const ids = [...new Set(all.map(({ receipt }) => receipt.webhookId))];
        const other = all.find(({ receipt }) => receipt.webhookId !== ids[0]);
        if (other === undefined) continue;
        const at = other.receipt.headAt;
        breaches.push({
          kind: 'second-id',
          outlet,
          articleId,
          at,
          text: `${delivery} came as ${ids.join(' and ')}, the second at ${second(at)}`,
        });
      }
    }
  }
  return breaches;
}

function usesOfIds({ receiptsById }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const receipts of receiptsById.values()) {
    const [first, ...later] = receipts.flatMap((receipt) =>
      receipt.content === null ? [] : [{ receipt, content: receipt.content }],
    );
    if (first === undefined) continue;
    for (const { receipt, content } of [first, ...later]) {
      const about = {
        outlet: receipt.outlet,
        articleId: content.articleId,
        at: receipt.headAt,
      };
      if (!content.signatureValid)
        breaches.push({
          ...about,
          kind: 'bad-signature',
          text: `${receipt.webhookId} at ${second(receipt.headAt)}`,
        });
      const isAnother =
        content.articleId !== first.content.articleId ||
        content.version !== first.content.version ||
        content.action !== first.content.action;
      if (isAnother || content.digest !== first.content.digest) {
        breaches.push({
          ...about,
          kind: isAnother ? 'id-of-two' : 'other-bytes',
          text: `${receipt.webhookId} at ${second(receipt.headAt)} differs from what it was at ${second(first.receipt.headAt)}`,
        });
      }
    }
  }
  return breaches;
}
