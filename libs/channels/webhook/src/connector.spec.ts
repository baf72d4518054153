import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { webhookConnector } from './connector.js';

type Valued = { role: string; value: string }[];
const inRole = (texts: unknown, role: string) =>
  (texts as Valued).find((text) => text.role === role)?.value ?? '';

describeConnector({
  connector: webhookConnector,
  settings: (outlet) => ({ url: `${outlet}/hook` }),
  secrets: { signingSecret: `whsec_${Buffer.alloc(32, 'k').toString('base64')}` },
  shown: ({ headlines, bodies }) => ({
    headline: inRole(headlines, 'main'),
    body: inRole(bodies, 'main'),
    html: inRole(bodies, 'html'),
  }),
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
