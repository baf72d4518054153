import type { Formatter } from '@newsrelay/channel-kit/connector';
import type { WebsubSettings } from './manifest.js';

/** What goes out is the feed, not the article: there is nothing to render. */
export const websubFormatter: Formatter<WebsubSettings> = {
  shape: () => ({}),
  render: () => ({}),
  renderWithdrawal: () => ({}),
};
