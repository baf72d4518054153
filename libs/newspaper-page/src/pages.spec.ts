import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { applyDecisions } from './apply-decisions.js';
import type { PageArticle, PageReading } from './page-reading.js';
import { readPage } from './read-page.js';

const folder = new URL('../../../samples/pages/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const textOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const read = (name: string): PageReading => readPage(textOf(name));

/** `kicker / headline / subtitle | dateline | bylines | editor | holds | paragraphs`, the shape of the expectations below. */
const line = (article: PageArticle): string =>
  [
    [article.kicker, article.headline, article.subtitle].map((part) => part ?? '-').join(' / '),
    article.dateline ?? '-',
    article.bylines.map(({ role, name }) => `${role ?? ''}:${name}`).join(' ') || '-',
    article.editor ?? '-',
    article.holds.map(({ code }) => code).join(' ') || '-',
    article.body.length,
  ].join(' | ');
const proposals = (page: PageReading): string[] =>
  page.articles.flatMap(({ repairs }) =>
    repairs.flatMap((one) => (one.class === 'propose' ? [one.kind] : [])),
  );
const left = (page: PageReading, reason: string): string[] =>
  page.leftOver.flatMap((one) => (one.reason === reason ? [one.text.trim()] : []));

describe('an undamaged full-width page', () => {
  const page = read('qinghe-full-width.txt');
  it('comes out as printed, without any repair', () => {
    expect(page.articles.map(line)).toEqual([
      '- / 清河港新码头开港 / - | 本报讯 | 记者:陆远舟 | 沈一帆 | - | 3',
      '- / 社区议事会选出“当家人” / - | 本报讯 | 记者:陆远舟 通讯员:方小满 | 沈一帆 | - | 3',
      '- / 春耕一线见闻 / - | 本报讯 | 记者:贺兰 | 沈一帆 | - | 3',
    ]);
    expect(page.articles.flatMap(({ repairs }) => repairs)).toEqual([]);
    expect(page.mastheadRepairs).toEqual([]);
  });

  it('gives the masthead', () => {
    expect(page.masthead).toMatchObject({
      publication: '清河日报',
      date: '2025-03-14',
      lunarDate: '农历乙巳年二月十五',
      supervisor: '清河市融媒体中心',
      sponsor: '清河市融媒体中心',
      hotline: '0538-8812345',
      pageNumber: '1',
      pageName: '要闻',
      issueTotal: null,
      slogan: null,
    });
  });
});

describe('a page with agency datelines, a guide box and continuations, in CRLF', () => {
  const page = read('linjiang-agency-crlf.txt');
  it('gives the articles', () => {
    expect(page.articles.map(line)).toEqual([
      '- / 江滨新区签约12个项目 / 总投资86亿元 涉及新能源等五大领域 | 本报讯 | 记者:程野 通讯员:白露 | 苏禾 | continued-elsewhere | 3',
      '- / 全国铁路元旦假期发送旅客创新高 / - | 新华社北京1月3日电 | 记者:严冬 记者:夏至 | 苏禾 | - | 2',
      '- / 雪后江堤成了摄影打卡地 / - | - | 记者:程野 | 苏禾 | - | 2',
      '- / 两地共建冬季旅游专线 / - | 本报哈密1月3日电 | 特约记者:沙枣 | 苏禾 | - | 2',
      '- /  / - | - | - | 苏禾 | no-headline continuation | 2',
    ]);
    expect(page.articles[0]?.body[2]).toMatch(/力争一季度全部开工。$/u);
    expect(page.articles[4]?.body[0]).toMatch(/^街道还把闲置厂房/u);
  });

  it('leaves guide and caption aside', () => {
    expect(left(page, 'guide')).toHaveLength(4);
    expect(left(page, 'caption')).toEqual(['图为市民在江堤上赏雪。 本报记者 林深 摄']);
    expect(left(page, 'page-credits')).toEqual(['责任编辑 苏禾 版式 宋词 校对 元曲']);
  });
});

describe('a page with each printed line on a line of its own', () => {
  const page = read('xishan-hard-wrapped.txt');
  it('is put together again, subheads stay in the body', () => {
    expect(page.articles.map(line)).toEqual([
      '- / 老矿区长出新产业 / ——西山区推进资源型城市转型调查 | - | 记者:秦川 通讯员:郝景春 | - | - | 8',
      '- / 春防进入紧要关头 护林员守住一山绿 / - | 本报讯 | 记者:秦川 | - | - | 2',
    ]);
    expect(page.articles[0]?.body[2]).toBe('治山先治水');
    expect(page.articles[0]?.body[6]).toBe(
      '走进原水泥厂的大门，高耸的料仓改成了攀岩馆，旁边的车间里，数控机床正在加工风电轴承。企业负责人温如玉介绍，公司看中的正是这里的厂房高、承重好。',
    );
    expect(page.masthead).toMatchObject({ date: '2025-04-08', weekday: '星期二', lunarDate: '农历三月十一' });
  });
});

describe('a markdown page', () => {
  const page = read('yunling-markdown.txt');
  it('follows its headings and loses its markup', () => {
    expect(page.articles.map(line)).toEqual([
      '- / 茶山上的“新农人” / - | - | 记者:木兰 通讯员:乔木 | - | - | 6',
      '- / 县医院上线“云药房” / - | 本报讯 | 记者:木兰 | - | - | 2',
      '- / 好书推荐 / - | - | - | - | no-dateline | 2',
    ]);
    expect(page.articles[0]?.body[2]).toBe('学艺');
    expect(page.articles[0]?.body[0]).toMatch(/：“一芽一叶，这就是我们说的‘雀舌’。”$/u);
    expect(page.articles[1]?.body[1]).toMatch(/咨询邮箱：yaofang@yunling\.example$/u);
    expect(JSON.stringify(page.articles.map(({ body }) => body))).not.toMatch(/[#*<>&]/);
  });
});

describe('a page without any dateline', () => {
  it('is cut by headlines, and every article is held', () => {
    const page = read('nanpu-no-dateline.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 古桥新生 / - | - | - | - | no-dateline | 3',
      '- / 一张老照片 / - | - | - | - | no-dateline | 2',
      '- / 戏台下的少年 / - | - | - | - | no-dateline | 2',
    ]);
    expect(page.masthead).toMatchObject({
      sponsor: '南浦县文化馆',
      supervisor: null,
      issueTotal: 412,
      issueOfYear: null,
    });
  });
});

describe('a page that is one article', () => {
  it('keeps its numbered subheads and takes the editor printed under it', () => {
    const page = read('dongyang-single-article.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 一条河的十年 / ——东阳县竹溪治理纪实 | - | 记者:顾盼 见习记者:叶舟 | 方正 | - | 10',
    ]);
    expect(page.articles[0]?.body.filter((paragraph) => paragraph.length < 10)).toEqual([
      '一、摸清家底',
      '二、截污纳管',
      '三、河长到岗',
    ]);
    expect(page.masthead.editor).toBeNull();
  });
});

describe('a page with notices, adverts and a picture', () => {
  it('gives the articles only', () => {
    const page = read('beihai-notices.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 湾区渔港码头改造完工 / - | 本报讯 | 记者:海棠 | 云帆 | - | 2',
      '- / 湾区开展开渔前安全检查 / - | 本报讯 | 通讯员:卫平 | 云帆 | - | 2',
    ]);
    expect(left(page, 'caption')).toEqual(['▲改造后的渔港码头。本报记者 江帆 摄']);
    expect(left(page, 'notice')).toEqual(
      expect.arrayContaining(['遗失声明', '注销公告', '北海湾潮声文化传播有限公司', '更正', '招聘启事']),
    );
    expect(left(page, 'advert')).toEqual([
      '联系电话：0539-2000000',
      '地址：湾区大道88号',
      '电话：0539-2111111',
    ]);
    expect(page.masthead.hotline).toBeNull();
  });
});

