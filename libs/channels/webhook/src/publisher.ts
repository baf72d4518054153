import { randomUUID } from 'node:crypto';
import { classifyAnswer, classifyFailure } from '@newsrelay/channel-kit/classify-http';
import type {
  AttemptResult,
  ChannelTarget,
  ConnectorIo,
  DeliveryFacts,
  Publisher,
} from '@newsrelay/channel-kit/connector';
import type { RenditionContent } from '@newsrelay/channel-kit/rendition';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import type { WebhookSecrets, WebhookSettings } from './manifest.js';
import { signedHeaders } from '@newsrelay/channel-kit/standard-webhooks';

type Target = ChannelTarget<WebhookSettings, WebhookSecrets>;

/** `updated` as soon as any version began to be sent to this partner, whether or not it arrived. */
function eventType({ action, previousVersion }: DeliveryFacts): string {
  if (action === 'withdraw') return 'article.withdrawn';
  return previousVersion === null ? 'article.published' : 'article.updated';
}

function compose(rendition: RenditionContent, facts: DeliveryFacts): string {
  const { version, previousVersion, sequence, note } = facts;
  return JSON.stringify({
    type: eventType(facts),
    timestamp: toShanghaiTime(facts.eventAt),
    data: { article: rendition, version, previousVersion, sequence, note },
  });
}

/** One signed POST. The signature is made anew for each attempt, since receivers refuse old timestamps; id and body stay. */
async function post(id: string, body: string, target: Target, io: ConnectorIo): Promise<AttemptResult> {
  const headers = {
    'content-type': 'application/json',
    ...signedHeaders(target.secrets.signingSecret, id, io.now, body),
  };
  try {
    const answer = await io.http.request({ method: 'POST', url: target.settings.url, headers, body });
    return classifyAnswer(answer, io.now);
  } catch (failure) {
    return classifyFailure(failure, true);
  }
}

export const webhookPublisher: Publisher<WebhookSettings, WebhookSecrets> = {
  compose,
  publish: (message, target, io) => post(message.key, message.body, target, io),
  check: (target, io) => {
    const body = JSON.stringify({
      type: 'channel.test',
      timestamp: toShanghaiTime(io.now),
      data: { channel: target.channelId },
    });
    return post(`msg_test_${randomUUID()}`, body, target, io);
  },
};
