import { flagged, proposal, withNotes, type Draft, type DraftNote } from './draft.js';

const COUNTED =
  /(\d+)余?(?:个|名|家|项|处|人|件|场|次|所|座|篇|条|亩|户|辆|台|套|人次|公里|平方米|万元|亿元|万|亿|元|%)：(?=(?:采取|新建|建成|完成|开展|组织|实施|推动|新增|打造|培育|举办|改造|发放|累计|安装|引进|推进|设立|开通|落实|加强|提升|优化|依托|建立|投入|帮助|解决|改建|扩建|启动|全区|全市|全县))/gu;
const DOUBLED = /([，、；：])\1|[，、；：]。|。[，、；：]/gu;

/**
 * Proposes marks that were likely misread, and shows odd ones.
 * A colon between two clauses of an enumeration (高中学位扩增560个：采取…；新建…；) is taken for the semicolon that the
 * rest of the sentence uses, unless it opens a list of as many parts as it counts.
 */
export function proposeMarks(draft: Draft): Draft {
  const { text } = draft;
  const notes: DraftNote[] = [];
  for (const match of text.matchAll(COUNTED)) {
    const colon = match.index + match[0].length - 1;
    const sentence = sentenceAround(text, colon);
    const rest = sentence.text.slice(colon - sentence.at + 1);
    const parts = rest.split('；').length;
    const before = sentence.text.slice(0, colon - sentence.at);
    // An enumeration was under way before the colon, and at least two more semicolons follow.
    if (parts < 3 || Number(match[1]) <= parts || !/[，；]/u.test(before)) continue;
    notes.push(proposal(text, 'doubtful-mark', colon, 1, '；'));
  }
  for (const match of text.matchAll(DOUBLED)) {
    const whole = match[0];
    const keep = whole.includes('。') ? '。' : (whole[0] ?? '');
    notes.push(proposal(text, 'doubtful-mark', match.index, whole.length, keep));
  }
  for (const match of text.matchAll(/(?<![。])。。(?![。])/gu))
    notes.push(flagged(text, 'doubtful-mark', match.index, 2));
  // What a decoder could not read.
  for (const match of text.matchAll(/\ufffd+/gu))
    notes.push(flagged(text, 'unreadable', match.index, match[0].length));
  return withNotes(draft, notes);
}

const LONGEST_SENTENCE = 1200;

function sentenceAround(text: string, at: number): { text: string; at: number } {
  const before = text.slice(Math.max(0, at - LONGEST_SENTENCE), at);
  const start =
    Math.max(0, at - LONGEST_SENTENCE) +
    Math.max(...['。', '！', '？'].map((mark) => before.lastIndexOf(mark))) +
    1;
  const after = text.slice(at, at + LONGEST_SENTENCE);
  const stop = after.search(/[。！？]/u);
  return { text: text.slice(start, stop === -1 ? at + after.length : at + stop), at: start };
}