describe('a page with bylines at the end or under the headline', () => {
  it('gives each article its own', () => {
    const page = read('luzhou-end-bylines.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 地铁口的“共享雨伞”回来了 / - | - | 记者:阮棠 通讯员:柏舟 | - | no-dateline | 2',
      '- / 校门口多了“护学岗” / - | - | :阮棠 :白杨 | - | no-dateline | 2',
      '- / 一碗面里的老味道 / - | - | 文:阮棠 图:谷雨 | - | - | 2',
      '- / 夜跑队的约定 / - | - | :江小鱼 | - | - | 2',
    ]);
    expect(page.masthead).toMatchObject({ pageNumber: 'A03', pageName: '民生', weekday: '周二' });
    expect(page.articles[1]?.body[0]).toContain('每天7:20到8:10、16:30到17:20，');
  });
});

describe('a page in narrow columns, wrapped lines joined by spaces', () => {
  it('loses the wraps and keeps the slogans', () => {
    const page = read('shiqiao-narrow-columns.txt');
    expect(page.articles.map(line)).toEqual([
      '守好一方水土 建好一个家园 / 石桥镇秋收全面铺开 / - | 本报石桥讯 | 记者:田野 | - | - | 3',
      '- / 农家书屋添新书 / - | 本报石桥讯 | 通讯员:书香 | - | - | 3',
    ]);
    const spaces = page.articles.flatMap(({ body }) =>
      body.flatMap((text) => [...text.matchAll(/.. ../gu)].map(([around]) => around)),
    );
    expect(spaces).toEqual(['有粮 心中', '好书 做好']);
    expect(proposals(page)).toEqual([]);
  });
});

