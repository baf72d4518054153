import { Inject, Injectable } from '@nestjs/common';
import { feedManifest } from '@newsrelay/channel-feed/manifest';
import { channelId } from '@newsrelay/contracts/channel';
import { Problem } from '@newsrelay/contracts/problem';
import type { Ledger } from '@newsrelay/ledger/database';
import { findShelvedChannel, type ShelvedChannel } from '@newsrelay/ledger/feed-shelf';
import { LEDGER } from '@newsrelay/ledger/ledger-token';

/** The channels behind the ids of feeds, as the ledger has them at each request. Whether they may be read is for `FeedAccess` to say. */
@Injectable()
export class FeedChannels {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  /** @throws Problem 404 where there is no such feed, 410 where it was closed */
  async feedOf(id: string): Promise<ShelvedChannel> {
    // What cannot be a channel's id costs no query.
    const known = channelId.safeParse(id).success;
    const channel = known ? await findShelvedChannel(this.ledger, id) : undefined;
    if (channel?.type !== feedManifest.type) throw new Problem(404, `There is no feed ${id}.`);
    if (channel.deleted) throw new Problem(410, `The feed ${id} was closed.`);
    return channel;
  }
}
