import { Agent } from 'undici';
import type { Received } from '../processes/receiver.js';
import { articleJson, markers, takeIn } from './articles.js';
import type { Closing } from './closing.js';
import { NodeChild } from './node-child.js';
import type { Bed } from './stand.js';

/** Partner sites and what they get. */
export interface Outlets {
  readonly receiver: NodeChild;
  readonly urls: readonly string[];
  /** Body of a push around the marker of its article: what contenders that render nothing send. */
  readonly envelope: readonly string[];
  readonly bodyBytes: number;
  /** Marker, and source id, of the article that showed it. */
  readonly marker: string;
}

/** Also for ten thousand of them, on a busy machine. */
const FIRST_PUSH_MS = 300_000;
/** Channels made at once. */
const CHANNELS_AT_ONCE = 16;

/** Opens partner sites, makes a channel for each, and lets one article through, whose push all contenders then imitate. */
export async function openOutlets(
  bed: Bed,
  count: number,
  own: Closing,
  channel: ChannelParts = {},
): Promise<Outlets> {
  const { receiver, urls } = await openReceiver(bed, { outlets: count, ports: count }, own);
  await makeChannels(bed, urls, channel);
  return { receiver, urls, ...(await firstPush(bed, receiver, count, channel.sections)) };
}

/** Partner sites that no channel goes to yet; several of them may share a port, and with it a destination. */
export async function openReceiver(
  bed: Bed,
  { outlets, ports }: { outlets: number; ports: number },
  own: Closing,
): Promise<Pick<Outlets, 'receiver' | 'urls'>> {
  const receiver = new NodeChild({ script: 'receiver', logDir: bed.logDir });
  own.add(() => receiver.stop());
  return { receiver, urls: await receiver.ask<string[]>('open', { outlets, ports }) };
}

export interface ChannelParts {
  /** Before the number of each. */
  readonly prefix?: string;
  /** Number of the first. */
  readonly from?: number;
  /** Sections that they take; all where left out. */
  readonly sections?: readonly string[];
}

/** A channel for each address, by the API. @returns their ids */
export async function makeChannels(
  bed: Bed,
  urls: readonly string[],
  { prefix = 'partner', from = 1, sections = [] }: ChannelParts = {},
): Promise<string[]> {
  const ids = urls.map((_, index) => `${prefix}-${from + index}`);
  const left = urls.map((url, index) => ({ id: ids[index] ?? '', url }));
  const maker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { id, url } = next;
      await bed.newsrelay.createChannel({
        ...{ id, type: 'webhook', name: id, settings: { url } },
        filter: { sections: [...sections], sources: [], keywords: [] },
      });
    }
  };
  await Promise.all(Array.from({ length: CHANNELS_AT_ONCE }, maker));
  return ids;
}

/** Lets one article through to all of them. @returns what it looked like */
export async function firstPush(
  bed: Bed,
  receiver: NodeChild,
  count: number,
  sections?: readonly string[],
): Promise<Omit<Outlets, 'receiver' | 'urls'>> {
  const [marker = ''] = markers(1);
  const agent = new Agent();
  try {
    await receiver.ask('arm');
    await takeIn(bed.newsrelay.url, articleJson(marker, sections), bed.newsrelay.key, agent);
    await receiver.ask<Received>('received', { count, timeoutMs: FIRST_PUSH_MS }, FIRST_PUSH_MS * 2);
  } finally {
    await agent.destroy();
  }
  const body = await receiver.ask<string>('lastBody');
  return { envelope: body.split(marker), bodyBytes: Buffer.byteLength(body), marker };
}
