import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { deliveriesTable, type ArticleDeliveries } from './deliveries-table.js';
import type { Article, Delivery, Repair } from './newsrelay-api.js';
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
    { number: 1, outcome: 'transient' },
    { number: 2, outcome: 'delivered' },
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
  const refused: PartnerRecord = { ...taken, result: 'refused', status: 503 };

  it('is content when each article was taken once, after a refusal too', () => {
    const { fault, lines } = checkPartner([], [refused, taken], [article.id]);
    expect(fault).toBeNull();
    expect(lines.join('\n')).toContain('answered 503 once');
    expect(lines.join('\n')).toContain('came again and was taken');
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
