import { classifyAnswer, classifyFailure } from '@newsrelay/channel-kit/classify-http';
import type {
  AttemptResult,
  ChannelTarget,
  ConnectorIo,
  DeliveryFacts,
  Publisher,
} from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import type { RenditionContent } from '@newsrelay/channel-kit/rendition';
import type { WebsubSecrets, WebsubSettings } from './manifest.js';
import { hubSignature } from './signature.js';

type Target = ChannelTarget<WebsubSettings, WebsubSecrets>;

const NOTHING_SENT = { status: null, response: null } as const;

/**
 * Content distribution (W3C Recommendation "WebSub", section 7): the topic's document, whole and as a GET of it answers at
 * this moment. An attempt that comes later pushes what is there then: a subscriber never gets older bytes than the feed shows.
 */
async function push({ settings, secrets }: Target, io: ConnectorIo): Promise<AttemptResult> {
  if (io.topics === undefined) throw new Error('this attempt was not given the documents of topics');
  const document = await io.topics.read(settings.topic);
  if (document === null)
    return {
      ...NOTHING_SENT,
      outcome: 'permanent',
      error: 'the subscription is over, or its feed was closed',
    };
  const { body, contentType, hub, signature } = document;
  const headers = {
    'content-type': contentType,
    link: `<${hub}>; rel="hub", <${settings.topic}>; rel="self"`,
    ...(secrets.secret === undefined
      ? {}
      : { 'x-hub-signature': hubSignature(signature, secrets.secret, body) }),
  };
  try {
    const answer = await io.http.request({ method: 'POST', url: settings.callback, headers, body });
    return classifyPush(answer, io.now);
  } catch (failure) {
    return classifyFailure(failure, true);
  }
}

/** As for any push, but that no answer pauses: only 410 ends a subscription, and everything else waits for its lease. */
function classifyPush(answer: OutboundAnswer, now: Date): AttemptResult {
  const { pauseReason, ...result } = classifyAnswer(answer, now);
  if (answer.status === 410) {
    const error = 'the subscriber says that its callback is gone (410)';
    return { ...result, error, closeReason: error };
  }
  // Neither is a refusal for good: what the subscriber answers to the next push may be another.
  return pauseReason === undefined && result.outcome !== 'permanent'
    ? result
    : { ...result, outcome: 'transient' };
}

export const websubPublisher: Publisher<WebsubSettings, WebsubSecrets> = {
  // Ids alone: the body is what the feed shows when it is sent.
  compose: (_rendition: RenditionContent, { articleId, version, action }: DeliveryFacts) =>
    JSON.stringify({ article: articleId, version, action }),
  publish: (_message, target, io) => push(target, io),
  check: () =>
    Promise.resolve({
      ...NOTHING_SENT,
      outcome: 'permanent',
      error: 'a subscription is checked when its subscriber asks for it: nothing was sent',
    }),
};
