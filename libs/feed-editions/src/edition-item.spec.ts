import { describe, expect, it } from '@jest/globals';
import { SaxesParser } from 'saxes';
import { HOSTILE_TEXTS, ILLEGAL_TEXT } from '@newsrelay/channel-feed/hostile-texts.fixture';
import { legalText } from '@newsrelay/channel-feed/xml';
import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import { editionDocument } from './edition-document.js';
import { editionItem, type WrittenItem } from './edition-item.js';
import type { Profile } from './profile.js';
import { readProfile } from './read-profile.js';
import { SAMPLE_CHANNEL, SAMPLE_ENTRIES, SAMPLE_UPDATED, sampleArticle } from './sample-feed.js';

function profileOf(changes: object): Profile {
  const { profile, faults } = readProfile(
    JSON.stringify({
      edition: 'test',
      title: 'Test',
      format: 'json',
      guid: { rule: 'uuid' },
      item: [{ name: 'id', value: 'id' }],
      ...changes,
    }),
    'test.json',
    'test',
  );
  if (profile === undefined) throw new Error(faults.join('\n'));
  return profile;
}

const ID = { name: 'id', value: 'id' };

/** The members that a JSON profile makes of an article. */
function membersOf(item: object[], changes: Partial<ReleasedArticle> = {}, settings: object = {}) {
  const made = editionItem(
    profileOf({ item: [ID, ...item], ...settings }),
    SAMPLE_CHANNEL,
    sampleArticle(1, changes),
  );
  return 'text' in made ? (JSON.parse(made.text) as Record<string, unknown>) : made;
}

const RSS = {
  format: 'rss',
  channel: ['title', 'link', 'description'].map((name) => ({ name, text: 'x' })),
  item: [
    { name: 'guid', value: 'id' },
    { name: 'title', value: 'headline' },
    { name: 'e', value: 'headline' },
    { name: 'a', value: 'headline', as: 'cdata' },
    { name: 'b', value: 'body', as: 'cdata' },
    { name: 'c', attributes: { d: { value: 'headline' } } },
  ],
};

/** Texts of the elements and attributes, by a parser that bears no fault. */
function textsOf(xml: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const open: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    open.push(name);
    Object.assign(texts, attributes);
  });
  parser.on('closetag', () => open.pop());
  const add = (text: string) => {
    const name = open.at(-1) ?? '';
    texts[name] = (texts[name] ?? '') + text;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(xml).close();
  return texts;
}

