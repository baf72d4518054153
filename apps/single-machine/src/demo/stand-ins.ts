import { randomBytes } from 'node:crypto';
import type { StandInSpec } from './stand-in-process.js';

export const PARTNER_SITE: StandInSpec = {
  name: 'partner',
  script: 'partner-site.js',
  secretFile: 'signing-secret',
  makeSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
  probePath: '/records.json',
};

export const MASTODON_SITE: StandInSpec = {
  name: 'mastodon',
  script: 'mastodon-site.js',
  secretFile: 'access-token',
  makeSecret: () => randomBytes(32).toString('base64url'),
  probePath: '/api/v2/instance',
};

/** The account that the demo's media centre has at its Mastodon instance. */
export const MASTODON_ACCOUNT = { username: 'jngxq', displayName: '济宁高新区融媒体中心' } as const;
