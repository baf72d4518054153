import { announcementFormatter } from '@newsrelay/channel-kit/announcement';
import type { Connector } from '@newsrelay/channel-kit/connector';
import { baiduPushManifest, type BaiduPushSecrets, type BaiduPushSettings } from './manifest.js';
import { baiduPushPublisher } from './publisher.js';

export const baiduPushConnector: Connector<BaiduPushSettings, BaiduPushSecrets> = {
  manifest: baiduPushManifest,
  formatter: announcementFormatter,
  publisher: baiduPushPublisher,
};
