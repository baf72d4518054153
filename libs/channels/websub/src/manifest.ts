import { z } from 'zod';
import type { ChannelManifest } from '@newsrelay/channel-kit/manifest';

export const websubSettings = z.strictObject({
  callback: z.url({ protocol: /^https?$/ }).describe('where the subscriber takes pushes'),
  topic: z.url({ protocol: /^https?$/ }).describe('the address of the feed that it subscribed to'),
});
export type WebsubSettings = z.infer<typeof websubSettings>;

export const websubSecrets = z.strictObject({
  secret: z.string().optional().describe('what its pushes are signed with; none if it gave none'),
});
export type WebsubSecrets = z.infer<typeof websubSecrets>;

export const websubManifest: ChannelManifest = {
  type: 'websub',
  title: { zh: 'WebSub 订阅', en: 'WebSub subscription' },
  settings: websubSettings,
  secrets: websubSecrets,
  // A push is the feed as it is: a repeat changes nothing at whoever has it already.
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'server-key' },
  limits: {
    headlineGraphemes: null,
    requestDeadlineMs: 10_000,
    // What comes faster than that arrives with the next push.
    rate: { requests: 60, perSeconds: 60 },
    oneAtATime: true,
  },
  subscribed: true,
  instructions: {
    zh: '订阅方向 `/hub` 订阅、续订、退订，核验通过后自动出现在这里；值班人员可在“WebSub 订阅”中查看与撤销。详见 docs/hub.md。',
    en: 'Subscribers come, renew and leave by themselves at `/hub`, each after its intent was verified; operators see and revoke them. See docs/hub.md.',
  },
  targets: (settings) => [{ path: '/callback', url: websubSettings.parse(settings).callback }],
};
