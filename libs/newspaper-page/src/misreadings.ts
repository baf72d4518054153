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
/** What 末 can end: 周末, 年末, 清末, 粉末 … */
const BEFORE_END = '周年月期世纪季岁始春夏秋冬旬伏晚夜本粉药肉茶毫微文片段句代朝清明唐宋元汉秦隋学赛节场尾';
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
  // 为入驻企业服务, 为入选项目提供资金: after 为 and its kind a noun phrase comes, never 人 by itself.
  { pattern: pattern('(?<=[为对向给与])(?<wrong>人)驻(?=企业|商户|商家|项目|机构|单位|品牌)'), right: '入' },
  {
    pattern: pattern('(?<=[为对向给与])(?<wrong>人)选(?=项目|企业|案例|作品|单位|团队|教师|者)'),
    right: '入',
  },
  // 入选名师库; 人选储备库 is a list of candidates.
  {
    pattern: pattern(
      `${NOT_PERSON}${NOT_CANDIDATE}(?<wrong>人)选(?!推荐|储备|信息|资源|数据|人才|备|考|后)[\\p{Script=Han}“《]{2,6}?(?:库|名录|榜)(?=[，。；”》])`,
    ),
    right: '入',
  },
  // 项目入库; 企业人库存 … belong to other words.
  {
    pattern: pattern(
      '(?<=项目|案例|作品|成果|数据|样本|粮食|小麦|水稻|货物|申报|评审|筛选|成功|集中|新增|已)(?<wrong>人)库(?![存房管区])',
    ),
    right: '入',
  },
  // 纳入规划
  {
    pattern: pattern(
      '(?<![接采容出缴])纳(?<wrong>人)(?=规划|管理|考核|范围|体系|名单|医保|预算|全[市省区县国]|国家|省级|重点|统一|其|日程|议程|城乡|总体|整体|法治|年度|目标|“|《)',
    ),
    right: '入',
  },
  // 投入使用
  {
    pattern: pattern('(?<![招竞])投(?<wrong>人)(?=使用|运营|运行|生产|资金|力度|建设|市场|到|超|\\d)'),
    right: '入',
  },
  // 深入学习; 资深人士 is a word.
  {
    pattern: pattern(
      '(?<!资)深(?<wrong>人)(?=学习|推进|贯彻|开展|基层|实施|一线|挖掘|推动|落实|调研|了解|群众|社区|企业|人心|田间|农村|乡镇|现场|学校|校园|车间|农户|研究|探讨|交流|细致|持久)',
    ),
    right: '入',
  },
  // 融入大局
  { pattern: pattern('(?:积极|主动|全面|深度|加快)融(?<wrong>人)'), right: '入' },
  {
    pattern: pattern(
      '(?<!金)融(?<wrong>人)(?=新发展格局|国家|大局|长三角|京津冀|粤港澳|大湾区|日常|血脉|课堂|教学|全过程|当地|其中)',
    ),
    right: '入',
  },
  // 注入新动能; 关注人 is of other words.
  {
    pattern: pattern(
      '(?<![关备标批])注(?<wrong>人)(?=新|强劲|强大|活力|动能|动力|资金|更多|青春|源头|澎湃|不竭|持久|科技)',
    ),
    right: '入',
  },
  // 列入计划; 系列人物 is a word.
  {
    pattern: pattern(
      '(?<![系前罗陈排])列(?<wrong>人)(?=全[国省市县区]|重点|名单|计划|规划|议程|国家|省级|市级|年度|目录|范围|失信|预算|考核|首批|试点)',
    ),
    right: '入',
  },
  // 引入社会资本; 吸引人, 引人注目 are words.
  {
    pattern: pattern(
      '(?<!吸)引(?<wrong>人)(?=社会资本|民间资本|外资|战略|高校|优质|先进|资金|项目|企业|\\d)',
    ),
    right: '入',
  },
  // 输入密码; 运输人员 is a word.
  {
    pattern: pattern('(?<!运)输(?<wrong>人)(?=密码|验证码|信息|账号|新鲜血液|系统|姓名|网址|关键词)'),
    right: '入',
  },
  // 加入合作社; 参加人, 增加人手 are words.
  {
    pattern: pattern(
      '(?<![参增添追])加(?<wrong>人)(?=中国共产党|共产党|合作社|队伍|志愿|世贸|协会|微信群|组织|共青团)',
    ),
    right: '入',
  },
  // 营业收入
  {
    pattern: pattern(
      '(?:营业|财政|人均|可支配|居民|农民|村集体|集体|主营业务|销售|预算)收(?<wrong>人)(?!员|群|才|士|口|民|[数均])',
    ),
    right: '入',
  },
  {
    pattern: pattern(
      '(?<=[年月总净纯均业资营])收(?<wrong>人)(?=达|超|过|约|近|增长|增加|稳|\\d|突破|从|由|水平|来源|[，。；、])',
    ),
    right: '入',
  },
  // 进入新阶段; 引进人才, 先进人物, 促进人 … are words.
  {
    pattern: pattern(
      '(?<![引先促改推增前跟])进(?<wrong>人)(?=新阶段|新时代|新常态|决赛|尾声|冲刺|关键|高峰|倒计时|快车道|深水区|新发展|攻坚|施工|实质性|收尾|调试|试运行|汛期|主汛|冬季|夏季|秋冬|春季)',
    ),
    right: '入',
  },
  // 步入正轨
  { pattern: pattern('步(?<wrong>人)(?=快车道|正轨|新阶段|新时代|正常)'), right: '入' },
  // 入党积极分子, 入伍, 入学率
  { pattern: pattern('(?<wrong>人)党(?=积极分子|志愿书|申请书|宣誓|誓词)'), right: '入' },
  { pattern: pattern('(?:批准|申请|自愿|光荣)(?<wrong>人)党(?![员委组校性])'), right: '入' },
  { pattern: pattern('(?:参军|应征|光荣|新兵)(?<wrong>人)伍'), right: '入' },
  // 伍 is a surname too: 负责人伍某.
  {
    pattern: pattern('(?<wrong>人)伍(?=[一二两三四五六七八九十\\d]{1,3}年|通知书|仪式|服役|大学生|新兵)'),
    right: '入',
  },
  // 入职一年; 人职匹配, 个人职业 are words.
  {
    pattern: pattern(
      '(?<![工个法本某其该主事责证用别众每位等一二三四五六七八九十两几数多\\d])(?<wrong>人)职(?=[一二两三四五六七八九十\\d]{1,3}(?:年|个月|天)|以来|培训|前|后|手续|体检|登记|仪式)',
    ),
    right: '入',
  },
  { pattern: pattern(`${NOT_PERSON}(?<!成)(?<wrong>人)学(?=率|通知书|考试|手续|资格)`), right: '入' },
  // 人民政府
  {
    pattern: pattern('(?<![深走引融进纳投加收输介])(?<wrong>入)民(?=政府|法院|检察院|代表大会|币)'),
    right: '人',
  },
  { pattern: pattern('负责(?<wrong>入)(?=说|表示|介绍|告诉|称)'), right: '人' },

  // 未来; 周末来, 年末来 are words.
  {
    pattern: pattern(`(?<![${BEFORE_END}])(?<wrong>末)(?=来|能|曾|必|经批准|经许可|经允许|经同意|成年)`),
    right: '未',
  },
  { pattern: pattern('(?:尚|从|并|仍|还|已)(?<wrong>末)(?=[\\p{Script=Han}])'), right: '未' },
  // 周末活动, 期末考试, 末端
  { pattern: pattern('周(?<wrong>未)(?=活动|愉快|假期|期间|休闲|时光|文化|剧场|时间)'), right: '末' },
  { pattern: pattern('期(?<wrong>未)(?=考试|复习|检测|试卷|测试)'), right: '末' },
  { pattern: pattern('(?<wrong>未)(?=端设备|梢)'), right: '末' },

  // 已经; 自己经营, 知己 are words.
  {
    pattern: pattern(
      '(?<![自知异克律利各舍为])(?<wrong>己)(?=经[^历过营济受手办常管销]|成为|完成|完工|竣工|建成|投入|投产|投用|开工|启动|签约|落地|实现|形成|通过|纳入|达到|达\\d|超过|有\\d|累计|全部|全面|基本|陆续|正式)',
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
  // 主持; 公主侍女 is a word.
  { pattern: pattern('(?<![公君])主(?<wrong>侍)(?![女从奉卫者立])'), right: '持' },
  // 贯彻
  { pattern: pattern('贯(?<wrong>砌)'), right: '彻' },
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
