/** The label value of every channel that has no label of its own. */
export const OTHER_CHANNELS = '(other)';

/** Channels that have a label of their own, in one process. */
export const MOST_CHANNEL_LABELS = 500;

/**
 * The `channel` label, bounded: the first channels to be seen get a value of their own and keep it, all others share
 * `(other)`. A channel's id cannot be that, since it has no brackets. With more channels than labels the per-channel
 * story is in the ledger (`GET /api/v1/status`, `GET /api/v1/deliveries?channel=`), and metrics tell of channel types.
 */
export class ChannelLabels {
  readonly #own = new Set<string>();

  constructor(private readonly most = MOST_CHANNEL_LABELS) {}

  of(channelId: string): string {
    if (this.#own.has(channelId)) return channelId;
    if (this.#own.size >= this.most) return OTHER_CHANNELS;
    this.#own.add(channelId);
    return channelId;
  }
}