describe('an item of an edition', () => {
  it.each([...HOSTILE_TEXTS, ILLEGAL_TEXT, ']]>]]>', 'line\nbreak\ttab'])('reads back equal: %j', (text) => {
    const profile = profileOf(RSS);
    const item = editionItem(profile, SAMPLE_CHANNEL, sampleArticle(1, { headline: text, body: [text] }));
    const { body } = editionDocument(profile, SAMPLE_CHANNEL, SAMPLE_UPDATED, [item]);
    const legal = legalText(text);
    expect(textsOf(body.toString())).toMatchObject({ e: legal, a: legal, d: legal });
    const members = membersOf(
      [
        { name: 'title', value: 'headline' },
        { name: '__proto__', value: 'headline' },
      ],
      { headline: text },
    );
    expect(members).toEqual({ id: expect.any(String), title: legal, ['__proto__']: legal });
  });

  it('has what is there, and nothing for what is not', () => {
    const members = [
      { name: 'kicker', value: 'kicker' },
      { name: 'kept', value: 'kicker', empty: 'keep' },
      { name: 'first', value: ['kicker', 'subtitle', 'headline'] },
      { name: 'keywords', value: 'keywords' },
      { name: 'sections', value: 'sections' },
      { name: 'joined', value: 'sections', join: '|', pattern: '<{}>' },
      {
        name: 'people',
        each: 'bylines',
        children: [
          { name: 'role', value: 'byline.role' },
          { name: 'who', value: 'byline.name' },
        ],
      },
      { name: 'reporters', each: 'bylines', role: '记者', value: 'byline.name' },
      { name: 'nobody', each: 'bylines', role: '摄影', value: 'byline.name' },
      { name: 'inner', children: [{ name: 'editor', value: 'editor' }] },
      { name: 'constant', text: true },
      { name: 'new', text: 1, when: 'no corrected' },
      { name: 'changed', text: 1, when: ['has corrected', 'no withdrawn'] },
    ];
    const bylines = [
      { role: '记者', name: '曹俐' },
      { role: null, name: '王五' },
    ];
    const { id, ...said } = membersOf(members, { subtitle: '副题', sections: ['a', 'b'], bylines }) as Record<
      string,
      unknown
    >;
    expect(id).toBe('019400aa-0000-7000-8000-000000000001');
    expect(said).toEqual({
      kept: null,
      first: '副题',
      sections: ['a', 'b'],
      joined: '<a|b>',
      people: [{ role: '记者', who: '曹俐' }, { who: '王五' }],
      reporters: ['曹俐'],
      constant: true,
      new: 1,
    });
  });

  it('has its dates as the profile asks for them', () => {
    const dates = ['rfc822', 'rfc3339', 'rfc3339-micro', 'local', 'unix', 'unix-ms'].map((date) => ({
      name: date,
      value: 'modified',
      date,
    }));
    const zones = ['UTC', 'Asia/Shanghai', '-09:30', 'Europe/Berlin'].map((zone) => ({
      name: zone,
      value: 'modified',
      zone,
    }));
    expect(membersOf([...dates, ...zones])).toMatchObject({
      rfc822: 'Fri, 03 Jan 2025 09:10:00 +0800',
      rfc3339: '2025-01-03T09:10:00+08:00',
      'rfc3339-micro': '2025-01-03T09:10:00.250001+08:00',
      local: '2025-01-03 09:10:00',
      unix: 1735866600,
      'unix-ms': 1735866600250,
      UTC: '2025-01-03T01:10:00Z',
      'Asia/Shanghai': '2025-01-03T09:10:00+08:00',
      '-09:30': '2025-01-02T15:40:00-09:30',
      'Europe/Berlin': '2025-01-03T02:10:00+01:00',
    });
  });

  it.each([
    ['modified', '2025-01-03T00:00:00+08:00', '2025-01-03T09:10:00+08:00'],
    ['published', '2025-01-03T09:10:00+08:00', '2025-01-03T09:00:00+08:00'],
    ['both', '2025-01-03T09:10:00+08:00', '2025-01-03T09:10:00+08:00'],
    ['none', '2025-01-03T00:00:00+08:00', '2025-01-03T09:00:00+08:00'],
  ])('that is corrected moves %s', (move, published, modified) => {
    const items = ['published', 'modified', 'expires'].map((name) => ({ name, value: name }));
    const correction = { firstReleasedAt: new Date('2025-01-03T01:00:00Z'), version: 2 };
    const settings = { corrections: { move }, expires: { days: 1, after: 'modified' } };
    const expires = modified.replace('-03T', '-04T');
    expect(membersOf(items, correction, settings)).toMatchObject({ published, modified, expires });
  });

  it('has the id that the rule makes', () => {
    const uuid = '019400aa-0000-7000-8000-000000000001';
    for (const [guid, id] of [
      [{ rule: 'uuid' }, uuid],
      [{ rule: 'urn-uuid' }, `urn:uuid:${uuid}`],
      [{ rule: 'url' }, `https://news.example/articles/${uuid}`],
      [{ rule: 'tag', authority: 'news.example', date: '2025-01-01' }, `tag:news.example,2025-01-01:${uuid}`],
    ] as const) {
      expect(membersOf([], { url: 'https://elsewhere.example/' }, { guid })).toEqual({ id });
    }
  });

  it('has a title within the lengths of the profile', () => {
    const title = (headline: string, titles: object) =>
      membersOf(
        [
          { name: 't', value: 'title' },
          { name: 'text', value: 'bodyText' },
        ],
        { headline, kicker: '眉题', subtitle: '副题副题', body: ['正文。'] },
        { titles },
      );
    expect(title('短', { min: 5 })).toMatchObject({ t: '短' });
    expect(title('短', { min: 4, short: 'lengthen' })).toMatchObject({ t: '眉题　短' });
    expect(title('短', { min: 5, short: 'lengthen' })).toMatchObject({ t: '眉题　短　副题副题' });
    expect(title('短', { min: 5, short: 'leave-out' })).toEqual({ leftOut: 'title too short' });
    // Cut as headlines are everywhere: then the text begins with the whole of it.
    expect(title('很长很长很长很长很长很长', { max: 10 })).toMatchObject({
      t: '很长很长很长很长很…',
      text: '很长很长很长很长很长很长\n\n正文。',
    });
    // What was added gives way first; the headline is whole, and the text need not say it again.
    expect(title('短', { min: 5, max: 10, short: 'lengthen' })).toMatchObject({ t: '眉题　短　副题副题' });
    expect(title('短题短题', { min: 8, max: 10, short: 'lengthen' })).toMatchObject({
      t: '眉题　短题短题　副…',
      text: '正文。',
    });
    expect(title('👨‍👩‍👧'.repeat(10), { max: 10 })).toMatchObject({ t: '👨‍👩‍👧'.repeat(10) });
  });

  it('has the pictures that the profile lets through', () => {
    const picture = (url: string, type: string) => ({ url, type, caption: 'c', credit: '', alt: '' });
    const media = [
      picture('https://i.example/1.gif', 'image/gif'),
      picture('http://i.example/2.jpg', 'image/jpeg'),
      picture('https://i.example/3.jpg', 'image/jpeg'),
      picture('https://i.example/4.jpg', 'image/jpeg'),
      picture('https://i.example/5.mp4', 'video/mp4'),
    ];
    const members = [
      { name: 'first', value: 'image.url' },
      { name: 'images', each: 'images', value: 'media.url' },
      { name: 'media', each: 'media', value: 'media.medium' },
      { name: 'body', value: 'body' },
    ];
    const images = { max: 1, types: ['image/jpeg'], httpsOnly: true };
    const made = membersOf(members, { media }, { images, html: { tags: ['img'] } }) as Record<
      string,
      unknown
    >;
    expect(made).toMatchObject({
      first: 'https://i.example/3.jpg',
      images: ['https://i.example/3.jpg'],
      media: ['image', 'video'],
    });
    expect(made['body']).not.toMatch(/1\.gif|2\.jpg|4\.jpg|<figure|<video/);
    expect(made['body']).toContain('<img src="https://i.example/3.jpg"');
  });

  it('that is withdrawn shows nothing of its content, or is not there', () => {
    const [withdrawn] = SAMPLE_ENTRIES;
    if (withdrawn?.kind !== 'withdrawn') throw new Error('no withdrawal in the sample');
    const item = [
      ID,
      ...['title', 'status', 'body', 'kicker', 'withdrawn', 'expires', 'modified'].map((name) => ({
        name,
        value: name,
      })),
    ];
    const at = '2025-01-03T10:30:00+08:00';
    const made = editionItem(profileOf({ item, withdrawals: 'status' }), SAMPLE_CHANNEL, withdrawn);
    expect(JSON.parse((made as WrittenItem).text)).toEqual({
      id: withdrawn.articleId,
      title: '本文已撤回',
      status: 'withdrawn',
      body: '<p>本文已于2025年1月3日 10:30撤回，请勿转载或引用。</p>',
      withdrawn: at,
      expires: at,
      modified: at,
    });
    expect(editionItem(profileOf({ item, withdrawals: 'absent' }), SAMPLE_CHANNEL, withdrawn)).toEqual({
      leftOut: 'withdrawn',
    });
  });
});

