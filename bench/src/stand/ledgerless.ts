import { NodeChild } from './node-child.js';
import type { Closing } from './closing.js';
import type { Outlets } from './outlets.js';
import type { Bed } from './stand.js';

/** The first baseline: Newsrelay's two processes without its ledger, on the same NATS and Redis. */
export interface Ledgerless {
  readonly url: string;
  readonly pids: readonly number[];
}

export async function startLedgerless(
  bed: Bed,
  outlets: Outlets,
  name: string,
  own: Closing,
): Promise<Ledgerless> {
  const { natsUrl, redisUrl } = bed.servers;
  const subject = `${name}.article`;
  const workers = new NodeChild({
    script: 'ledgerless-workers',
    args: [natsUrl, redisUrl, name, subject],
    logDir: bed.logDir,
  });
  own.add(() => workers.stop());
  await workers.ask('use', { outlets: outlets.urls, envelope: outlets.envelope });
  own.add(() => workers.ask('stop').then(() => undefined));
  const intake = new NodeChild({ script: 'ledgerless-intake', args: [natsUrl, subject], logDir: bed.logDir });
  own.add(() => intake.stop());
  return { url: await intake.ask<string>('url'), pids: [workers.pid, intake.pid] };
}
