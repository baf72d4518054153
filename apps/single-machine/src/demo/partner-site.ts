import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followParent } from '../follow-parent.js';
import { createPartnerReceiver } from './partner-receiver.js';
import { PartnerRecordFile } from './partner-records.js';
import { PARTNER_SITE } from './stand-ins.js';

/* The demo's partner as a process of its own: `node partner-site.js FOLDER PORT CLOSED_FOR_MS`. */

const [folder, port, closedForMs] = process.argv.slice(2);
if (folder === undefined || port === undefined || closedForMs === undefined)
  throw new Error('usage: partner-site.js FOLDER PORT CLOSED_FOR_MS');

const server = createPartnerReceiver(
  readFileSync(join(folder, PARTNER_SITE.secretFile), 'utf8').trim(),
  new PartnerRecordFile(join(folder, 'received.jsonl')),
  Number(closedForMs),
);
const close = (): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

followParent(close);
process.once('SIGTERM', () => {
  void close().then(() => process.exit(0));
});
server.listen(Number(port), '127.0.0.1');
