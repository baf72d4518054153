import { connectorOf } from '@newsrelay/channel-registry/registry';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';
import { Problem } from '@newsrelay/contracts/problem';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { StoredChannel } from '@newsrelay/ledger/channels';
import { maskSecrets } from '@newsrelay/sealing/mask';

/** A channel as the API shows it: its secrets are masked, but for those that were made just now and are shown once. */
export function channelView(
  channel: StoredChannel,
  secrets: Record<string, unknown>,
  shownOnce: Record<string, string> = {},
) {
  return {
    id: channel.id,
    type: channel.type,
    name: channel.name,
    enabled: channel.enabled,
    filter: channel.filter,
    settings: channel.settings,
    secrets: { ...maskSecrets(secrets), ...shownOnce },
    paused:
      channel.paused === null
        ? null
        : { since: toShanghaiTime(channel.paused.since), reason: channel.paused.reason },
    platform: channel.platform,
    createdAt: toShanghaiTime(channel.createdAt),
  };
}
export type ChannelView = ReturnType<typeof channelView>;

/** @throws Problem 422 for a type that there is not */
export function manifestOrProblem(type: string): ChannelManifest {
  const manifest = connectorOf(type)?.manifest;
  if (manifest !== undefined) return manifest;
  throw new Problem(422, `type: there is no channel type ${type}; GET /api/v1/channel-types lists them`, [
    { path: '/type', message: 'must be one of GET /api/v1/channel-types' },
  ]);
}

/** The manifest of a type that operators set channels up of. @throws Problem 422 for another one */
export function settableManifestOrProblem(type: string): ChannelManifest {
  const manifest = manifestOrProblem(type);
  if (manifest.subscribed !== true) return manifest;
  throw new Problem(422, `type: channels of the type ${type} are set up by whoever subscribes, not here`, [
    { path: '/type', message: 'is set up by whoever subscribes' },
  ]);
}
