import type { Connector } from '@newsrelay/channel-kit/connector';
import { feedFormatter } from './formatter.js';
import { feedManifest } from './manifest.js';
import { feedPublisher } from './publisher.js';
import type { FeedSettings } from './settings.js';

/** RSS 2.0, Atom 1.0 and JSON Feed 1.1, served by the feeds service. */
export const feedConnector: Connector<FeedSettings, Record<string, never>> = {
  manifest: feedManifest,
  formatter: feedFormatter,
  publisher: feedPublisher,
};
