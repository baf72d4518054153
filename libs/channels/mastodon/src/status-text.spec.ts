import { describe, expect, it } from '@jest/globals';
import { hostileArticle, ordinaryArticle } from '@newsrelay/channel-kit/contract-suite-articles';
import type { ReleasedArticle } from '@newsrelay/channel-kit/rendition';
import { countedLength, entitiesOf } from '@newsrelay/mastodon-stand-in/entities';
import { beginningOf } from './cut-text.js';
import { defuse } from './defuse.js';
import { mastodonFormatter } from './formatter.js';
import { linkLength } from './length-of-status.js';
import { DEFAULT_LIMITS, limitsOf, limitsOfInstance } from './limits.js';
import { statusRendition, type StatusRendition } from './rendition.js';

const settings = { baseUrl: 'https://social.example', visibility: 'public' } as const;

function render(article: Partial<ReleasedArticle>, maxCharacters?: number): StatusRendition {
  const whole = { ...ordinaryArticle(), ...article };
  const platform = maxCharacters === undefined ? null : { maxCharacters, charactersPerUrl: 23 };
  const draft = { article: whole, fitted: { headline: whole.headline, cut: false } };
  return statusRendition.parse(mastodonFormatter.render(draft, settings, platform));
}

describe('the text of a status', () => {
  it('is kicker and headline, the note, the body, the attribution, the link', () => {
    expect(render({ subtitle: null, media: [] })).toEqual({
      kind: 'status',
      text: [
        '本区要闻\n契约测试的标题 “引号”与《书名》',
        '更正：第二段的日期',
        '契约测试的第一段。',
        '契约测试的第二段，\n其中换行。',
        '契约测试的第三段。',
        '来源：contract-suite-source　记者 甲某 乙某　通讯员 丙某　丁某　责任编辑 戊某　2025-01-03 00:00 +08:00',
        'https://news.example/articles/contract-suite',
      ].join('\n\n'),
      link: 'https://news.example/articles/contract-suite',
      language: 'zh',
      visibility: 'public',
      characters: 174,
      limit: 500,
      cut: [],
      leftOut: [],
      defused: { mentions: 0, hashtags: 0, links: 0 },
    });
  });

  it('says what it never shows', () => {
    expect(render({}).leftOut).toEqual(['subtitle', 'media']);
  });

  // What the limit leaves is filled by texts of every length around it; the server counts by code of its own.
  it.each([100, 300, 500, 5000])(
    'is never longer than %i characters, as the server counts, and wastes no room',
    (limit) => {
      for (const letters of ['字', 'a', '👨‍👩‍👧‍👦', 'e\u0301', '字。', '@a ', '#题 ', 'https://b.example/ ']) {
        for (let length = 0; length <= limit + 40; length += limit > 1000 ? 97 : 7) {
          const rendition = render({ body: [`始${letters.repeat(length)}`] }, limit);
          const counted = countedLength(rendition.text, 23);
          expect({ letters, length, counted }).toEqual({ letters, length, counted: rendition.characters });
          expect(counted).toBeLessThanOrEqual(limit);
          const isCut = rendition.cut.length > 0 || rendition.leftOut.includes('body');
          expect(rendition.text.includes('…')).toBe(rendition.cut.length > 0);
          if (!isCut) expect(rendition.text).toContain(defuse(`始${letters.repeat(length)}`.trim()));
          else if (letters === '字' && limit >= 300) expect(counted).toBe(limit);
        }
      }
    },
  );

  it('cuts a headline for which there is no room, quotes balanced', () => {
    const rendition = render({ headline: `“${'很长的标题'.repeat(12)}”`, note: null }, 80);
    expect(rendition.cut).toContainEqual({ part: 'headline', shown: expect.any(Number), of: 62 });
    expect(rendition.text).toMatch(/^“.*…”\n\n/);
    expect(rendition.characters).toBeLessThanOrEqual(80);
    expect(rendition.leftOut).toEqual(expect.arrayContaining(['body', 'attribution', 'kicker']));
  });

  it('is none where the link leaves no room for it', () => {
    const canonicalUrl = `http://127.0.0.1:8080/${'a'.repeat(80)}`;
    expect(() => render({ canonicalUrl }, 100)).toThrow('no room for a headline');
    expect(render({ canonicalUrl, note: null }, 130).characters).toBeLessThanOrEqual(130);
  });

  it('ends at a sentence where that leaves little empty, else at a grapheme', () => {
    expect(beginningOf('一二三四五。六七八九十。', 20)).toBe('一二三四五。六七八九十。');
    expect(beginningOf('一二三四五。六七八九十。', 9)).toBe('一二三四五。…');
    expect(beginningOf('他说：“一二三。”六七八九十。', 11)).toBe('他说：“一二三。”…');
    expect(beginningOf('一。二三四五六七八九十。', 9)).toBe('一。二三四五六七…');
    expect(beginningOf('涨了3.5倍之后又跌了很多', 6)).toBe('涨了3.5…');
    expect(beginningOf('👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 2)).toBe('👨‍👩‍👧‍👦…');
    expect(beginningOf('一二三', 1)).toBe('');
  });

  it('mentions nobody, is under no hashtag and has one link, whatever the text', () => {
    const { text, link } = render({ ...hostileArticle(), note: null }, 5000);
    expect(entitiesOf(text)).toEqual([
      { kind: 'link', from: text.length - link.length, to: text.length, text: link },
    ]);
  });

  it.each([
    ['联系@news', '联系@\u200Bnews'],
    ['@a@b.example', '@\u200Ba@b.example'],
    ['a@b.example', 'a@b.example'],
    ['foo.@bar', 'foo.@\u200Bbar'],
    ['＃话题 #话题 第#3号', '＃\u200B话题 #\u200B话题 第#\u200B3号'],
    ['C#语言与#', 'C#语言与#'],
    ['见https://a.example/#x', '见https://\u200Ba.example/#\u200Bx'],
    ['magnet:?xt=1', 'magnet:\u200B?xt=1'],
  ])('of %s is %j', (text, defused) => {
    expect(defuse(text)).toBe(defused);
    expect(entitiesOf(defused)).toEqual([]);
  });

  it('counts a link never below what the server does', () => {
    for (const [link, sure] of [
      ['https://news.example/articles/1', true],
      ['https://news.example/', true],
      ['https://news.example', true],
      ['https://news.example:8443/a?b=1&c=%E7%A8%BF#d', true],
      ['https://xn--fiqs8s.xn--fiqz9s/a', true],
      ['http://127.0.0.1:8080/articles/1', true],
      ['http://localhost:8080/articles/1', true],
      ['http://[::1]/a', true],
      ['https://news.example/a(b)', false],
      ['https://news.example/a.', false],
      ['https://news.example/a,b;c', false],
    ] as const) {
      const counted = countedLength(link, 23);
      expect(linkLength(link, 23)).toBeGreaterThanOrEqual(counted);
      if (sure) expect({ link, length: linkLength(link, 23) }).toEqual({ link, length: counted });
    }
  });
});

describe('limits of an instance', () => {
  const told = (statuses: unknown) => limitsOfInstance({ configuration: { statuses } });
  it('are read from its description', () => {
    expect(told({ max_characters: 5000, characters_reserved_per_url: 30 })).toEqual({
      maxCharacters: 5000,
      charactersPerUrl: 30,
    });
    expect(told({ max_characters: 5000 })).toMatchObject({ charactersPerUrl: 23 });
  });
  it('are not believed where they make no sense', () => {
    for (const statuses of [
      {},
      { max_characters: '500' },
      { max_characters: 0 },
      { max_characters: 1e12 },
      null,
    ])
      expect(told(statuses)).toBeNull();
    expect(limitsOfInstance('<html>')).toBeNull();
    for (const platform of [null, undefined, {}, { maxCharacters: -1, charactersPerUrl: 23 }])
      expect(limitsOf(platform)).toEqual(DEFAULT_LIMITS);
  });
});
