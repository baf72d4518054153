import { describe, expect, it } from '@jest/globals';
import type { PageArticle } from './page-reading.js';
import { readPage } from './read-page.js';

/** What a tester found who had not seen the reader: wrong text published (W), and what was held for nothing (N). */

const MASTHEAD = '青石县报\n2024年9月12日 星期四 第1863期\n\n';
/** The same with a blank line between any two lines, so that gaps tell nothing. */
const SPREAD = '青石县报\n\n2024年9月12日 星期四 第1863期\n\n';
const FIRST = '9月10日，我县召开文明城市创建动员会，部署下一阶段工作。';
const SECOND = '会议要求，各部门要压实责任，确保创建工作取得实效。';
const EVENT = '9月9日，县医院组织医务人员到黄龙村开展义诊活动，服务群众260人次。';
const OPENING = `我县启动文明城市创建\n\n本报讯（记者 田茂林）${FIRST}`;
const ARTICLE = `${OPENING}\n\n${SECOND}`;
const NEXT =
  '\n\n全县秋收进入尾声\n\n本报讯（记者 王磊）截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。\n';
const FEATURE =
  '一座小镇的护水账\n——官舟镇十年护水记\n本报记者 何立平\n\n清晨六点，护渔员已经划着小船，在水库上开始了一天的巡查。';
const HEAD = '- / 我县启动文明城市创建 / -';
const NEXT_READ =
  '- / 全县秋收进入尾声 / - | 记者:王磊 | - | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。';

/** `kicker / headline / subtitle | bylines | holds | paragraphs`. */
const line = (article: PageArticle): string =>
  [
    [article.kicker, article.headline, article.subtitle].map((part) => part ?? '-').join(' / '),
    article.bylines.map(({ role, name }) => `${role ?? ''}:${name}`).join(' ') || '-',
    article.holds.map(({ code }) => code).join(' ') || '-',
    article.body.join('⏎'),
  ].join(' | ');

