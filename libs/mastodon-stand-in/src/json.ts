import { entitiesOf } from './entities.js';
import { contentHtml } from './status-html.js';
import type { StoredStatus } from './store.js';

/** An account of the server: its token stands for it. */
export interface StandInAccount {
  username: string;
  displayName: string;
  note?: string;
  token: string;
  /** Of the token; all that a publisher needs by default. */
  scopes?: readonly string[];
}

export interface Instance {
  origin: string;
  title: string;
  maxCharacters: number;
  charactersPerUrl: number;
}

const EPOCH = '2024-01-01T00:00:00.000Z';

/** A number made of the name: the same at every start. */
export function accountId(username: string): string {
  const sum = Buffer.from(username).reduce((all, byte) => (all * 31n + BigInt(byte)) % 10n ** 15n, 7n);
  return `109${sum.toString().padStart(15, '0')}`;
}

export function accountJson(
  account: StandInAccount,
  { origin }: Instance,
  statuses: readonly StoredStatus[],
) {
  const { username, displayName, note = '' } = account;
  return {
    id: accountId(username),
    username,
    acct: username,
    display_name: displayName,
    locked: false,
    bot: true,
    discoverable: true,
    indexable: false,
    group: false,
    created_at: EPOCH,
    note: note === '' ? '' : contentHtml(note, origin),
    url: `${origin}/@${username}`,
    uri: `${origin}/users/${username}`,
    avatar: `${origin}/avatar.svg`,
    avatar_static: `${origin}/avatar.svg`,
    header: `${origin}/avatar.svg`,
    header_static: `${origin}/avatar.svg`,
    followers_count: 0,
    following_count: 0,
    statuses_count: statuses.length,
    last_status_at: statuses[0]?.createdAt.slice(0, 10) ?? null,
    hide_collections: false,
    noindex: false,
    emojis: [],
    roles: [],
    fields: [],
  };
}

export function credentialsJson(
  account: StandInAccount,
  instance: Instance,
  statuses: readonly StoredStatus[],
) {
  return {
    ...accountJson(account, instance, statuses),
    source: {
      privacy: 'public',
      sensitive: false,
      language: 'zh',
      note: account.note ?? '',
      fields: [],
      follow_requests_count: 0,
      hide_collections: false,
      discoverable: true,
      indexable: false,
      attribution_domains: [],
      quote_policy: 'public',
    },
    role: {
      id: '-99',
      name: '',
      permissions: '65536',
      color: '',
      highlighted: false,
    },
  };
}

export function statusUrl(status: StoredStatus, { origin }: Instance): string {
  return `${origin}/@${status.account}/${status.id}`;
}

export function statusJson(
  status: StoredStatus,
  account: StandInAccount,
  instance: Instance,
  statuses: readonly StoredStatus[],
  accounts: readonly StandInAccount[],
) {
  const { origin } = instance;
  const entities = entitiesOf(status.text);
  const mentioned = accounts.filter(({ username }) =>
    entities.some(
      ({ kind, text }) => kind === 'mention' && text.toLowerCase() === `@${username}`.toLowerCase(),
    ),
  );
  const tags = entities.flatMap(({ kind, text }) =>
    kind === 'hashtag' ? [text.slice(1).toLowerCase()] : [],
  );
  return {
    id: status.id,
    created_at: status.createdAt,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    sensitive: status.sensitive,
    spoiler_text: status.spoiler,
    visibility: status.visibility,
    language: status.language,
    uri: `${origin}/users/${status.account}/statuses/${status.id}`,
    url: statusUrl(status, instance),
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: 0,
    quotes_count: 0,
    edited_at: status.editedAt,
    favourited: false,
    reblogged: false,
    muted: false,
    bookmarked: false,
    pinned: false,
    content: contentHtml(status.text, origin),
    filtered: [],
    reblog: null,
    application: { name: 'Newsrelay', website: null },
    account: accountJson(account, instance, statuses),
    media_attachments: [],
    mentions: mentioned.map(({ username }) => ({
      id: accountId(username),
      username,
      url: `${origin}/@${username}`,
      acct: username,
    })),
    tags: [...new Set(tags)].map((name) => ({ name, url: `${origin}/tags/${encodeURIComponent(name)}` })),
    emojis: [],
    card: null,
    poll: null,
  };
}

export function instanceJson(instance: Instance, account: StandInAccount, statuses: readonly StoredStatus[]) {
  const { origin, title, maxCharacters, charactersPerUrl } = instance;
  return {
    domain: new URL(origin).host,
    title,
    version: '4.7.0',
    source_url: 'https://github.com/mastodon/mastodon',
    description: 'A stand-in for tests and demonstrations; no Mastodon runs here.',
    usage: { users: { active_month: 1 } },
    thumbnail: { url: `${origin}/avatar.svg`, blurhash: null, versions: {} },
    icon: [],
    languages: ['zh'],
    configuration: {
      urls: {
        streaming: origin.replace(/^http/, 'ws'),
        status: null,
        about: null,
        privacy_policy: null,
        terms_of_service: null,
      },
      vapid: { public_key: '' },
      accounts: { max_featured_tags: 10, max_pinned_statuses: 5 },
      statuses: {
        max_characters: maxCharacters,
        max_media_attachments: 4,
        characters_reserved_per_url: charactersPerUrl,
      },
      media_attachments: {
        description_limit: 1500,
        supported_mime_types: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
        image_size_limit: 16_777_216,
        image_matrix_limit: 33_177_600,
        video_size_limit: 103_809_024,
        video_frame_rate_limit: 120,
        video_matrix_limit: 8_294_400,
      },
      polls: {
        max_options: 4,
        max_characters_per_option: 50,
        min_expiration: 300,
        max_expiration: 2_629_746,
      },
      translation: { enabled: false },
      timelines_access: {
        live_feeds: { local: 'public', remote: 'public' },
        hashtag_feeds: { local: 'public', remote: 'public' },
        trending_link_feeds: { local: 'public', remote: 'public' },
      },
      limited_federation: false,
    },
    registrations: {
      enabled: false,
      approval_required: false,
      reason_required: false,
      message: null,
      url: null,
      min_age: null,
    },
    api_versions: { mastodon: 8 },
    contact: { email: 'nobody@stand-in.example', account: accountJson(account, instance, statuses) },
    rules: [],
  };
}
