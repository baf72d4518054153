import type { Connector } from '@newsrelay/channel-kit/connector';
import { feedConnector } from '@newsrelay/channel-feed/connector';
import { mastodonConnector } from '@newsrelay/channel-mastodon/connector';
import { webhookConnector } from '@newsrelay/channel-webhook/connector';
import { websubConnector } from '@newsrelay/channel-websub/connector';

/** Every channel type there is. A new connector is added here and nowhere else. */
export const connectors: readonly Connector[] = [
  feedConnector,
  mastodonConnector,
  webhookConnector,
  websubConnector,
];

/** The connector of a channel type; undefined if there is none. */
export function connectorOf(type: string): Connector | undefined {
  return connectors.find(({ manifest }) => manifest.type === type);
}

/**
 * For the start of every service that handles channels. `storedTypes` are the types of the channels in the ledger.
 * Throws an Error that names what is double, misnamed, or missing.
 */
export function checkConnectors(
  storedTypes: readonly string[],
  listed: readonly Connector[] = connectors,
): void {
  const types = listed.map(({ manifest }) => manifest.type);
  const faults = [
    ...types
      .filter((type) => !/^[a-z0-9][a-z0-9-]{0,62}$/.test(type))
      .map((type) => `the channel type "${type}" is no name of [a-z0-9-]`),
    ...[...new Set(types.filter((type, index) => types.indexOf(type) !== index))].map(
      (type) => `two connectors are registered for the channel type "${type}"`,
    ),
    ...[...new Set(storedTypes.filter((type) => !types.includes(type)))].map(
      (type) => `there are channels of the type "${type}", and no connector is registered for it`,
    ),
  ];
  if (faults.length > 0) throw new Error(faults.join('; '));
}
