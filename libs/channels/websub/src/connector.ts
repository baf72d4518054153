import type { Connector } from '@newsrelay/channel-kit/connector';
import { websubFormatter } from './formatter.js';
import { websubManifest, type WebsubSecrets, type WebsubSettings } from './manifest.js';
import { websubPublisher } from './publisher.js';

/** A feed pushed to those who subscribed to it at our hub: W3C Recommendation "WebSub". */
export const websubConnector: Connector<WebsubSettings, WebsubSecrets> = {
  manifest: websubManifest,
  formatter: websubFormatter,
  publisher: websubPublisher,
};