describe('the limits of an edition', () => {
  it('are the summary, in a channel of summaries', () => {
    const profile = profileOf({
      item: [ID, ...['body', 'fullHtml', 'bodyText', 'summary'].map((name) => ({ name, value: name }))],
    });
    const article = sampleArticle(1, { body: ['第一句。', `${'长'.repeat(200)}。`] });
    const made = (content: 'full' | 'summary') => {
      const item = editionItem(profile, { ...SAMPLE_CHANNEL, content }, article);
      return 'text' in item ? item.text : '';
    };
    expect(made('full')).toContain('长长');
    expect(made('summary')).not.toContain('长长');
    expect(JSON.parse(made('summary'))).toMatchObject({ body: '<p>第一句。</p>', bodyText: '第一句。' });
  });

  const long = '长'.repeat(400);
  const item = [ID, { name: 'body', value: 'body' }, { name: 'summary', value: 'summary' }];
  const article = (order: number, paragraphs: number) =>
    sampleArticle(order, { body: ['第一句。', ...Array<string>(paragraphs).fill(long)] });

  it('put the summary in the place of a text that is too long, or leave it out', () => {
    const whole = editionItem(profileOf({ item }), SAMPLE_CHANNEL, article(1, 20));
    expect(whole).toMatchObject({ cut: false });
    const cut = editionItem(
      profileOf({ item, limits: { articleBytes: 10_000 } }),
      SAMPLE_CHANNEL,
      article(1, 20),
    );
    expect(cut).toMatchObject({ cut: true });
    expect(JSON.parse((cut as WrittenItem).text)).toMatchObject({
      body: '<p>第一句。</p>',
      summary: '第一句。',
    });
    const limits = { articleBytes: 10_000, overflow: 'leave-out' };
    expect(editionItem(profileOf({ item, limits }), SAMPLE_CHANNEL, article(1, 20))).toEqual({
      leftOut: 'too long',
    });
    const headline = { name: 'h', value: 'headline' };
    const endless = sampleArticle(1, { headline: '题'.repeat(5_000) });
    const hopeless = profileOf({ item: [...item, headline], limits: { articleBytes: 10_000 } });
    expect(editionItem(hopeless, SAMPLE_CHANNEL, endless)).toEqual({ leftOut: 'too long' });
  });

  it.each(['rss', 'json'])('hold the newest items of a feed to its bytes, to the last one (%s)', (format) => {
    const changes = format === 'rss' ? RSS : { item };
    const entries = [9, 8, 7, 6, 5].map((order) => article(order, 5));
    const made = (feedBytes: number, items = 50) => {
      const profile = profileOf({ ...changes, limits: { feedBytes, items } });
      const written = entries.map((entry) => editionItem(profile, SAMPLE_CHANNEL, entry));
      return editionDocument(profile, SAMPLE_CHANNEL, SAMPLE_UPDATED, written);
    };
    const all = made(1_000_000);
    expect(all).toMatchObject({ shown: 5, noRoom: 0 });
    // What is measured for the limit is what is sent, but for the one separator after the last item.
    expect(made(all.body.length + 2)).toMatchObject({ shown: 5, noRoom: 0 });
    const less = made(all.body.length - 1);
    expect(less).toMatchObject({ shown: 4, noRoom: 1 });
    expect(less.body.length).toBeLessThan(all.body.length);
    expect(made(1_000_000, 2)).toMatchObject({ shown: 2, noRoom: 3 });
    if (format === 'json') {
      const { items } = JSON.parse(made(1_000_000, 2).body.toString()) as { items: { id: string }[] };
      expect(items.map(({ id }) => id.slice(-2))).toEqual(['09', '08']);
    } else textsOf(less.body.toString());
  });

  it('leave a document without items whole', () => {
    for (const changes of [RSS, { item, itemsName: 'data', channel: [{ name: 'v', text: 1 }] }, { item }]) {
      const text = editionDocument(profileOf(changes), SAMPLE_CHANNEL, SAMPLE_UPDATED, []).body.toString();
      if (changes === RSS) textsOf(text);
      else expect(JSON.parse(text)).toEqual('itemsName' in changes ? { v: 1, data: [] } : { items: [] });
    }
  });
});