describe('a page with verse, a list and a letter', () => {
  it('keeps their lines apart', () => {
    const page = read('wutong-verse-and-lists.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 秋日三章 / - | - | :林间 | - | - | 10',
      '- / 第九届梧桐书画展揭晓 / - | 本报讯 | 记者:墨言 | - | - | 5',
      '- / 致全市读者的一封信 / - | - | - | - | no-dateline | 6',
    ]);
    expect(page.articles[1]?.body[2]).toBe('二等奖：叶青 马良 龙吟');
    expect(page.articles[2]?.body.slice(0, 1)).toEqual(['亲爱的读者：']);
    expect(page.masthead).toMatchObject({ publication: null, date: '2025-11-11', weekday: '周二' });
  });
});

describe('a page of continuations with an editor under each article', () => {
  it('holds what is not whole and gives each editor to one article', () => {
    const page = read('heshan-continuations.txt');
    expect(page.articles.map(line)).toEqual([
      '- /  / - | - | - | - | no-headline continuation | 2',
      '- / 禾山县与三所高校共建实践基地 / - | 本报禾山12月1日讯 | 记者:谢春山 | 柯南 | - | 2',
      '- /  / - | - | - | - | no-headline continuation continued-elsewhere | 2',
      '- / 冬季长跑活动启动 / - | 本报禾山12月1日讯 | 记者:步云 | 毛遂 | - | 1',
    ]);
    expect(page.masthead).toMatchObject({ editor: null, pageName: '时政·综合' });
  });
});

describe('a page with misread characters and a paragraph twice', () => {
  it('proposes each and changes none', () => {
    const page = read('jinsha-damaged.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 金沙县召开领导千部作风建设会议 / - | 本报讯 | 记者:石敢当 | - | repairs-to-decide | 4',
      '- / 周未活动点亮乡村夜晚 / - | 本报讯 | 记者:石敢当 通讯员:司南 | - | repairs-to-decide body-unfinished | 2',
    ]);
    expect(
      page.articles[0]?.repairs.flatMap(({ class: one, place }) =>
        one === 'propose' ? [place?.replacement] : [],
      ),
    ).toEqual(['干', '干', '入', '干', '入', '已', '入', '', '已', '入', '人', '未', '，']);
    expect(
      page.articles[1]?.repairs.flatMap(({ class: one, place }) =>
        one === 'propose' ? [place?.replacement] : [],
      ),
    ).toEqual(['末', '日', '末', '千', '己']);
  });
});

describe('a page indented by tabs, paragraphs without blank lines between', () => {
  it('keeps a lone subhead in the body and asks about it', () => {
    const page = read('pingchuan-tabs.txt');
    expect(page.articles.map(line)).toEqual([
      '- / 平川县“小板凳”宣讲队进村 / - | 本报平川讯 | 记者:江南 通讯员:塞北 | - | boundary-doubtful | 5',
      '- / 平川县与Green Valley公司合作育种 / - | 本报平川讯 | 记者:江南 | - | - | 2',
    ]);
    expect(page.articles[1]?.body[0]).toContain(
      '与Green Valley公司签订合作协议，共建玉米育种基地。项目占地300亩，总投资5,600万元，',
    );
    expect(page.articles[1]?.body[1]).toMatch(/提高8%-10%。$/u);
  });
});

