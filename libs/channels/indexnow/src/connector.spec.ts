import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { indexNowConnector } from './connector.js';

describeConnector({
  connector: indexNowConnector,
  settings: (outlet) => ({
    site: 'https://news.example',
    key: '0123456789abcdef',
    endpoint: `${outlet}/indexnow`,
  }),
  secrets: {},
  shown: 'address',
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
