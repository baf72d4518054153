import type {
  AttemptResult,
  ChannelTarget,
  Connector,
  ConnectorIo,
  OutboundMessage,
} from '@newsrelay/channel-kit/connector';
import { webhookId } from '@newsrelay/contracts/keys';
import type { EarlierSends, UncertainDelivery } from '@newsrelay/ledger/earlier-sends';

/**
 * An outlet may still be at work on a request whose connection broke: that nothing is found sooner than this after it,
 * in milliseconds, proves nothing.
 */
export const SETTLES_MS = 15_000;

type Target = ChannelTarget<Record<string, unknown>, Record<string, unknown>>;

/**
 * One attempt at an outlet that does not surely recognise a repeat but can be asked what it has. Where an earlier request
 * about the article may have arrived unanswered, the outlet is asked first: what is there is not sent again, what shows
 * an older version is edited, and a withdrawal removes all of it.
 */
export async function sendOnce(
  connector: Connector,
  message: Omit<OutboundMessage, 'remoteIds'>,
  target: Target,
  io: ConnectorIo,
  { remoteIds, uncertain }: EarlierSends,
): Promise<AttemptResult> {
  const { publisher } = connector;
  if (uncertain.length === 0 || publisher.find === undefined)
    return publisher.publish({ ...message, remoteIds }, target, io);

  const sent = uncertain.map(({ id, body, since }) => ({ key: webhookId(id), body, since }));
  const looked = await publisher.find(sent, target, io);
  // No answer to what is to be sent, nor to be taken for one.
  if ('failed' in looked) return { ...looked.failed, status: null };
  const { found } = looked;
  const own = found.find(({ key }) => key === message.key);
  if (own !== undefined && message.action === 'publish') return foundThere(own);
  const unsettled = whatMayStillArrive(uncertain, new Set(found.map(({ key }) => key)));
  if (unsettled !== null) return unsettled;
  const known = new Set([...found.map(({ remoteId }) => remoteId), ...remoteIds]);
  return publisher.publish({ ...message, remoteIds: [...known] }, target, io);
}

function foundThere({ remoteId, remoteUrl }: { remoteId: string; remoteUrl: string | null }): AttemptResult {
  return {
    outcome: 'delivered',
    status: null,
    error: null,
    response: `an earlier attempt had arrived: found at the outlet as ${remoteUrl ?? remoteId}, and not sent again`,
    remoteId,
    ...(remoteUrl === null ? {} : { remoteUrl }),
  };
}

/** We hold it back ourselves, which costs none of its attempts. */
function whatMayStillArrive(
  uncertain: readonly UncertainDelivery[],
  found: ReadonlySet<string>,
): AttemptResult | null {
  const missing = uncertain.filter(({ id }) => !found.has(webhookId(id)));
  const quietMs = Math.min(...missing.map((each) => each.quietMs));
  if (quietMs >= SETTLES_MS) return null;
  return {
    outcome: 'aborted',
    status: null,
    response: null,
    error: 'an earlier request was cut off moments ago and may still arrive: the outlet is asked again',
    retryAfterSeconds: Math.ceil((SETTLES_MS - quietMs) / 1000),
  };
}