/** What the author of a page, who had not seen the reader, expects of it by hand. */
interface Expected {
  articles: { kicker: string | null; headline: string; subtitle: string | null; body: string[] }[];
}
const expectedOf = (name: string): Expected =>
  JSON.parse(
    readFileSync(
      new URL(`../../../samples/expected/${name.replace('.txt', '.json')}`, import.meta.url),
      'utf8',
    ),
  ) as Expected;
/** The text of an article with all proposals accepted, as the author expects it; paragraphs may be cut elsewhere. */
const acceptedText = (article: PageArticle): string =>
  applyDecisions(
    article,
    article.repairs,
    Object.fromEntries(article.repairs.map(({ id }) => [id, 'accept' as const])),
  ).body.join('');

describe.each<[string, string[]]>([
  [
    'lanxi-front-page.txt',
    [
      '全县一季度重点项目集中开工 / 奋力冲刺首季“开门红” / 姚崇岭宣布开工 梁慕华主持 | 本报岚溪讯 | 记者:温以诚 通讯员:邱念慈 | 罗文清 | - | 5',
      '- / “小板凳”议出大民生 / - | - | 记者:施望川 通讯员:黎小满 | 罗文清 | repairs-to-decide | 4',
      // Paragraphs that the page prints apart stay apart; the author runs three of them together (10, and 3 below).
      '- / 一片叶子富了一方百姓 / ——云岭乡发展茶产业见闻 | - | 记者:柯景文 通讯员:章若水 | 罗文清 | repairs-to-decide no-dateline | 12',
      '- / 毫不松懈抓好粮食生产 扎实推进乡村全面振兴 / 我县召开2025年农村工作会议 | 本报岚溪讯 | 记者:宣以宁 | 罗文清 | - | 4',
      '- / 县交警大队开展春季交通安全整治 / - | 本报讯 | 通讯员:符晓棠 | 罗文清 | - | 4',
      '- / “书香岚溪”全民阅读活动启动 / - | 本报岚溪讯 | 记者:施望川 | 罗文清 | - | 2',
    ],
  ],
  [
    'linlan-full-width.txt',
    [
      '- / 今年春季造林绿化开局良好 / 全国累计完成造林绿化1860万亩 | 新华社北京3月5日电 | 记者:卓远航 记者:费思齐 | 盛怀瑾 | - | 4',
      // Two lines without a dateline follow: whether they head an article or a part of this one, only the page shows.
      '- / 向海而兴，一座港城的新答卷 / - | - | - | 盛怀瑾 | boundary-doubtful continuation | 4',
      // Without dateline, and with the author at the end only: held, though the author of the page asks for no hold.
      '临澜时评 / 让“小修小补”补出大民生 / - | - | 作者:苏禾 | 盛怀瑾 | no-dateline | 4',
      '- / “欠大海的账，得还” / 我市增殖放流海洋生物苗种1260万尾 | 本报讯 | 记者:辛如初 通讯员:池映雪 通讯员:戚雨桐 | 盛怀瑾 | - | 3',
      '- / 我国进入森林防火紧要期 / 多地火险等级偏高 | 新华社北京3月5日电 | 记者:阚明达 | 盛怀瑾 | - | 3',
      '- / 改什么 怎么改 居民说了算 / 今年我市计划改造老旧小区112个 | 本报讯 | 记者:毕疏影 实习生:洛笙 | 盛怀瑾 | - | 4',
      '- / 我市志愿服务集市开市 / - | 本报讯 | 记者:辛如初 | 盛怀瑾 | - | 1',
      '- / 市科技馆推出“月球车”主题展 / - | 本报讯 | 记者:毕疏影 | 盛怀瑾 | - | 1',
      '- / 城市内河清淤工程进入收尾阶段 / - | 本报讯 | 通讯员:池映雪 | 盛怀瑾 | - | 1',
    ],
  ],
  [
    'qingwu-portrait.txt',
    [
      // Four lines of verse are four paragraphs here, one with line breaks in the author's count (23).
      '八百年前，一只青瓷碗漂洋过海；八百年后，一位英国姑娘循着它找到浙西山村—— / 泥巴不会骗人 火里自有知音 / 浙西窑工邵守窑与英国女陶艺家的青瓷缘 | - | 记者:闻人嘉树 | - | - | 26',
    ],
  ],
  [
    'yanzhou-interleaved.txt',
    [
      // The columns of these two lie in one another on the page: both are held.
      '欧阳秉正在砚山区墨湖镇调研时强调 / 把问题解决在一线 / - | 本报讯 | 记者:冀北辰 | 尉迟敏 | boundary-doubtful body-unfinished | 3',
      '- / 义务教育招生政策公布 / 新增公办学位5200个 长幼可随学 | 本报讯 | 记者:费长安 通讯员:宗政宁 | 尉迟敏 | headline-doubtful boundary-doubtful continued-elsewhere | 4',
      '- / 384名小棋手“过招” / 砚州市第二届中小学生围棋联赛落幕 | 本报讯 | 通讯员:赫连岳 | 尉迟敏 | - | 3',
      '- / 清明假期接待游客87.4万人次 / - | 本报讯 | 记者:冀北辰 | 尉迟敏 | - | 3',
      '- / 市六届人大常委会举行第二十三次会议 / - | 本报讯 | 记者:费长安 | 尉迟敏 | - | 4',
      '- / 守闸人 / - | - | 记者:令狐晓月 | 尉迟敏 | - | 3',
    ],
  ],
])('a page whose author had not seen the reader: %s', (name, lines) => {
  const page = read(name);
  it('gives the articles', () => {
    expect(page.articles.map(line)).toEqual(lines);
  });

  it('gives the text that its author expects', () => {
    const interleaved = ['把问题解决在一线', '义务教育招生政策公布'];
    for (const { headline, body } of expectedOf(name).articles) {
      const article = page.articles.find((one) => one.headline === headline);
      // The author leaves it open whether the notice is left out.
      if (article === undefined) expect(headline).toBe('关于城区部分区域停水的公告');
      else if (interleaved.includes(headline)) expect(article.holds).not.toEqual([]);
      // The mark 上接第1版 is no text, and lines of verse are paragraphs.
      else expect(acceptedText(article)).toBe(body.join('').replace(/（上接第1版）|\n/gu, ''));
    }
  });
});

