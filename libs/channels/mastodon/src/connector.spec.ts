import { describeConnector } from '@newsrelay/channel-kit/contract-suite';
import { GuardedHttp } from '@newsrelay/outbound/guarded-http';
import { mastodonConnector } from './connector.js';

const status = {
  id: '1',
  url: 'https://social.example/@news/1',
  content: '<p>稿</p>',
  created_at: '2025-01-03T01:00:00.000Z',
};

describeConnector({
  connector: mastodonConnector,
  settings: (outlet) => ({ baseUrl: outlet }),
  otherSettings: (outlet) => [{ baseUrl: outlet, visibility: 'unlisted' }],
  secrets: { accessToken: 'token-of-the-contract-suite' },
  platforms: [
    { maxCharacters: 500, charactersPerUrl: 23 },
    { maxCharacters: 5000, charactersPerUrl: 23 },
  ],
  accepts: ({ method, path }) => {
    if (path.endsWith('/verify_credentials')) return { status: 200, body: '{"id":"7","username":"news"}' };
    if (method === 'PUT' && path.endsWith('/0')) return { status: 404, body: '{"error":"Record not found"}' };
    return { status: 200, body: JSON.stringify(method === 'GET' ? [status] : status) };
  },
  extract: true,
  // Kicker and headline, body, attribution, link: paragraphs of plain text, read as a person does.
  shown: ({ text }) => {
    const paragraphs = String(text).replaceAll('\u200B', '').split('\n\n');
    const noted = paragraphs[1]?.startsWith('更正') ?? false;
    const bodyFrom = noted ? 2 : 1;
    return {
      headline: paragraphs[0]?.split('\n').at(-1) ?? '',
      body: paragraphs.slice(bodyFrom, -2).join('\n'),
    };
  },
  client: () => new GuardedHttp({ allowTargets: ['127.0.0.0/8'] }),
});
