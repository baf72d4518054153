import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Profile } from '@newsrelay/feed-editions/profile';
import type { Profiles } from '@newsrelay/feed-editions/profiles';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { readShelvedVersions } from '@newsrelay/ledger/shelved-versions';
import { FeedsEvents } from '../events.js';
import type { Representation } from '../http/conditional-answer.js';
import { PUBLIC_URL } from '../public-url.js';
import type { ServedFeed } from '../shelf/shelf.js';
import { EditionShelf } from './edition-shelf.js';
import { PROFILES } from './profiles-token.js';

/** The editions of this process: what its profiles make of the channels' shelves. */
@Injectable()
export class EditionShelfService implements OnApplicationBootstrap {
  readonly #shelf: EditionShelf;

  constructor(
    @Inject(LEDGER) ledger: Ledger,
    @Inject(PUBLIC_URL) publicUrl: string,
    @Inject(PROFILES) private readonly profiles: Profiles,
    @Inject(FeedsEvents) private readonly events: FeedsEvents,
  ) {
    this.#shelf = new EditionShelf({
      publicUrl,
      readVersions: (wanted) => readShelvedVersions(ledger, wanted),
      made: (channel, edition, document) => {
        events.editionMade(channel, edition, document);
      },
    });
  }

  /** Says which profiles cannot be used, and which can. */
  onApplicationBootstrap(): void {
    const { byName, faults } = this.profiles;
    this.events.profilesRead([...byName.keys()], faults);
  }

  /** Undefined where there is no profile of that name, or a wrong one. */
  profileOf(edition: string): Profile | undefined {
    return this.profiles.byName.get(edition);
  }

  /** @throws what the ledger throws where it cannot be read */
  get(channelId: string, profile: Profile, feed: ServedFeed): Promise<Representation> {
    return this.#shelf.get(channelId, profile, feed);
  }
}
