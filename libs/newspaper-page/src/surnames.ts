/**
 * Common Chinese surnames (the names of the Hundred Family Surnames that are in use, and frequent later ones).
 * They only decide whether words without a role beside them can be names at all: `(张三 李四)` against `(资料图)`.
 */
const SINGLE =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文兰柴华葛申齐宁左季柳温卓霍詹冉辛管鲁岳靳祁苗裴安倪庞牛古耿殷樊路骆邢凌俞关焦成聂辜费盛卫翟鲍游包欧牟甘单涂蒲尚柯车项艾盖房柏边窦符冀晏宫屈闵麻瞿桂佟褚封阮班仇巩滕隋刁米臧佘栾丛解简祝匡柏嵇穆时戚计占强全楚连桑党燕景初晋鹿由矫来戈木纪舒屠虞应宗宣郁杭诸缪解应储井糜松隗山谷全郗仰仲伊栗阙宾亓战泮步原旷胥卞伍池巫银修郎荣商海衣农于冷展从邬敖明昌门国慕敬暴勾车相沙巴' +
  '楼娄牧隆宓祖蓬茹习宦鱼容暨居衡都耶满弘寇广禄东殴沃利蔚越夔师聂晁融訾阚那空毋乜养须丰蒯后荆红竺权逯益桓公';
const DOUBLE = [
  '欧阳',
  '上官',
  '司马',
  '司徒',
  '诸葛',
  '皇甫',
  '东方',
  '尉迟',
  '公孙',
  '慕容',
  '令狐',
  '端木',
  '夏侯',
  '长孙',
  '宇文',
  '轩辕',
  '万俟',
  '闻人',
  '独孤',
  '南宫',
  '呼延',
];

const singles = new Set(SINGLE);

/** Whether a word of Chinese characters is built like a person's name: a known surname and one or two characters after it. */
export function looksLikeName(word: string): boolean {
  const plain = word.replaceAll(' ', '');
  const letters = Array.from(plain);
  if (plain.includes('·')) return letters.length >= 4 && letters.length <= 16;
  if (DOUBLE.some((surname) => plain.startsWith(surname)) && letters.length >= 3 && letters.length <= 4)
    return true;
  return letters.length >= 2 && letters.length <= 3 && singles.has(letters[0] ?? '');
}
