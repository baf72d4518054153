import { createHash } from 'node:crypto';
import type { DeliveryAction } from './delivery.js';

/*
 * Idempotency keys. Each is a pure function of what must not happen twice, so that a step that is run
 * again after a crash names the same thing again.
 */

function shortHash(...parts: (string | number)[]): string {
  // The separator cannot occur in a part: ids are [a-z0-9-] and UUIDs.
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 26);
}

/** One delivery per (article, version, channel, action): creating it again finds the first. Never all digits, no ":" (BullMQ job ids). */
export function deliveryId(
  articleId: string,
  version: number,
  channelId: string,
  action: DeliveryAction,
): string {
  return `dlv_${shortHash(articleId, version, channelId, action)}`;
}

/** What a partner deduplicates by: the same for every attempt and replay of one delivery (Standard Webhooks 1.0, "webhook-id"). */
export function webhookId(delivery: string): string {
  return `msg_${delivery.slice('dlv_'.length)}`;
}

/** BullMQ job of a delivery; dedupes while the job exists, the ledger does the rest. */
export function jobId(delivery: string): string {
  return delivery;
}

/** BullMQ job that brings a delivery back later; beside {@link jobId}, which says that it is due now. */
export function laterJobId(delivery: string): string {
  return `${delivery}-later`;
}

/** One rendition per (article, version, action, channel type, shaping settings), shared by all channels that render alike. */
export function renditionId(
  articleId: string,
  version: number,
  action: DeliveryAction,
  channelType: string,
  shapeHash: string,
): string {
  return `rnd_${shortHash(articleId, version, action, channelType, shapeHash)}`;
}

/** Event that announces a rendition to a batch of channels: a re-run of transform after a crash publishes the same id, which JetStream drops within its window. */
export function renditionReadyEventId(rendition: string, channelIds: readonly string[]): string {
  return `evt_${shortHash(rendition, ...channelIds)}`;
}
