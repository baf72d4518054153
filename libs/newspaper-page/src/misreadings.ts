import { proposal, withNotes, type Draft } from './draft.js';

/**
 * Characters that text recognition takes for one another, with the words around them that give the misreading away.
 * Precision comes first: each pattern asks for a context in which the printed characters make no sense, so that an
 * undamaged page gets no proposal. Names of persons are never the thing that is mended.
 */
interface Misreading {
  /** Finds the wrong character as group `wrong`. */
  pattern: RegExp;
  right: string;
}

/** Characters that make a count or a word with 人 after them (三人, 工人, 候选人): 人 belongs to them, not to what follows. */
const PERSON_BEFORE =
  '两三四五六七八九十百千万亿几数多每个等余位名\\d０-９工主本法领导责选专有无别众客派证负';
const HONOUR_AFTER =
  '(?:国家|省级|市级|区级|县级|全国|全省|全市|世界|中国|亚洲|全球|首批|第[一二三四五六七八九十\\d]{1,3}批|[12]\\d{3}年度?|[“"《]|[\\p{Script=Han}]{2,3}省|[\\p{Script=Han}]{2}市(?!民|场))';
const HONOUR_NOUN =
  '(?:计划|名单|榜|人才|十佳|十大|十强|百强|五十强|企业|项目|案例|基地|园区|工程|试点|示范|品牌|目录|名录|奖|典型|标杆|景区|单位|工厂|车间|农产品|名特优|遗产|书目|称号|行列|团队|创新|模范|好人|标兵|库|》|”|")';
const PLACE_AFTER =
  '(?:[\\p{Script=Han}]{0,8}?(?:园区|产业园|科技园|工业园|创业园|孵化|平台|商圈|商超|商场|超市|卖场|市场|城市|基地|中心|大厦|写字楼|街区|综合体|展厅|展馆|高新区|开发区|新区|旗舰店|专卖店|天猫|京东|淘宝|抖音|快手|拼多多|小区|社区|示范区))';
const NOT_PERSON = `(?<![${PERSON_BEFORE}])`;
/** 人选 is a noun of its own after these. */
const NOT_CANDIDATE =
  '(?<!推荐|合适|最佳|理想|拟任|提名|考察|候补|建议|热门|不二|后备|培养|入围|参评|表彰|公示|评选|先进|申报|替补|补充|差额|等额|备案|推选|正式|确定|初步|领导|干部|书记|主席|市长|省长|县长|区长|院长|校长|董事|代表|委员)';

