import { editionDocument, editionEnding, type EditionDocument } from './edition-document.js';
import { editionItem } from './edition-item.js';
import type { Profile } from './profile.js';
import { SAMPLE_CHANNEL, SAMPLE_ENTRIES, SAMPLE_UPDATED } from './sample-feed.js';

/** The profile's edition of the sample feed: always the same bytes for the same profile and software. */
export function sampleDocument(profile: Profile): EditionDocument {
  const self = `${SAMPLE_CHANNEL.link}feeds/${SAMPLE_CHANNEL.id}/${profile.edition}.${editionEnding(profile)}`;
  const channel = { ...SAMPLE_CHANNEL, self };
  const items = SAMPLE_ENTRIES.map((entry) => editionItem(profile, channel, entry));
  return editionDocument(profile, channel, SAMPLE_UPDATED, items);
}