describe.each<[string, string, string[]]>([
  [
    'W1: a source in brackets ends a paragraph, text below it holds',
    MASTHEAD + ARTICLE + '（据《贵州日报》）\n\n' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}（据《贵州日报》）⏎${EVENT}`, NEXT_READ],
  ],
  [
    'W1: where the author works ends a paragraph, text below it holds',
    MASTHEAD + ARTICLE + '（作者单位：县税务局）\n\n' + EVENT + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}（作者单位：县税务局）⏎${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'W1: text below a writer in brackets holds',
    MASTHEAD + ARTICLE + '（本报记者 陈露）\n\n' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}（本报记者 陈露）⏎${EVENT}`, NEXT_READ],
  ],
  [
    'W1: text below a correspondent in brackets holds',
    MASTHEAD + ARTICLE + '（通讯员 龙小花）\n\n' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}（通讯员 龙小花）⏎${EVENT}`, NEXT_READ],
  ],
  [
    'W1: a photographer between paragraphs holds',
    MASTHEAD + OPENING + '\n\n本报记者 陈露 摄\n\n' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 摄:陈露 | boundary-doubtful | ${FIRST}⏎${EVENT}`, NEXT_READ],
  ],
  [
    'W1: a writer between paragraphs holds',
    MASTHEAD + OPENING + '\n\n本报记者 陈露\n\n' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 记者:陈露 | boundary-doubtful | ${FIRST}⏎${EVENT}`, NEXT_READ],
  ],
  [
    'W2: a single heading in brackets holds',
    MASTHEAD + ARTICLE + '\n\n【背景】\n创建工作三年来\n\n' + EVENT + '\n\n' + EVENT + NEXT,
    [
      `${HEAD} | 记者:田茂林 | repairs-to-decide boundary-doubtful | ${FIRST}⏎${SECOND}⏎【背景】⏎创建工作三年来⏎${EVENT}⏎${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'W2b: two single headlines without dateline hold',
    MASTHEAD +
      ARTICLE +
      '\n\n黄龙村夜话聊变化\n\n夜幕降临，黄龙村的村民围坐在院坝里，说起这几年的变化。\n\n县医院开展义诊\n\n' +
      EVENT +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎黄龙村夜话聊变化⏎夜幕降临，黄龙村的村民围坐在院坝里，说起这几年的变化。⏎县医院开展义诊⏎${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'W2: an article cut at lines that anyone could head holds, too',
    MASTHEAD + ARTICLE + '\n\n爱心捐款名单\n县税务局\n县医院\n\n' + EVENT + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      `爱心捐款名单 / 县税务局 / 县医院 | - | no-dateline | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'W4: a slogan above a headline',
    MASTHEAD + '权威发布 服务百姓\n\n' + ARTICLE + NEXT,
    [
      `- / 权威发布 服务百姓 / 我县启动文明城市创建 | 记者:田茂林 | headline-doubtful | ${FIRST}⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'W4: a motto above a headline',
    MASTHEAD + '校训：崇德 博学\n\n' + ARTICLE + NEXT,
    [
      `- / 校训：崇德 博学 / 我县启动文明城市创建 | 记者:田茂林 | headline-doubtful | ${FIRST}⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'W4: a call for contributions above a headline',
    MASTHEAD + '投稿请发本报邮箱\n\n' + ARTICLE + NEXT,
    [
      `- / 投稿请发本报邮箱 / 我县启动文明城市创建 | 记者:田茂林 | headline-doubtful | ${FIRST}⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'W4: a source above a headline',
    MASTHEAD + ARTICLE + '\n\n来源：青石县融媒体中心' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '- / 来源：青石县融媒体中心 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'W4: an advert above a headline',
    MASTHEAD + ARTICLE + '\n\n中国移动青石分公司\n5G套餐优惠办理中' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '中国移动青石分公司 / 5G套餐优惠办理中 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'W4: a call to follow above a headline',
    MASTHEAD + ARTICLE + '\n\n更多精彩请关注青石发布' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '- / 更多精彩请关注青石发布 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'W4: a caption without full stop above a headline',
    MASTHEAD + ARTICLE + '\n\n学生们在制作教师节贺卡' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '- / 学生们在制作教师节贺卡 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'W5: …作废 alone is no notice',
    MASTHEAD + OPENING + '\n\n县自然资源局提醒，旧版证书自10月1日起作废。' + NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}⏎县自然资源局提醒，旧版证书自10月1日起作废。`, NEXT_READ],
  ],
  [
    'W5: 上图书馆 is no caption',
    MASTHEAD +
      OPENING +
      '\n\n上图书馆看书，成了县城居民周末的新选择。\n\n据介绍，图书馆每周开放六天，全年接待读者三万人次。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎上图书馆看书，成了县城居民周末的新选择。⏎据介绍，图书馆每周开放六天，全年接待读者三万人次。`,
      NEXT_READ,
    ],
  ],
  [
    'W5: a telephone number as the last line',
    MASTHEAD + OPENING + '\n\n时间：9月15日上午9点\n\n地点：县文化广场\n\n咨询电话：0856-5223456' + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎时间：9月15日上午9点⏎地点：县文化广场`, NEXT_READ],
  ],
  [
    'W5: who holds an event is not the owner of the paper',
    MASTHEAD + ARTICLE + '\n\n主办单位：县文旅局\n承办单位：县文化馆' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎主办单位：县文旅局⏎承办单位：县文化馆`,
      NEXT_READ,
    ],
  ],
  [
    'W6: the headline below a list',
    MASTHEAD +
      '我县表彰先进个人\n\n本报讯（记者 田茂林）近日，我县表彰了一批先进个人，名单如下：\n\n张伟 李娜\n刘洋 陈静\n赵磊 孙丽\n王芳 杨帆\n周涛 吴敏' +
      NEXT,
    [
      '- / 我县表彰先进个人 / - | 记者:田茂林 | - | 近日，我县表彰了一批先进个人，名单如下：⏎张伟 李娜⏎刘洋 陈静⏎赵磊 孙丽⏎王芳 杨帆⏎周涛 吴敏',
      NEXT_READ,
    ],
  ],
  [
    'W7: a caption within a word',
    MASTHEAD +
      '龙门镇护水记\n\n本报讯（记者 田茂林）“说实话，刚开始想不通。”养殖户郑美兰回忆，“一年少挣十几万元，谁不心疼？”镇里没有简\n\n陈水根在巡查途中打捞漂浮物。\n\n单地一拆了之，而是按每平方米85元给予补助，并组织转产培训32期。' +
      NEXT,
    [
      '- / 龙门镇护水记 / - | 记者:田茂林 | boundary-doubtful | “说实话，刚开始想不通。”养殖户郑美兰回忆，“一年少挣十几万元，谁不心疼？”镇里没有简陈水根在巡查途中打捞漂浮物。⏎单地一拆了之，而是按每平方米85元给予补助，并组织转产培训32期。',
      NEXT_READ,
    ],
  ],
  [
    'W7: a quotation within a word',
    MASTHEAD +
      '龙门镇护水记\n\n本报讯（记者 田茂林）养殖户郑美兰回忆，一年少挣十几万元，镇里没有简\n\n“水好了，饭碗更稳了。”\n\n单地一拆了之，而是按每平方米85元给予补助，并组织转产培训32期。' +
      NEXT,
    [
      '- / 龙门镇护水记 / - | 记者:田茂林 | boundary-doubtful | 养殖户郑美兰回忆，一年少挣十几万元，镇里没有简“水好了，饭碗更稳了。”⏎单地一拆了之，而是按每平方米85元给予补助，并组织转产培训32期。',
      NEXT_READ,
    ],
  ],
  [
    'W7: a sentence without its end',
    MASTHEAD +
      '我县启动文明城市创建\n\n本报讯（记者 田茂林）9月10日，我县召开文明城市创建动员会，部署下一\n\n会议要求，各部门要压实责任，确保创建工作取得实效。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | 9月10日，我县召开文明城市创建动员会，部署下一${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'W8: two numbers at a seam',
    MASTHEAD +
      '我县启动文明城市创建\n\n本报讯（记者 田茂林）9月10日，我县召开动员会，投入资金达56\n\n2024年是创建工作的关键之年，各部门要压实责任。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | repairs-to-decide | 9月10日，我县召开动员会，投入资金达56 2024年是创建工作的关键之年，各部门要压实责任。`,
      NEXT_READ,
    ],
  ],
  [
    'W10: a last paragraph without full stop',
    MASTHEAD + OPENING + '\n\n会议要求，各部门要压实责任，确保创建取得实效' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}`,
      '- / 会议要求，各部门要压实责任，确保创建取得实效 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'W10: a half-width full stop behind %',
    MASTHEAD + OPENING + '\n\n上半年，全县工业增加值同比增长3.5%.' + NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}⏎上半年，全县工业增加值同比增长3.5%。`, NEXT_READ],
  ],
  [
    'W11: 视频 is no person',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（全媒体记者 李娜 视频 王强）') + NEXT,
    [`${HEAD} | 全媒体记者:李娜 视频:王强 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: a word before a colon is no person',
    MASTHEAD + ARTICLE + '（编辑：冉启明 审核：安晓）' + NEXT,
    [`${HEAD} | 记者:田茂林 编辑:冉启明 审核:安晓 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: the credits of a page are no byline',
    MASTHEAD + ARTICLE + '\n\n一版编辑 冉启明 美编 安晓' + NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: 等 is no person',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（记者 李娜 通讯员 张伟 等）') + NEXT,
    [`${HEAD} | 记者:李娜 通讯员:张伟 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: a byline with more than names',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（记者 王磊 发自官舟镇）') + NEXT,
    [`${HEAD} | - | byline-doubtful | （记者 王磊 发自官舟镇）${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: the full name of the newsroom before a role',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（县融媒体中心记者 张伟）') + NEXT,
    [`${HEAD} | 记者:张伟 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: an office as a correspondent',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（记者 田茂林 通讯员 县农业农村局）') + NEXT,
    [`${HEAD} | - | byline-doubtful | （记者 田茂林 通讯员 县农业农村局）${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: an address in a byline',
    MASTHEAD + ARTICLE.replace('（记者 田茂林）', '（记者 田茂林 tml@qs.com）') + NEXT,
    [`${HEAD} | - | byline-doubtful | （记者 田茂林 tml@qs.com）${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W11: a byline that a column cut',
    MASTHEAD +
      '我县启动文明城市创建\n\n本报讯（记者 田茂林 通讯\n\n员 杨雪）9月10日，我县召开文明城市创建动员会，部署下一阶段工作。' +
      NEXT,
    [`${HEAD} | - | byline-doubtful | （记者 田茂林 通讯员 杨雪）${FIRST}`, NEXT_READ],
  ],
  [
    'W11: a byline between two articles',
    MASTHEAD +
      ARTICLE +
      '\n\n本报记者 李强 通讯员 张伟\n\n县医院开展义诊\n\n本报讯 9月9日，县医院组织医务人员到黄龙村开展义诊活动。\n',
    [
      `${HEAD} | 记者:田茂林 记者:李强 通讯员:张伟 | byline-doubtful | ${FIRST}⏎${SECOND}`,
      '- / 县医院开展义诊 / - | - | byline-doubtful | 9月9日，县医院组织医务人员到黄龙村开展义诊活动。',
    ],
  ],
  [
    'W12: 据…消息： within an article',
    MASTHEAD +
      OPENING +
      '\n\n据气象部门消息：未来三天我县将有中到大雨，请市民注意防范。\n\n会议要求，各部门要压实责任，确保创建工作取得实效。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎据气象部门消息：未来三天我县将有中到大雨，请市民注意防范。⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'W14: two pages in one text',
    '青石县报\n2024年9月12日 星期四 第1版\n责任编辑：冉启明\n\n' +
      ARTICLE +
      '\n\n青石县报\n2024年9月12日 星期四 第2版\n责任编辑：安晓\n' +
      NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`, NEXT_READ],
  ],
  [
    'W15: radicals for characters',
    MASTHEAD +
      '我县启动⽂明城市创建\n\n本报讯（记者 ⾼茂林）9⽉10日，我县召开⽂明城市创建动员会，部署下一阶段⼯作。' +
      NEXT,
    [`${HEAD} | 记者:高茂林 | - | ${FIRST}`, NEXT_READ],
  ],
  [
    'W16: a caption in a whole sentence cannot be told apart (known)',
    MASTHEAD + ARTICLE + '\n\n9月10日，志愿者在人民广场向市民发放创建宣传手册。' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}⏎9月10日，志愿者在人民广场向市民发放创建宣传手册。`,
      NEXT_READ,
    ],
  ],
  [
    'N1: 晚报讯',
    MASTHEAD +
      ARTICLE +
      '\n\n高温“烤”验下的坚守\n\n晚报讯（记者 苏敏）昨日下午2时，气温逼近39℃，辅警的制服早已湿透。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      '- / 高温“烤”验下的坚守 / - | 记者:苏敏 | - | 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。',
      NEXT_READ,
    ],
  ],
  [
    'N1: the name of a place and 讯',
    MASTHEAD +
      ARTICLE +
      '\n\n高温“烤”验下的坚守\n\n青石讯（记者 李强）昨日下午2时，气温逼近39℃，辅警的制服早已湿透。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      '- / 高温“烤”验下的坚守 / - | 记者:李强 | - | 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。',
      NEXT_READ,
    ],
  ],
  [
    'N1: a house that no list knows, set off by a space',
    MASTHEAD +
      ARTICLE +
      '\n\n高温“烤”验下的坚守\n\n中国电力网讯 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      '- / 高温“烤”验下的坚守 / - | - | - | 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。',
      NEXT_READ,
    ],
  ],
  [
    'N1: a house in title marks',
    MASTHEAD +
      ARTICLE +
      '\n\n高温“烤”验下的坚守\n\n《法治日报》讯 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      '- / 高温“烤”验下的坚守 / - | - | - | 昨日下午2时，气温逼近39℃，辅警的制服早已湿透。',
      NEXT_READ,
    ],
  ],
  [
    'N2: a headline that asks, above a byline',
    MASTHEAD +
      ARTICLE +
      '\n\n这些“防晒误区”你中了几个？\n□本报记者 郭晓\n\n盛夏时节，紫外线强烈，如何科学防晒？记者采访了市第一人民医院皮肤科主任医师方慧。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      '- / 这些“防晒误区”你中了几个？ / - | 记者:郭晓 | - | 盛夏时节，紫外线强烈，如何科学防晒？记者采访了市第一人民医院皮肤科主任医师方慧。',
      NEXT_READ,
    ],
  ],
  [
    'N3: full-width digits in dateline and issue',
    MASTHEAD.replace('第1863期', '第１８６３期') +
      '全国秋粮收购会议召开\n\n新华社北京９月１１日电（记者田茂林）全国秋粮收购工作会议日前在京召开，会议要求确保有人收粮。' +
      NEXT,
    [
      '- / 全国秋粮收购会议召开 / - | 记者:田茂林 | - | 全国秋粮收购工作会议日前在京召开，会议要求确保有人收粮。',
      NEXT_READ,
    ],
  ],
  [
    'N4: an agency dateline and its byline on two lines',
    MASTHEAD +
      '全国秋粮收购会议召开\n\n新华社北京9月11日电\n（记者王立彬）全国秋粮收购工作会议日前在京召开，会议要求确保有人收粮。' +
      NEXT,
    [
      '- / 全国秋粮收购会议召开 / - | 记者:王立彬 | - | 全国秋粮收购工作会议日前在京召开，会议要求确保有人收粮。',
      NEXT_READ,
    ],
  ],
  [
    'N4: 本报讯 alone on its line',
    MASTHEAD +
      '我县启动文明城市创建\n\n本报讯\n\n（记者 田茂林）9月10日，我县召开文明城市创建动员会，部署下一阶段工作。' +
      NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}`, NEXT_READ],
  ],
  [
    'N5: a quote without its other half in a headline',
    MASTHEAD +
      '“山货出山 村里热闹\n\n本报讯（记者 田茂林）9月10日，我县召开文明城市创建动员会，部署下一阶段工作。' +
      NEXT,
    [`- / “山货出山 村里热闹 / - | 记者:田茂林 | repairs-to-decide | ${FIRST}`, NEXT_READ],
  ],
  [
    'N6: 线上招聘 as a subhead',
    MASTHEAD +
      ARTICLE +
      '\n\n线上招聘\n\n9月9日，县人社局在直播间推介岗位，吸引两千人次在线观看，收到简历一百多份。\n\n线下服务\n\n各乡镇设立零工驿站，为务工群众提供岗位信息和技能培训，全年服务三千人次。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}⏎线上招聘⏎9月9日，县人社局在直播间推介岗位，吸引两千人次在线观看，收到简历一百多份。⏎线下服务⏎各乡镇设立零工驿站，为务工群众提供岗位信息和技能培训，全年服务三千人次。`,
      NEXT_READ,
    ],
  ],
  [
    'N6: 特此声明 in the middle stays, and holds',
    MASTHEAD +
      ARTICLE +
      '\n\n大会发布公告，特此声明。\n\n会后，与会人员参观了展览，并就下一步工作进行了深入讨论和交流。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎大会发布公告，特此声明。⏎会后，与会人员参观了展览，并就下一步工作进行了深入讨论和交流。`,
      NEXT_READ,
    ],
  ],
  [
    'N7: one short paragraph under a byline',
    MASTHEAD + '小镇清晨\n本报记者 何立平\n\n清晨六点，薄雾还没有散尽，渔船已经出发。\n\n责任编辑：池秀云\n',
    ['- / 小镇清晨 / - | 记者:何立平 | - | 清晨六点，薄雾还没有散尽，渔船已经出发。'],
  ],
  [
    'N7: short paragraphs only',
    MASTHEAD +
      '小镇清晨\n本报记者 何立平\n\n清晨六点，薄雾还没有散尽。\n\n渔船已经出发，水面一片安静。\n\n责任编辑：池秀云\n',
    ['- / 小镇清晨 / - | 记者:何立平 | - | 清晨六点，薄雾还没有散尽。⏎渔船已经出发，水面一片安静。'],
  ],
  [
    'N8: news set off by ▲',
    MASTHEAD +
      ARTICLE +
      '\n\n▲9月8日，官舟镇开展消防演练，提升群众应急能力，参加人数达两百余人。（张丽）\n\n▲9月9日，县图书馆举办读书会，四十余名读者参加交流活动。（李强）' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 :李强 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎▲9月8日，官舟镇开展消防演练，提升群众应急能力，参加人数达两百余人。（张丽）⏎▲9月9日，县图书馆举办读书会，四十余名读者参加交流活动。`,
      NEXT_READ,
    ],
  ],
  [
    'a dated caption without credit as the last line of an article with a picture, its comma of full width',
    MASTHEAD + ARTICLE.replace('记者 田茂林', '记者 田茂林 文/图') + '\n\n9月10日，林峰在路口执勤。' + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎9月10日，林峰在路口执勤。`, NEXT_READ],
  ],
  [
    'a dated caption without credit as the last line of an article with a picture, its comma of half width',
    MASTHEAD + ARTICLE.replace('记者 田茂林', '记者 田茂林 文/图') + '\n\n9月10日,林峰在路口执勤。' + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎9月10日，林峰在路口执勤。`, NEXT_READ],
  ],
  [
    'a list below a colon is of its article, whatever mark its items have',
    MASTHEAD +
      '县里公布民生实事\n\n本报讯（记者 田茂林）9月10日，县政府公布今年民生实事进展：\n\n▲新建公办幼儿园3所，新增学位900个。\n\n▲改造老旧小区12个。\n\n' +
      SECOND +
      NEXT,
    [
      `- / 县里公布民生实事 / - | 记者:田茂林 | - | 9月10日，县政府公布今年民生实事进展：⏎▲新建公办幼儿园3所，新增学位900个。⏎▲改造老旧小区12个。⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'marked items that nothing leads to can be of anyone, and hold',
    MASTHEAD + OPENING + '\n\n▲新建公办幼儿园3所，新增学位900个。\n\n▲改造老旧小区12个。\n\n' + SECOND + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎▲新建公办幼儿园3所，新增学位900个。⏎▲改造老旧小区12个。⏎${SECOND}`,
      NEXT_READ,
    ],
  ],
  [
    'a short paragraph over a photographer, at the end of an article that a dateline opened, holds',
    MASTHEAD + ARTICLE + '\n\n9月8日，在黄龙村花椒基地，农民正忙着采摘。\n本报记者 陈露 摄' + NEXT,
    [
      `${HEAD} | 记者:田茂林 摄:陈露 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎9月8日，在黄龙村花椒基地，农民正忙着采摘。`,
      NEXT_READ,
    ],
  ],
  ...['编辑同志', '编辑先生', '王老师'].map((address): [string, string, string[]] => [
    `whom a letter addresses wrote nothing: ${address}`,
    MASTHEAD +
      `树坑该填一填了\n\n${address}：\n\n我家住在建设二路，路边有六七个树坑里没有树，上个月有一位老人在这里崴了脚。\n\n希望有关部门尽快补栽树木。` +
      NEXT,
    [
      `- / 树坑该填一填了 / - | - | no-dateline | ${address}：⏎我家住在建设二路，路边有六七个树坑里没有树，上个月有一位老人在这里崴了脚。⏎希望有关部门尽快补栽树木。`,
      NEXT_READ,
    ],
  ]),
])('%s', (_, text, lines) => {
  it('is read as an editor would', () => {
    expect(readPage(text).articles.map(line)).toEqual(lines);
  });
});

/** The same from the other side: pages that look doubtful and are not, and pages that look sound and are not. */
describe.each<[string, string, string[]]>([
  [
    'a headline with a colon below a speech',
    MASTHEAD +
      OPENING +
      '\n\n村民安永富说：“路宽了，灯也亮了。”\n\n东街社区：“板凳会”解民忧\n\n本报讯（记者 王磊）' +
      EVENT +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎村民安永富说：“路宽了，灯也亮了。”`,
      `- / 东街社区：“板凳会”解民忧 / - | 记者:王磊 | - | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'a headline with a colon below a list, at a wider gap',
    MASTHEAD +
      '书画展揭晓\n\n本报讯（记者 田茂林）近日，书画展评选结果揭晓：\n\n一等奖：张伟 李娜\n二等奖：刘洋 陈静\n\n东街社区：“板凳会”解民忧\n\n本报讯（记者 王磊）' +
      EVENT +
      NEXT,
    [
      '- / 书画展揭晓 / - | 记者:田茂林 | - | 近日，书画展评选结果揭晓：⏎一等奖：张伟 李娜⏎二等奖：刘洋 陈静',
      `- / 东街社区：“板凳会”解民忧 / - | 记者:王磊 | - | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'lines of a headline in the middle, apart, under a wider gap',
    MASTHEAD +
      '\n      我县启动文明城市创建\n\n  以久久为功的韧劲推动创建\n\n\u3000\u3000本报讯（记者 田茂林）9月10日，我县召开文明城市创建动员会，部署下一阶段工作。' +
      '\n\n' +
      NEXT,
    [`我县启动文明城市创建 / 以久久为功的韧劲推动创建 / - | 记者:田茂林 | - | ${FIRST}`, NEXT_READ],
  ],
  [
    'a feature with a dash under its headline and two subheads',
    MASTHEAD +
      FEATURE +
      '\n\n拆网箱\n\n2016年，镇里打响清网行动，三个月里拆除网箱4.2万平方米。\n\n卖风景的人多了起来\n\n水清了，客人来了，全镇接待游客46万人次。' +
      NEXT,
    [
      '- / 一座小镇的护水账 / ——官舟镇十年护水记 | 记者:何立平 | - | 清晨六点，护渔员已经划着小船，在水库上开始了一天的巡查。⏎拆网箱⏎2016年，镇里打响清网行动，三个月里拆除网箱4.2万平方米。⏎卖风景的人多了起来⏎水清了，客人来了，全镇接待游客46万人次。',
      NEXT_READ,
    ],
  ],
  [
    'a headline that asks, with a wider gap above it',
    MASTHEAD + ARTICLE + '\n\n\n你的医保卡还能这样用？\n\n本报讯（记者 王磊）' + EVENT + NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}`,
      `- / 你的医保卡还能这样用？ / - | 记者:王磊 | - | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'an address at the end, above a headline of two lines',
    MASTHEAD +
      OPENING +
      '\n\n详情可登录www.qs.example\n\n从“一棵树”到“一片林”\n黄龙村走出绿色发展新路\n\n本报讯（记者 王磊）' +
      EVENT +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | - | ${FIRST}⏎详情可登录www.qs.example`,
      `从“一棵树”到“一片林” / 黄龙村走出绿色发展新路 / - | 记者:王磊 | - | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'news of one column, each with its own dateline',
    MASTHEAD +
      '简讯\n\n县医院开展义诊\n本报讯（记者 王磊）' +
      EVENT +
      '\n县图书馆开馆\n本报讯（记者 李强）日前，县图书馆新馆开馆，藏书12万册。' +
      NEXT,
    [
      `- / 县医院开展义诊 / - | 记者:王磊 | - | ${EVENT}`,
      '- / 县图书馆开馆 / - | 记者:李强 | - | 日前，县图书馆新馆开馆，藏书12万册。',
      NEXT_READ,
    ],
  ],
  [
    'a short last sentence',
    MASTHEAD + ARTICLE + '\n\n会议还研究了其他事项。' + NEXT,
    [`${HEAD} | 记者:田茂林 | - | ${FIRST}⏎${SECOND}⏎会议还研究了其他事项。`, NEXT_READ],
  ],
  [
    'headline and dateline on one line',
    MASTHEAD + ARTICLE + '\n\n县医院开展义诊 本报讯（记者 李强）' + EVENT + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎县医院开展义诊 本报讯（记者 李强）${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'two headlines together',
    MASTHEAD +
      '我县启动文明城市创建\n县医院开展义诊\n\n本报讯（记者 田茂林）9月10日，我县召开文明城市创建动员会，部署下一阶段工作。\n\n本报讯（记者 李强）' +
      EVENT +
      NEXT,
    [
      `我县启动文明城市创建 / 县医院开展义诊 / - | 记者:田茂林 | headline-doubtful | ${FIRST}`,
      `- /  / - | 记者:李强 | no-headline | ${EVENT}`,
      NEXT_READ,
    ],
  ],
  [
    'questions and answers, and a story below them',
    MASTHEAD +
      '阴天需要防晒吗？\n□本报记者 郭晓\n\n盛夏时节，如何科学防晒？记者采访了皮肤科主任医师方慧。\n\n问：阴天需要防晒吗？\n\n答：需要，云层只能阻挡一部分紫外线。\n\n老街新生\n\n夜幕降临，老街的灯笼次第亮起，游客在青石板路上走走停停。' +
      NEXT,
    [
      '- / 阴天需要防晒吗？ / - | 记者:郭晓 | boundary-doubtful | 盛夏时节，如何科学防晒？记者采访了皮肤科主任医师方慧。⏎问：阴天需要防晒吗？⏎答：需要，云层只能阻挡一部分紫外线。⏎老街新生⏎夜幕降临，老街的灯笼次第亮起，游客在青石板路上走走停停。',
      NEXT_READ,
    ],
  ],
  [
    'a short list of names above a headline',
    SPREAD + ARTICLE + '\n\n张伟 李娜\n\n刘洋 陈静' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '张伟 李娜 / 刘洋 陈静 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'an indented line without full stop above a headline',
    MASTHEAD +
      '我县启动文明城市创建\n\u3000\u3000本报讯（记者 田茂林）9月10日，我县召开动员会，部署下一阶段工作。\n\u3000\u3000会议还研究了其他事项\n全县秋收进入尾声\n\u3000\u3000本报讯（记者 王磊）截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。\n',
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | 9月10日，我县召开动员会，部署下一阶段工作。`,
      '- / 会议还研究了其他事项 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'an answer without its end',
    MASTHEAD +
      '阴天需要防晒吗？\n□本报记者 郭晓\n\n盛夏时节，如何科学防晒？记者采访了皮肤科主任医师方慧。\n\n问：阴天需要防晒吗？\n\n答：需要，云层只能阻挡一部分紫外线，户外活动' +
      NEXT,
    [
      '- / 阴天需要防晒吗？ / - | 记者:郭晓 | boundary-doubtful | 盛夏时节，如何科学防晒？记者采访了皮肤科主任医师方慧。',
      '问：阴天需要防晒吗？ / 答：需要，云层只能阻挡一部分紫外线，户外活动 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'a house that no list knows, without a headline',
    MASTHEAD + ARTICLE + '\n\n青石讯（记者 李强）' + EVENT + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎青石讯（记者 李强）${EVENT}`, NEXT_READ],
  ],
  [
    'a caption within a sentence as short as a heading',
    MASTHEAD +
      OPENING +
      '\n\n据介绍，首批上线的药品有860种，覆盖高血\n\n孩子们在操场上放风筝。\n\n压、糖尿病等12种慢性病。' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎据介绍，首批上线的药品有860种，覆盖高血孩子们在操场上放风筝。⏎压、糖尿病等12种慢性病。`,
      NEXT_READ,
    ],
  ],
  [
    'a paragraph that begins within a sentence',
    MASTHEAD + OPENING + '\n\n，各部门要压实责任，确保创建工作取得实效。' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | body-unfinished | ${FIRST}⏎，各部门要压实责任，确保创建工作取得实效。`,
      NEXT_READ,
    ],
  ],
  [
    'a long last line without full stop above a headline',
    SPREAD + OPENING + '\n\n规则明确了发电企业、售电企业、电力用户等经营主体的注册条件和流程' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}`,
      '- / 规则明确了发电企业、售电企业、电力用户等经营主体的注册条件和流程 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'a report’s last line without full stop above a headline',
    SPREAD + OPENING + '\n\n会议还研究了其他事项' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}`,
      '- / 会议还研究了其他事项 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'an advert above a headline',
    SPREAD + ARTICLE + '\n\n某某商贸有限公司\n\n空调特惠 全城热销' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}`,
      '- / 某某商贸有限公司 空调特惠 全城热销 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'a wrapped line without full stop above a headline',
    SPREAD + OPENING + '\n\n农民工代表老魏领到工资款后十分高\n\n兴地说' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}`,
      '农民工代表老魏领到工资款后十分高 / 兴地说 / 全县秋收进入尾声 | 记者:王磊 | headline-doubtful | 截至9月10日，全县水稻收割面积达九成以上，农户忙着晾晒归仓。',
    ],
  ],
  [
    'an address within a last sentence without full stop',
    MASTHEAD +
      OPENING +
      '\n\n手册配有https://qs.example的讲解，农户用手机扫一扫就能看，也可以到镇里领取纸质的手册' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | body-unfinished | ${FIRST}⏎手册配有https://qs.example的讲解，农户用手机扫一扫就能看，也可以到镇里领取纸质的手册`,
      NEXT_READ,
    ],
  ],
  [
    'an advert in sentences',
    MASTHEAD + ARTICLE + '\n\n青石农商银行，您身边的银行！存款利率上浮，欢迎致电咨询。' + NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎青石农商银行，您身边的银行！存款利率上浮，欢迎致电咨询。`,
      NEXT_READ,
    ],
  ],
  [
    'a poem below an article',
    MASTHEAD +
      ARTICLE +
      '\n\n秋日\n田茂林\n\n稻子熟了\n风从山那边来\n吹黄了一坡一坡的寂静\n我坐在田埂上\n想起父亲' +
      NEXT,
    [
      `${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎秋日⏎田茂林⏎稻子熟了⏎风从山那边来⏎吹黄了一坡一坡的寂静⏎我坐在田埂上⏎想起父亲`,
      NEXT_READ,
    ],
  ],
  [
    'a caption without credit as the last line of an article with a picture',
    MASTHEAD + ARTICLE.replace('记者 田茂林', '记者 田茂林 文/图') + '\n\n林峰在路口执勤。' + NEXT,
    [`${HEAD} | 记者:田茂林 | boundary-doubtful | ${FIRST}⏎${SECOND}⏎林峰在路口执勤。`, NEXT_READ],
  ],
])('%s', (_, text, lines) => {
  it('is published where it is sure, and held where it is not', () => {
    expect(readPage(text).articles.map(line)).toEqual(lines);
  });
});

describe('what goes with these pages', () => {
  const page = (text: string): ReturnType<typeof readPage> => readPage(MASTHEAD + text);

  it('the owner of the paper is not whoever holds an event', () => {
    expect(page(ARTICLE + '\n\n主办单位：县文旅局' + NEXT).masthead.sponsor).toBeNull();
  });

  it('two numbers at a seam are proposed', () => {
    const [first] = page(
      '标题在此\n\n本报讯 今年投入资金达56\n\n2024年是创建工作的关键之年。' + NEXT,
    ).articles;
    expect(first?.repairs.flatMap(({ kind, class: one }) => (one === 'propose' ? [kind] : []))).toEqual([
      'number-across-lines',
    ]);
  });

  it('an editor speaks for the page that names it, and for none where two are named', () => {
    const head = (number: number, editor: string): string =>
      `青石县报\n2024年9月12日 星期四 第${number}版\n${editor}\n`;
    const editors = (text: string): (string | null)[] => readPage(text).articles.map(({ editor }) => editor);
    expect(
      editors(`${head(1, '责任编辑：冉启明')}\n${ARTICLE}\n\n${head(2, '责任编辑：安晓')}${NEXT}`),
    ).toEqual(['冉启明', '安晓']);
    expect(editors(`${head(1, '责任编辑：冉启明')}\n${ARTICLE}\n\n${head(2, '')}${NEXT}`)).toEqual([
      '冉启明',
      null,
    ]);
  });

  it('a name that was printed in radicals is shown to the editor', () => {
    const [first] = page('我县启动⽂明城市创建\n\n本报讯（记者 ⾼茂林）近日，我县召开动员会。').articles;
    expect(first?.repairs.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['radical-character', 'name-character']),
    );
  });
});