export const MISREADINGS: readonly Misreading[] = [
  // 入选国家级名单; the noun 人选 (候选人选, 最佳人选) is never followed by an honour.
  {
    pattern: pattern(
      `${NOT_PERSON}${NOT_CANDIDATE}(?<wrong>人)选(?=${HONOUR_AFTER}[^。！？；]{0,40}?${HONOUR_NOUN})`,
    ),
    right: '入',
  },
  // 入围决赛
  {
    pattern: pattern(
      `${NOT_PERSON}(?<wrong>人)围(?=决赛|终评|复赛|半决赛|全国|全省|全市|国家|省级|名单|[“《])`,
    ),
    right: '入',
  },
  // 入驻园区, 入驻平台; 驻 before 村, 地, 扎, 守 … belongs to other words (两人驻村, 工人驻地).
  {
    pattern: pattern(
      `${NOT_PERSON}(?<!派)(?<wrong>人)驻(?![村地扎守点足军华外京会厂校场唱岛站队片企点])(?=${PLACE_AFTER})`,
    ),
    right: '入',
  },
  // 纳入规划
  {
    pattern: pattern(
      '(?<![接采容出缴])纳(?<wrong>人)(?=规划|管理|考核|范围|体系|名单|医保|预算|全[市省区县国]|国家|省级|重点|统一|“|《)',
    ),
    right: '入',
  },
  // 投入使用
  { pattern: pattern('投(?<wrong>人)(?=使用|运营|运行|生产|资金|力度|\\d)'), right: '入' },
  // 深入学习; 资深人士 is a word.
  {
    pattern: pattern(
      '(?<!资)深(?<wrong>人)(?=学习|推进|贯彻|开展|基层|实施|一线|挖掘|推动|落实|调研|了解|群众|社区|企业)',
    ),
    right: '入',
  },
  // 融入大局
  { pattern: pattern('(?:积极|主动|全面|深度|加快)融(?<wrong>人)'), right: '入' },
  // 营业收入
  {
    pattern: pattern(
      '(?:营业|财政|人均|可支配|居民|农民|村集体|集体|主营业务|销售|预算)收(?<wrong>人)(?!员|群|才|士|口|民|[数均])',
    ),
    right: '入',
  },
  // 进入新阶段; 引进人才, 先进人物, 促进人 … are words.
  {
    pattern: pattern(
      '(?<![引先促改推增前跟])进(?<wrong>人)(?=新阶段|新时代|新常态|决赛|尾声|冲刺|关键|高峰|倒计时|快车道|深水区)',
    ),
    right: '入',
  },
  // 步入正轨
  { pattern: pattern('步(?<wrong>人)(?=快车道|正轨|新阶段|新时代|正常)'), right: '入' },
  // 入党积极分子, 入伍, 入学率
  { pattern: pattern('(?<wrong>人)党(?=积极分子|志愿书|申请书|宣誓|誓词)'), right: '入' },
  { pattern: pattern('(?:参军|应征|光荣|新兵)(?<wrong>人)伍'), right: '入' },
  { pattern: pattern(`${NOT_PERSON}(?<!成)(?<wrong>人)学(?=率|通知书|考试|手续|资格)`), right: '入' },
  // 人民政府
  {
    pattern: pattern('(?<![深走引融进纳投加收输介])(?<wrong>入)民(?=政府|法院|检察院|代表大会|币)'),
    right: '人',
  },
  { pattern: pattern('负责(?<wrong>入)(?=说|表示|介绍|告诉|称)'), right: '人' },

  // 未来; 周末来, 年末来 are words.
  {
    pattern: pattern(
      '(?<![周年月期世纪季岁始春夏秋冬])(?<wrong>末)(?=来[，。、的发]|来可期|经批准|经许可|成年|曾)',
    ),
    right: '未',
  },
  { pattern: pattern('(?:尚|从|并|仍|还)(?<wrong>末)(?=[\\p{Script=Han}])'), right: '未' },
  // 周末活动, 期末考试, 末端
  { pattern: pattern('周(?<wrong>未)(?=活动|愉快|假期|期间|休闲|时光|文化|剧场|时间)'), right: '末' },
  { pattern: pattern('期(?<wrong>未)(?=考试|复习|检测|试卷|测试)'), right: '末' },
  { pattern: pattern('(?<wrong>未)(?=端设备|梢)'), right: '末' },

  // 已经; 自己经营, 知己 are words.
  {
    pattern: pattern(
      '(?<![自知异克律利])(?<wrong>己)(?=经[^历过营济受手办常管销]|成为|完成|建成|投入|达到|超过|有\\d|累计|全部|正式)',
    ),
    right: '已',
  },
  // 自己的; 各自已, 来自已 are words.
  { pattern: pattern('(?<![各来亲独擅出源取])自(?<wrong>已)(?=的|家|动手|身上)'), right: '己' },

  // 日报, 1月3日, 近日
  { pattern: pattern('(?<=\\d月\\d{1,2}\\s?)(?<wrong>曰)'), right: '日' },
  { pattern: pattern('(?<=近|今|昨|生|节|假|连)(?<wrong>曰)(?=[，,从在\\p{Script=Han}])'), right: '日' },
  { pattern: pattern('(?<wrong>曰)(?=前[，,]|报[讯社]|常|均)'), right: '日' },

  // 干部, 干劲, 实干; 上千部 counts.
  {
    pattern: pattern('(?:党员|领导|机关|基层|青年|年轻|村|优秀|广大)(?<wrong>千)部(?![手电\\d])'),
    right: '干',
  },
  { pattern: pattern('(?<wrong>千)(?=劲|事创业|净整洁)'), right: '干' },
  { pattern: pattern('(?:骨|若|苦|实)(?<wrong>千)(?=[，。、企个名家精作力担兴])'), right: '干' },
  // 数千名, 5千克, 千万元
  {
    pattern: pattern('(?<=[\\d两三四五六七八九几数])(?<wrong>干)(?=[名亩户公吨册米瓦克伏]|余[名人家亩户])'),
    right: '千',
  },
  { pattern: pattern('(?<wrong>干)(?=万元|万亩|万人|家万户|亿元|方百计)'), right: '千' },

  // 战士, 院士, 博士; 战土地 … are other words.
  {
    pattern: pattern(
      '(?:博|硕|烈|女|院|战|护|勇)(?<wrong>土)(?=[，。、：；”]|们|研究生|学位|后(?:科研|工作)|陵园|长(?:说|介绍)|站)',
    ),
    right: '士',
  },
  {
    pattern: pattern('(?:爱心|各界|社会|专业|知名|业内|民主|党外|有识)人(?<wrong>土)(?!地|壤|葬)'),
    right: '士',
  },
  // 土壤, 国土空间, 水土保持; 博士地位, 日本士兵 are words.
  { pattern: pattern('(?<wrong>士)(?=壤)'), right: '土' },
  { pattern: pattern('(?:国|水)(?<wrong>士)(?=空间|资源|保持|流失|绿化)'), right: '土' },

  // 今天上午, 丈夫
  { pattern: pattern('(?:今|昨|明)(?<wrong>夫)(?=上午|下午|晚|起|是|，)'), right: '天' },
  { pattern: pattern('丈(?<wrong>天)'), right: '夫' },

  // 拨款, 选拔, 海拔
  { pattern: pattern('(?<wrong>拔)(?=款|付)'), right: '拨' },
  { pattern: pattern('(?:选|海|挺|提)(?<wrong>拨)(?![打给付款])'), right: '拔' },
  // 气候; 侯 as a surname stands elsewhere.
  { pattern: pattern('(?:气|时)(?<wrong>侯)'), right: '候' },
  // 部署
  { pattern: pattern('部(?<wrong>暑)'), right: '署' },
];

function pattern(source: string): RegExp {
  return new RegExp(source, 'gdu');
}

/** Proposes the likely character at every place where a table entry fits. Nothing is changed. */
export function proposeMisreadings(draft: Draft): Draft {
  const found = new Map<number, string>();
  for (const { pattern: shape, right } of MISREADINGS) {
    for (const match of draft.text.matchAll(shape)) {
      const place = match.indices?.groups?.['wrong'];
      if (place !== undefined && !found.has(place[0])) found.set(place[0], right);
    }
  }
  const places = [...found].sort(([a], [b]) => a - b);
  return withNotes(
    draft,
    places.map(([at, right]) => proposal(draft.text, 'misread-character', at, 1, right)),
  );
}
