import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { rateOf } from '@newsrelay/channel-kit/rate';
import type { StoredChannel } from '@newsrelay/ledger/channels';
import type { Destination } from './mailboxes.js';

/** Where a channel's requests go. */
export function destinationOf(
  { settings }: Pick<StoredChannel, 'settings'>,
  manifest: ChannelManifest,
): Destination {
  const [target] = manifest.targets(settings);
  return {
    // Served channels make no request.
    origin: target === undefined ? null : new URL(target.url).origin,
    rate: rateOf(manifest.limits.rate, settings),
    oneAtATime: manifest.limits.oneAtATime === true,
    pool: manifest.subscribed === true ? 'subscribed' : null,
  };
}
