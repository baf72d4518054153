import type { Connector } from '@newsrelay/channel-kit/connector';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { messageOf, type Message } from '@newsrelay/ledger/claims';
import { RecentlyUsed } from '@newsrelay/contracts/recently-used';

/** Messages that are kept: of articles that go to many channels at the moment. */
const KEPT = 500;

/** Makes the bytes of messages, once for all deliveries that send the same. */
export class MessageComposer {
  readonly #made = new RecentlyUsed<string, Message>(KEPT);

  /** The frozen bytes of a delivery that has begun; else what its first claim is to freeze. */
  messageOf(candidate: ClaimCandidate, connector: Connector): Message {
    if (candidate.body !== null) return messageOf(candidate.body);
    const { renditionId, previousVersion, sequence, eventAt, note } = candidate;
    // A rendition is of one version and one action.
    const key = JSON.stringify([renditionId, previousVersion, sequence, eventAt.getTime(), note]);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = messageOf(
      connector.publisher.compose(candidate.renditionContent ?? {}, {
        articleId: candidate.articleId,
        version: candidate.version,
        action: candidate.action,
        previousVersion,
        sequence,
        eventAt,
        note,
      }),
    );
    this.#made.set(key, made);
    return made;
  }
}
