import type { IllnessName } from '../processes/bad-outlets.js';
import type { Closing } from './closing.js';
import { NodeChild } from './node-child.js';
import type { Bed } from './stand.js';

/** Partner sites that are ill, by how. */
export interface BadOutlets {
  readonly process: NodeChild;
  readonly urls: Readonly<Record<IllnessName, string>>;
}

export async function openBadOutlets(bed: Bed, own: Closing): Promise<BadOutlets> {
  const process = new NodeChild({ script: 'bad-outlets', logDir: bed.logDir });
  own.add(() => process.stop());
  return { process, urls: await process.ask<Record<IllnessName, string>>('open') };
}
