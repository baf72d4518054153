import { announcedUrl, composeAnnouncement, isOfSite, notOfSite } from '@newsrelay/channel-kit/announcement';
import { classifyFailure } from '@newsrelay/channel-kit/classify-http';
import type { AttemptResult, ChannelTarget, ConnectorIo, Publisher } from '@newsrelay/channel-kit/connector';
import type { OutboundAnswer } from '@newsrelay/channel-kit/outbound-http';
import { classifyCheck, classifyPush } from './answers.js';
import type { BaiduPushSecrets, BaiduPushSettings } from './manifest.js';

type Target = ChannelTarget<BaiduPushSettings, BaiduPushSecrets>;

/** Lists of refused addresses and counts: a few hundred bytes for one address. */
const ANSWER_BYTES = 16_384;

/** Not an address: it is listed as not valid and costs nothing of the quota. */
const NO_ADDRESS = '*';

/** The token is part of the interface's address: nothing that is shown or kept may hold this. */
function interfaceUrl({ settings, secrets }: Target): string {
  const query = new URLSearchParams({ site: settings.site, token: secrets.token });
  if (settings.interface === 'daily') query.set('type', 'daily');
  return `${settings.endpoint}?${query.toString()}`;
}

async function push(
  line: string,
  target: Target,
  io: ConnectorIo,
  classify: (answer: OutboundAnswer, now: Date) => AttemptResult,
): Promise<AttemptResult> {
  try {
    const answer = await io.http.request({
      method: 'POST',
      url: interfaceUrl(target),
      headers: { 'content-type': 'text/plain' },
      body: line,
      answerBytes: ANSWER_BYTES,
    });
    return classify(answer, io.now);
  } catch (failure) {
    return classifyFailure(failure, true);
  }
}

export const baiduPushPublisher: Publisher<BaiduPushSettings, BaiduPushSecrets> = {
  compose: composeAnnouncement,
  publish: async (message, target, io) => {
    const url = announcedUrl(message);
    const { site } = target.settings;
    return isOfSite(url, site) ? push(url, target, io, classifyPush) : notOfSite(url, site);
  },
  check: (target, io) => push(NO_ADDRESS, target, io, classifyCheck),
};
