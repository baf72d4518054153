import type { Received } from '../processes/receiver.js';
import { articleJson, markers, takeIn } from './articles.js';
import type { Closing } from './closing.js';
import { NodeChild } from './node-child.js';
import type { Bed } from './stand.js';
import { Agent } from 'undici';

/** Partner sites and what they get. */
export interface Outlets {
  readonly receiver: NodeChild;
  readonly urls: readonly string[];
  /** Body of a push around the marker of its article: what contenders that render nothing send. */
  readonly envelope: readonly string[];
  readonly bodyBytes: number;
}

const FIRST_PUSH_MS = 30_000;

/** Opens partner sites, makes a channel for each, and lets one article through, whose push all contenders then imitate. */
export async function openOutlets(bed: Bed, count: number, own: Closing): Promise<Outlets> {
  const receiver = new NodeChild({ script: 'receiver', logDir: bed.logDir });
  own.add(() => receiver.stop());
  const ports = await receiver.ask<number[]>('open', { outlets: count });
  const urls = ports.map((port) => `http://127.0.0.1:${port}/hook`);
  for (const [index, url] of urls.entries()) {
    const id = `partner-${index + 1}`;
    await bed.newsrelay.createChannel({ id, type: 'webhook', name: id, settings: { url } });
  }
  const [marker = ''] = markers(1);
  const agent = new Agent();
  own.add(() => agent.destroy());
  await receiver.ask('arm');
  await takeIn(bed.newsrelay.url, articleJson(marker), bed.newsrelay.key, agent);
  await receiver.ask<Received>('received', { count, timeoutMs: FIRST_PUSH_MS }, FIRST_PUSH_MS * 2);
  const body = await receiver.ask<string>('lastBody');
  return { receiver, urls, envelope: body.split(marker), bodyBytes: Buffer.byteLength(body) };
}
