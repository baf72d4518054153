import type { Connector } from '@newsrelay/channel-kit/connector';
import { mastodonFormatter } from './formatter.js';
import { mastodonManifest, type MastodonSecrets, type MastodonSettings } from './manifest.js';
import { mastodonPublisher } from './publisher.js';

/** Statuses on Mastodon and on servers that speak its API. */
export const mastodonConnector: Connector<MastodonSettings, MastodonSecrets> = {
  manifest: mastodonManifest,
  formatter: mastodonFormatter,
  publisher: mastodonPublisher,
};