/**
 * Six pages whose author had not seen the reader either. What it publishes is what the author expects, roles of the lines
 * of a headline block aside; what it cannot tell it holds.
 */
describe.each<[string, string[]]>([
  [
    'qingshi-county.txt',
    [
      '县委常委会传达学习全国教育大会精神 / 推动教育高质量发展迈出新步伐 / 王建军主持并讲话 | 本报讯 | 记者:田茂林 通讯员:杨雪 | 冉启明 | - | 4',
      '- / 山上“摇钱树” 村里“聚宝盆” / ——官舟镇黄龙村发展花椒产业见闻 | 本报讯 | 记者:冉小琴 | 冉启明 | continued-elsewhere | 3',
      '- / 全国秋粮收购工作会议在京召开 / - | 新华社北京9月11日电 | 记者:王立彬 记者:潘洁 | 冉启明 | - | 2',
      '- / 我县3家企业上榜省级“专精特新”名单 / - | 本报讯 | 通讯员:龙小花 | 冉启明 | - | 5',
    ],
  ],
  [
    'jiangbei-campus.txt',
    [
      // 校训 is the school's, and only the page shows that it stands above no headline.
      '- / 校训：崇德　博学　求实　创新 / 学校召开本科教育教学审核评估动员部署会 | 本报讯 | 记者:孟佳琪 | 宋雨桐 | headline-doubtful | 3',
      '- / 我校学子在全国大学生数学建模竞赛中获佳绩 / - | 本网讯 | 供稿:数学与统计学院 | 宋雨桐 | - | 2',
      // The poem below the speech says nothing of where it begins.
      '- / 把青春写在祖国最需要的地方 / ——在2024年毕业生就业动员会上的发言 | - | :马晓燕 | 宋雨桐 | boundary-doubtful | 15',
      '- / 校友捐赠“启航”助学金签约仪式举行 / - | 本报讯 | 记者:许诺 通讯员:高翔 | 宋雨桐 | - | 2',
    ],
  ],
  [
    'jiangcheng-evening.txt',
    [
      // Its last paragraph is the caption of its picture.
      '- / 多部门防暑降温保民生 / 高温“烤”验下的坚守 | 晚报讯 | 记者:苏敏 实习生:谢雨 | - | boundary-doubtful | 4',
      '- / 这些“防晒误区”你中了几个？ / - | - | 记者:郭晓 | - | - | 5',
      // An article without dateline follows under one line.
      '- / 男子酒后落水 众人联手施救 / - | 本报讯 | 记者:丁一凡 | - | boundary-doubtful | 5',
    ],
  ],
  [
    'ganjiang-trade.txt',
    [
      '- / 迎峰度夏首月 特高压送电创新高 / - | 本报赣州讯 | 记者:赖志凌 通讯员:钟鸣 通讯员:温小兰 | 肖峰 | - | 3',
      '装机高增长 利用率偏低 / 储能电站如何从“建而不用”走向“建而善用” / 来自赣、浙、鲁三省的调查 | - | 记者:裴东升 | 肖峰 | - | 3',
      '- / 《电力市场注册基本规则》发布 / - | 中国电力网讯 | - | 肖峰 | - | 2',
      '- / 微短剧《线路人》上线 / - | 本报南昌8月2日讯 | 记者:谭雯 | 肖峰 | - | 1',
    ],
  ],
  [
    'minzhong-feature.txt',
    [
      '绿水青山新实践·库区行 / 一座库区小镇的“绿色账本” / ——龙门镇十年护水记 | - | 记者:何立平 记者:游晓璐 通讯员:蓝天 | 池秀云 | - | 10',
      '- /  / - | - | - | 池秀云 | no-headline continuation | 1',
    ],
  ],
  [
    'longyuan-briefs.txt',
    [
      '国务院关税税则委员会公布公告 / 调整对原产于美国的进口商品加征关税措施 / - | 新华社北京5月13日电 | - | 杨 柳 | - | 1',
      '月背样品研究取得进展 / “嫦娥”带回新发现 / 28亿年前月球背面仍有火山活动 | 据新华社北京5月13日电 | 记者:张泉 记者:刘祯 | 杨 柳 | - | 1',
      '全市法院开展涉民生案件集中执行 / 两天执结案件118件 / - | 本报5月13日讯 | 记者:鲁 明 通讯员:任法宣 | 杨 柳 | - | 2',
      '女子网购“减肥糖”含违禁成分 / 商家被判十倍赔偿 / - | 本报讯 | :石 磊 | 杨 柳 | - | 2',
      '- / 反诈提示 / - | - | - | 杨 柳 | no-dateline | 3',
      '- / 他山之石 / - | 《法治日报》讯 | - | 杨 柳 | - | 1',
      '- / 东街社区：“板凳会”解民忧 / - | 本报讯 | 记者:欧阳若兰 记者:马·买买提 | 杨 柳 | - | 1',
    ],
  ],
])('a page of six written blind: %s', (name, lines) => {
  const page = read(name);
  const block = (one: Pick<PageArticle, 'kicker' | 'headline' | 'subtitle'>): string =>
    [one.kicker, one.headline, one.subtitle].filter((part) => part !== null).join(' ');

  it('gives the articles', () => {
    expect(page.articles.map(line)).toEqual(lines);
  });

  it('publishes nothing that its author does not expect', () => {
    const { articles } = expectedOf(name);
    const expected = articles.map((one) => [block(one), one.body.join('')]);
    const published = page.articles.filter(({ holds }) => holds.length === 0);
    expect(published.length).toBeGreaterThan(0);
    for (const article of published) expect(expected).toContainEqual([block(article), article.body.join('')]);
  });
});

