import { announcementFormatter } from '@newsrelay/channel-kit/announcement';
import type { Connector } from '@newsrelay/channel-kit/connector';
import { indexNowManifest, type IndexNowSecrets, type IndexNowSettings } from './manifest.js';
import { indexNowPublisher } from './publisher.js';

export const indexNowConnector: Connector<IndexNowSettings, IndexNowSecrets> = {
  manifest: indexNowManifest,
  formatter: announcementFormatter,
  publisher: indexNowPublisher,
};
