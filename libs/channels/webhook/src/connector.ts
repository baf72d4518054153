import type { Connector } from '@newsrelay/channel-kit/connector';
import { webhookFormatter } from './formatter.js';
import { webhookManifest, type WebhookSecrets, type WebhookSettings } from './manifest.js';
import { webhookPublisher } from './publisher.js';

/** Signed pushes to partner sites: Standard Webhooks 1.0, ninjs 3.1. */
export const webhookConnector: Connector<WebhookSettings, WebhookSecrets> = {
  manifest: webhookManifest,
  formatter: webhookFormatter,
  publisher: webhookPublisher,
};