it('the pages of others lose their column labels, notices and running heads', () => {
  expect(left(read('linlan-full-width.txt'), 'furniture')).toEqual(['简\u3000讯']);
  expect(left(read('linlan-full-width.txt'), 'notice')).toHaveLength(7);
  expect(read('linlan-full-width.txt').masthead).toMatchObject({ pageName: '要闻', pageNumber: '02' });
  expect(left(read('yanzhou-interleaved.txt'), 'furniture')).toEqual(['1', '要闻', '1', '1']);
  expect(left(read('lanxi-front-page.txt'), 'guide')).toHaveLength(4);
  // ▶ sets off the items of a guide box, and captions elsewhere.
  expect(left(read('qingshi-county.txt'), 'guide')).toHaveLength(3);
  expect(left(read('qingshi-county.txt'), 'caption')).toHaveLength(3);
  expect(read('ganjiang-trade.txt').masthead).toMatchObject({ supervisor: '国网江西省电力有限公司' });
});

/** Chinese characters and digits: what no repair but an accepted proposal may lose or add. */
const kept = (text: string): string => text.replace(/&\w+;/g, '').replace(/[^\p{Script=Han}〇\d]/gu, '');

describe.each(names)('on %s', (name) => {
  const text = textOf(name);
  const page = readPage(text);

  it('every line is in one article or left over, none twice, none lost', () => {
    const lines = text
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .map((one) => one.trim())
      .filter((one) => one !== '');
    const read = [
      ...page.articles.flatMap(({ raw }) => raw.split('\n')),
      ...page.leftOver.map((one) => one.text),
    ];
    expect(read.map((one) => one.trim()).sort()).toEqual([...lines].sort());
  });

  it('no character of the newspaper is lost or made up', () => {
    for (const article of page.articles) {
      // A mark of continuation can stand between two pieces of the text.
      let rest = kept(article.raw.replace(/[（(][上下][接转]第[\d一二]版[）)]/gu, ''));
      const body = kept(article.body.join(''));
      expect(rest).toContain(body);
      rest = rest.replace(body, '');
      const ownEditor = article.editor !== null && rest.includes(article.editor) ? article.editor : '';
      const words = [
        article.kicker,
        article.headline,
        article.subtitle,
        article.dateline,
        ownEditor,
        ...article.bylines.map((one) => one.name),
      ];
      for (const word of words) {
        expect(rest).toContain(kept(word ?? ''));
        rest = rest.replace(kept(word ?? ''), '');
      }
      // What is left are the words that say what the names are, and the marks of continuation.
      expect(
        rest.replace(
          /见习记者|特约记者|本报记者|记者|通讯员|实习生|作者|责任编辑|报道|文|图|供稿|[上下][接转]第[\d一二]版|冬修水利正当时/gu,
          '',
        ),
      ).toBe('');
    }
  });

  it('paragraphs hold no layout and no half-width Chinese punctuation', () => {
    for (const { body, headline, kicker, subtitle } of page.articles) {
      for (const one of [headline, kicker ?? '', subtitle ?? '', ...body]) {
        expect(one).toBe(one.trim());
        expect(one).not.toMatch(/[\n\r\t]| {2}|[\p{Script=Han}][,;:!?"(]|[,;:!?")][\p{Script=Han}]/u);
      }
    }
  });

  it('repairs have their own ids, and proposals a place in the text as delivered', () => {
    for (const article of page.articles) {
      expect(article.repairs.map(({ id }) => id)).toEqual(article.repairs.map((_, at) => `r${at + 1}`));
      for (const { class: one, place, field, before, after } of article.repairs) {
        expect(before.length).toBeLessThanOrEqual(48);
        expect(after.length).toBeLessThanOrEqual(48);
        expect(place === null).toBe(one !== 'propose');
        if (place === null) continue;
        expect(place.field).toBe(field);
        const target = field === 'headline' ? article.headline : article.body[Number(field.split('/')[1])];
        expect(place.offset + place.length).toBeLessThanOrEqual(target?.length ?? -1);
        expect(target?.slice(place.offset, place.offset + place.length)).not.toBe(place.replacement);
      }
      const decide = article.repairs.some((one) => one.class === 'propose');
      expect(article.holds.some(({ code }) => code === 'repairs-to-decide')).toBe(decide);
    }
  });

  it('the same page is read the same, whatever its line ends and outer blank lines', () => {
    expect(readPage(text)).toEqual(page);
    const other = readPage(`\ufeff\r\n\r\n${text.replace(/\r?\n/g, '\r\n')}\r\n\r\n`);
    expect(other).toEqual(page);
  });

  it('raw text of an article does not depend on what stands elsewhere', () => {
    const more = readPage(
      `${text}\n\n新增的一篇报道标题\n\n本报讯（记者 尚可）近日，新增的一篇报道放在版面最后，内容与其他各篇无关。\n`,
    );
    const raws = new Set(more.articles.map(({ raw }) => raw));
    for (const { raw } of page.articles) expect(raws).toContain(raw);
  });
});
