import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { applyDecisions } from './apply-decisions.js';
import type { PageArticle } from './page-reading.js';
import { readPage } from './read-page.js';

const text = readFileSync(new URL('../../../samples/pages/jining-gaoxin-857.txt', import.meta.url), 'utf8');
const page = readPage(text);
const article = (number: number): PageArticle => {
  const found = page.articles[number - 1];
  if (found === undefined) throw new Error(`no article ${number}`);
  return found;
};
const proposals = (number: number): string[] =>
  article(number).repairs.flatMap((repair) =>
    repair.class === 'propose' ? [`${repair.kind} ${repair.after}`] : [],
  );
const accepted = (number: number): string[] => {
  const all = Object.fromEntries(article(number).repairs.map(({ id }) => [id, 'accept' as const]));
  return applyDecisions(article(number), article(number).repairs, all).body;
};

describe('the real page 高新区报 857', () => {
  it('reads the masthead and leaves what is not printed null', () => {
    expect(page.masthead).toEqual({
      publication: '高新区报',
      date: '2025-01-03',
      weekday: '星期五',
      lunarDate: '农历甲辰年十二月初四',
      issueTotal: 857,
      issueOfYear: 1,
      supervisor: '济宁高新区党工委宣传部（融媒体中心）',
      sponsor: null,
      hotline: '0537-6557731',
      slogan: '活力・魅力・热点・焦点',
      editor: null,
      pageNumber: null,
      pageName: null,
    });
    expect(page.leftOver).toContainEqual({ text: '游学的拥拥了', reason: 'stray' });
  });

  it('finds seven articles with their headline blocks', () => {
    expect(page.articles.map(({ kicker, headline, subtitle }) => [kicker, headline, subtitle])).toEqual([
      ['济宁高新区', '向高而攀走在前 向新而进挑大梁', null],
      [null, '推动产业工人队伍建设改革走深走实', null],
      [null, '橙香连鲁渝 共谱振兴曲', '2024年重庆柑橘进山东专场推介会（万州分会场）活动在济宁高新区举行'],
      ['辰欣高端制剂研发及智能化集约车间项目', '打造国内一流“标杆车间”', null],
      [null, '关爱劳动者 工会送温暖', null],
      [null, '《银发知播王广杰》 获全省一等奖', null],
      [null, '3篇新闻作品获佳绩', null],
    ]);
    expect(page.articles.map(({ body }) => body.length)).toEqual([8, 5, 8, 6, 3, 2, 2]);
    expect(new Set(page.articles.map(({ dateline }) => dateline))).toEqual(new Set(['本报济宁讯']));
    expect(page.articles.map(({ editor }) => editor)).toEqual(new Array(7).fill(null));
  });

  it('carries a role over to the names after it', () => {
    expect(article(1).bylines).toEqual([]);
    expect(article(3).bylines).toEqual([{ role: '记者', name: '曹俐' }]);
    expect(article(4).bylines).toEqual([
      { role: '记者', name: '曹俐' },
      { role: '通讯员', name: '李亚军' },
      { role: '通讯员', name: '孙超' },
    ]);
  });

  it('holds the first, third and fourth article for their proposals and nothing else', () => {
    expect(page.articles.map(({ holds }) => holds.map(({ code }) => code))).toEqual([
      ['repairs-to-decide'],
      [],
      ['repairs-to-decide'],
      ['repairs-to-decide'],
      [],
      [],
      [],
    ]);
    expect(proposals(1)).toEqual([
      'misread-character 机械有限公司李继入选国家级重点人才',
      'misread-character 份有限公司霍厚志入选国家级制造业先',
      'doubtful-mark 学位扩增560个；采取“机构+社区',
    ]);
    expect(proposals(3)).toEqual(['misread-character 州柑橘等农特产品入驻内地城市的商超']);
    expect(proposals(4)).toEqual(['repeated-text 济宁高新区发展改']);
    for (const number of [2, 5, 6, 7]) expect(proposals(number)).toEqual([]);
  });

  it('removes wraps beside characters, digits and marks, and keeps real spaces', () => {
    const [, second, third] = article(1).body;
    expect(second).toContain('坚决扛起全市工业经济“主战场”使命，实施标志性产业链突破工程，推动高端装备');
    expect(second).toContain('带动国内外19家配套企业落地');
    expect(second).toContain('过50亿2家；新培育');
    expect(second).toContain('产业项目；在2024年下半年');
    expect(second).not.toContain(' ');
    expect(third).toContain('YUESHENG HE（何悦盛）');
    expect(article(3).body[0]).toContain('“鲁渝协作助振兴 万吨柑橘进山东”2024年');
    expect(article(3).body[2]).toContain('“鲁渝协作助振兴 万吨柑橘进山东”2024年');
    const spaces = page.articles.flatMap(({ body }) =>
      body.flatMap((paragraph) => [...paragraph.matchAll(/.. ../gu)].map(([around]) => around)),
    );
    expect(spaces).toEqual(['NG HE', '振兴 万吨', '振兴 万吨']);
  });

  it('joins what columns and pictures cut apart', () => {
    expect(article(1).body[2]).toMatch(
      /李继人选国家级重点人才计划，山推工程机械股份有限公司霍厚志人选国家级制造业先进基础工艺创新人才。$/u,
    );
    expect(article(1).body[4]).toContain('始终坚持“以产促城、以城兴产、产城融合”发展思路');
    expect(article(3).body[5]).toBe(
      '据了解，重庆万州柑橘产业种植历史悠久，先后获得“地理标志农产品”“绿色食品认证”，入选《重庆农业品牌荟萃》，是全国名特优新农产品，成为当地脱贫群众增收致富的“甜蜜产业”。',
    );
    expect(article(4).body[3]).toContain(
      '实现‘制造装备—数据采集和监控系统—MES系统—ERP系统—WMS智能仓储系统—工业大数据平台’互联互通',
    );
  });

  it('keeps numbers as printed and leaves no half-width Chinese punctuation', () => {
    const body = page.articles.flatMap((one) => [one.headline, one.subtitle ?? '', ...one.body]).join('\n');
    expect(body).toContain('45.5%，人均公园绿地面积达到14.8平方米');
    expect(body).not.toMatch(/[,;:!?()"'*#]/);
  });

  it('gives the mended text when the proposals are accepted', () => {
    expect(accepted(1)[2]).toContain(
      '李继入选国家级重点人才计划，山推工程机械股份有限公司霍厚志入选国家级制造业',
    );
    expect(accepted(1)[5]).toContain('高中学位扩增560个；采取“机构+社区+家庭”等多种模式');
    expect(accepted(3)[6]).toContain('帮助万州柑橘等农特产品入驻内地城市的商超');
    expect(accepted(4)[5]).toMatch(/^济宁高新区发展改革局副局长孔高强表示，/u);
  });
});
