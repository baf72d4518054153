import { announcedUrl, composeAnnouncement, isOfSite, notOfSite } from '@newsrelay/channel-kit/announcement';
import { classifyAnswer, classifyFailure } from '@newsrelay/channel-kit/classify-http';
import type { AttemptResult, ChannelTarget, ConnectorIo, Publisher } from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import { keyLocation, type IndexNowSecrets, type IndexNowSettings } from './manifest.js';

type Target = ChannelTarget<IndexNowSettings, IndexNowSecrets>;

/**
 * What an engine's answer means (indexnow.org, "Documentation", response codes). 200: it has the address; 202: it has it and
 * still looks for the key, which a later 403 would tell of; both are all that it ever says. It may be told again at will.
 */
function classify(answer: OutboundAnswer, settings: IndexNowSettings, now: Date): AttemptResult {
  const plain = classifyAnswer(answer, now);
  switch (answer.status) {
    case 400:
      return { ...plain, error: 'the engine cannot read the request (400)' };
    case 403: {
      const error = `the engine did not find the key at ${keyLocation(settings)} (403)`;
      return { ...plain, error, pauseReason: error };
    }
    case 422:
      return {
        ...plain,
        outcome: 'rejected-content',
        error: `the engine says that the address is not one of ${settings.site}, or that the key is none (422)`,
      };
    case 429:
      return { ...plain, error: 'the engine hears from us too often (429)' };
    default:
      return plain;
  }
}

async function tell(url: string, { settings }: Target, io: ConnectorIo): Promise<AttemptResult> {
  const { site, key, endpoint } = settings;
  const body = JSON.stringify({
    host: new URL(site).host,
    key,
    keyLocation: keyLocation(settings),
    urlList: [url],
  });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    return classify(
      await io.http.request({ method: 'POST', url: endpoint, headers, body }),
      settings,
      io.now,
    );
  } catch (failure) {
    return classifyFailure(failure, true);
  }
}

export const indexNowPublisher: Publisher<IndexNowSettings, IndexNowSecrets> = {
  compose: composeAnnouncement,
  publish: async (message, target, io) => {
    const url = announcedUrl(message);
    const { site } = target.settings;
    return isOfSite(url, site) ? tell(url, target, io) : notOfSite(url, site);
  },
  /** The front page, which changes with every article: nothing is published by it. */
  check: (target, io) => tell(`${target.settings.site}/`, target, io),
};
