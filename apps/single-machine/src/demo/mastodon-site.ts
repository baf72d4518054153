import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MastodonStandIn } from '@newsrelay/mastodon-stand-in/stand-in';
import { followParent } from '../follow-parent.js';
import { MASTODON_ACCOUNT, MASTODON_SITE } from './stand-ins.js';

/* The demo's Mastodon instance as a process of its own: `node mastodon-site.js FOLDER PORT`. */

const [folder, port] = process.argv.slice(2);
if (folder === undefined || port === undefined) throw new Error('usage: mastodon-site.js FOLDER PORT');

const standIn = await MastodonStandIn.start({
  port: Number(port),
  title: 'Mastodon（演示）',
  accounts: [
    { ...MASTODON_ACCOUNT, token: readFileSync(join(folder, MASTODON_SITE.secretFile), 'utf8').trim() },
  ],
  stateFile: join(folder, 'state.json'),
});

followParent(() => standIn.stop());
process.once('SIGTERM', () => {
  void standIn.stop().then(() => process.exit(0));
});
