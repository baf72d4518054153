import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { deliveriesTable, type ArticleDeliveries } from './deliveries-table.js';
import type { Article, Delivery, Repair } from './newsrelay-api.js';
import { checkMastodon } from './mastodon-check.js';
import { OutletNews } from './outlet-news.js';
import { checkPartner } from './partner-check.js';
import type { PartnerRecord } from './partner-records.js';
import { describeHolds } from './proposals.js';
import { fitWidth } from './table.js';

const article: Article = {
  id: '00000000-0000-4000-8000-000000000001',
  version: 2,
  state: 'published',
  headline: '橙香连鲁渝 共谱振兴曲',
  holds: [],
  repairs: [],
};
const delivery: Delivery = {
  id: 'd',
  version: 2,
  channel: 'partner-site',
  action: 'publish',
  state: 'delivered',
  reason: null,
  attempts: [
    { number: 1, outcome: 'transient', status: 503, error: 'answered 503' },
    { number: 2, outcome: 'delivered', status: 200, error: null },
  ],
};

describe('deliveriesTable', () => {
  it('keeps its columns under each other, with Chinese text in them', () => {
    const rows: ArticleDeliveries[] = [
      { article, deliveries: [delivery, { ...delivery, channel: 'feed', attempts: [] }] },
      { article: { ...article, headline: 'a' }, deliveries: [{ ...delivery, version: 1 }] },
    ];
    const lines = deliveriesTable(rows, ['feed', 'partner-site']);
    expect(lines[1]).toMatch(/delivered +delivered \(2\)$/);
    expect(lines[2]).toMatch(/– +–$/);
    const places = lines.map((line) => stringWidth(line.slice(0, line.search(/state|published/))));
    expect(new Set(places).size).toBe(1);
  });
});

describe('OutletNews', () => {
  const row = (state: string): ArticleDeliveries => ({
    article,
    deliveries: [{ ...delivery, state, attempts: delivery.attempts.slice(0, state === 'retrying' ? 1 : 2) }],
  });

  it('tells a refusal, the recovery and the end, each once', () => {
    const news = new OutletNews(['partner-site']);
    const told = [
      ['retrying', 'retrying'],
      ['retrying', 'retrying'],
      ['delivered', 'retrying'],
      ['delivered', 'retrying'],
      ['delivered', 'delivered'],
      ['delivered', 'delivered'],
    ].map((states, second) => news.since(states.map(row), second + 1).join());
    expect(told).toEqual([
      '    1.0 s  partner-site: refuses (answered 503); what goes there waits and is tried again by itself',
      '',
      '    3.0 s  partner-site: takes articles again: 1 of 2',
      '',
      '    5.0 s  partner-site: has recovered and has all 2',
      '',
    ]);
  });

  it('says nothing of what was there before', () => {
    expect(new OutletNews(['partner-site']).since([row('delivered')], 0)).toEqual([]);
  });
});

describe('fitWidth', () => {
  it('cuts between characters at a terminal width', () => {
    expect(fitWidth('橙香连鲁渝', 10)).toBe('橙香连鲁渝');
    expect(fitWidth('橙香连鲁渝', 8)).toBe('橙香连…');
    expect(stringWidth(fitWidth('橙香连鲁渝', 8))).toBeLessThanOrEqual(8);
  });
});

describe('describeHolds', () => {
  it('shows each open proposal before and after', () => {
    const repair: Repair = {
      id: 'r',
      class: 'propose',
      kind: 'misread',
      field: 'body/0',
      before: '霍厚志人选',
      after: '霍厚志入选',
      decision: null,
    };
    const held = {
      ...article,
      repairs: [repair, { ...repair, id: 's', after: 'decided', decision: 'accept' as const }],
    };
    const text = describeHolds(held).join('\n');
    expect(text).toContain('before  霍厚志人选');
    expect(text).toContain('after   霍厚志入选');
    expect(text).not.toContain('decided');
  });
});

describe('checkPartner', () => {
  const taken: PartnerRecord = {
    at: '2025-01-03T00:00:00Z',
    webhookId: 'w1',
    result: 'taken',
    status: 200,
    reason: null,
    type: 'article.published',
    uri: `urn:uuid:${article.id}`,
    version: 2,
    headline: article.headline,
  };
  const refused: PartnerRecord = { ...taken, result: 'refused', status: 503, reason: 'closed' };

  it('is content when each article was taken once, after a refusal too', () => {
    const { fault, lines } = checkPartner([], [refused, taken], [article.id]);
    expect(fault).toBeNull();
    expect(lines.join('\n')).toContain(
      'answered 503 (closed) 1 times, to 1 webhook ids; 1 of them came again and were taken',
    );
  });

  it('takes a correction and a withdrawal for what they are', () => {
    const corrected: PartnerRecord = { ...taken, webhookId: 'w2', type: 'article.updated', version: 3 };
    const withdrawn: PartnerRecord = { ...corrected, webhookId: 'w3', type: 'article.withdrawn' };
    const { fault, lines } = checkPartner([], [taken, corrected, withdrawn], [article.id]);
    expect(fault).toBeNull();
    expect(lines[0]).toContain('1 articles taken under 3 webhook ids, 0 repeated');
  });

  it('says that a second run pushed nothing', () => {
    expect(checkPartner([refused, taken], [refused, taken], [article.id]).lines).toContain(
      'This run pushed nothing to it again.',
    );
  });

  it('finds what is absent, repeated, or there under a second id', () => {
    expect(checkPartner([], [refused], [article.id]).fault).toContain('1 articles are not');
    expect(checkPartner([], [taken, { ...taken, result: 'repeated' }], [article.id]).fault).toContain(
      'came again',
    );
    expect(checkPartner([], [taken, { ...taken, webhookId: 'w2' }], [article.id]).fault).toContain(
      'more than once',
    );
  });
});

describe('checkMastodon', () => {
  const status = { content: `<p>标题 <a href="http://127.0.0.1/articles/${article.id}">…</a></p>` };

  it('wants one status for each public article, and no others', () => {
    expect(checkMastodon([status], [article.id]).fault).toBeNull();
    expect(checkMastodon([], [article.id]).fault).toContain('1 articles have no status');
    expect(checkMastodon([status, status], [article.id]).fault).toContain('more than one status');
    expect(checkMastodon([status], []).fault).toContain('of no public article');
  });
});
