import type { Formatter } from '@newsrelay/channel-kit/connector';
import type { WebhookSettings } from './manifest.js';
import { ninjsOf, withdrawnNinjsOf } from './ninjs.js';

/** No setting shapes the item: all partners share one rendition a version. */
export const webhookFormatter: Formatter<WebhookSettings> = {
  shape: () => ({}),
  render: ninjsOf,
  renderWithdrawal: withdrawnNinjsOf,
};
