/** What we ourselves say on pages about feeds: in Chinese where Chinese is read, else in English. */
export interface DiscoveryWording {
  feeds: string;
  explained: string;
  howTo: string;
  newest: string;
  noFeeds: string;
  outline: string;
}

const CHINESE: DiscoveryWording = {
  feeds: '订阅',
  explained:
    '订阅源（RSS）让您在自己选择的阅读器里读到最新的文章：不必登录，不留个人信息，文章发布、更正或撤回后阅读器自动更新。',
  howTo: '复制下面任一地址，粘贴到阅读器的“添加订阅”中即可。',
  newest: '最新文章',
  noFeeds: '目前没有公开的订阅源。',
  outline: '全部订阅源（OPML，供阅读器导入）',
};

const ENGLISH: DiscoveryWording = {
  feeds: 'Subscribe',
  explained:
    'A feed (RSS) brings new articles to a reader of your choice: no account, no personal data. What is published, corrected or withdrawn is up to date there by itself.',
  howTo: 'Copy one of the addresses below and paste it where your reader says “add a feed”.',
  newest: 'Newest articles',
  noFeeds: 'There is no public feed at present.',
  outline: 'All feeds (OPML, for readers to import)',
};

export function discoveryWording(language: string): DiscoveryWording {
  return /^zh\b/i.test(language) ? CHINESE : ENGLISH;
}
