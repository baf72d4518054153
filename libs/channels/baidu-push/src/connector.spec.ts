import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { baiduPushConnector } from './connector.js';

describeConnector({
  connector: baiduPushConnector,
  settings: (outlet) => ({ site: 'https://news.example', endpoint: `${outlet}/urls` }),
  otherSettings: (outlet) => [
    { site: 'https://news.example', endpoint: `${outlet}/urls`, interface: 'daily' },
  ],
  secrets: { token: 'edk7yc4rEZP9pDQD' },
  accepts: () => ({ status: 200, body: '{"remain":4999998,"success":1}' }),
  shown: 'address',
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
