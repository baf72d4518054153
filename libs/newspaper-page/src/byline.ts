import { isHan } from './characters.js';
import type { Byline } from './page-reading.js';
import { looksLikeName } from './surnames.js';

/**
 * Words that say what a person did for the article. 本报 and 本网 before a role say where the person works and are no role.
 * Longest first, so that 特约通讯员 is not read as 通讯员.
 */
const ROLES = [
  '全媒体记者',
  '融媒体记者',
  '融媒记者',
  '特约评论员',
  '特约通讯员',
  '特约撰稿人',
  '特约记者',
  '首席记者',
  '见习记者',
  '实习记者',
  '摄影记者',
  '文字记者',
  '驻地记者',
  '实习生',
  '通讯员',
  '评论员',
  '撰稿人',
  '摄影报道',
  '记者',
  '作者',
  '编辑',
  '编译',
  '整理',
  '执笔',
  '采写',
  '采访',
  '撰文',
  '撰稿',
  '供图',
  '供稿',
  '摄影',
  '摄像',
  '制图',
  '统筹',
  '策划',
] as const;
/** What others did for it. Behind a name they are roles; at the start of a line they are as well the words of a headline. */
const LATER_ROLES = [
  '责任编辑',
  '责编',
  '美编',
  '审核',
  '校对',
  '监制',
  '终审',
  '视频',
  '音频',
  '剪辑',
  '海报',
  '设计',
  '航拍',
  '配音',
  '出镜',
] as const;
/** One-character roles count only with a stroke, a colon or a space after them: 文/张三 图/李四. */
const SHORT_ROLES = ['文', '图', '摄'] as const;
const HOUSE = /^(?:本报|本刊|本网|本台|本社|新华社|新华网|人民网|中新社)/u;
/** 县融媒体中心记者: where the person works, by its full name and right before the role. */
const EMPLOYER =
  /^[\p{Script=Han}]{0,8}(?:融媒体中心|融媒|日报社?|晚报社?|报社|电视台|广播电台|新闻网)(?=(?:首席|特约|见习|实习|全媒体|融媒体)?(?:记者|通讯员))/u;
/** Words that end the name of an office or a page; no person is called so. */
const NO_NAME = /(?:[局院部社室版]|中心|单位|公司|委员会|办公室|大学|学院|政府|支队|大队)$/u;
/** 记者手记, 采访札记: the name of a column, not of a person. */
const COLUMN_WORD =
  /^(?:手记|札记|观察|调查|视角|述评|快评|点评|简介|见闻|来信|来稿|日记|随笔|感言|访谈|连线|节)$/u;
/** 记者 张三 等: others are not named. */
const AND_OTHERS = /^等(?:人)?(?![\p{Script=Han}])/u;
const WORKER = /记者|评论员|通讯员/u;

/** What may follow the names; says how the report was made, not who made it. */
const CLOSING =
  /^(?:综合报道|联合报道|摄影报道|现场报道|文图报道|文并摄|图文报道|文\/图|图\/文|文\/摄|摄\/文|报道|综合|整理|文图|图文)/u;
/** What may follow a name and says what that person did. */
const DEED = /^(?:摄影|摄|供图|供稿|文|图|制图|整理|编译)(?![\p{Script=Han}])/u;
/** Marks that papers set before a byline. */
export const BYLINE_MARK = '[□■○●◎◇◆▲△▷▶☉]';

export interface BylineReading {
  bylines: Byline[];
  /** A name that may be cut or run together; a person must look. */
  doubtful: boolean;
  /** A role word was printed. */
  hasRole: boolean;
  /** 等 stands behind the names. */
  others: boolean;
  /** UTF-16 units read. */
  length: number;
}

const LABEL = /^([\p{Script=Han}]{2,6})\s?[：:]/u;
const SEPARATOR = /^[\s、,，;；/|:：—-]+/u;
const HAN_RUN = /^[\p{Script=Han}〇·•]{1,24}/u;
const LATIN_NAME = /^[A-Z][A-Za-z.'’-]{1,30}(?: [A-Z][A-Za-z.'’-]{0,30}){0,3}/;
const MOST_UNITS = 160;

/**
 * Reads a text that is a byline and nothing else: `记者 曹俐 通讯员 李亚军 孙超`, `文/张三 图/李四`, `□张三`.
 * A role carries over to the names after it; a role word is no name. Null when anything else stands in the text.
 */
export function readByline(text: string): BylineReading | null {
  let inner = text.trim();
  if (inner.length === 0 || inner.length > MOST_UNITS) return null;
  const bracketed = /^[（(【[]([^（()）【】[\]]+)[）)】\]]$/u.exec(inner);
  if (bracketed?.[1] !== undefined) inner = bracketed[1].trim();
  const marked = new RegExp(`^${BYLINE_MARK}\\s*`, 'u').exec(inner);
  const start = marked?.[0].length ?? 0;
  const reading = scan(inner.slice(start), true);
  if (reading === null || reading.bylines.length === 0) return null;
  if (!reading.hasRole && marked === null && bracketed === null) return null;
  if (!reading.hasRole && !reading.bylines.every(({ name }) => looksLikeName(name))) return null;
  return reading;
}

/**
 * Reads the byline that a text begins with and stops at the first word that is no name: `记者 张三 报道：近日…`.
 * Names must be built like names here, because running text follows.
 */
export function readBylineStart(text: string): BylineReading | null {
  const reading = scan(text.slice(0, MOST_UNITS), false);
  return reading === null || reading.bylines.length === 0 || !reading.hasRole ? null : reading;
}

function roleAt(text: string, later: boolean): { role: string; length: number } | null {
  const house = (HOUSE.exec(text) ?? EMPLOYER.exec(text))?.[0].length ?? 0;
  const rest = text.slice(house);
  for (const role of ROLES) if (rest.startsWith(role)) return { role, length: house + role.length };
  const last = later ? LATER_ROLES.find((role) => rest.startsWith(role)) : undefined;
  if (last !== undefined) return { role: last, length: house + last.length };
  if (house > 0) return null;
  for (const role of SHORT_ROLES)
    if (rest.startsWith(role) && /^[\s/：:]/u.test(rest.slice(role.length)))
      return { role, length: role.length };
  // 文图/张三, 图文/张三, 文/图 张三: one person did both.
  const both = /^(?:文图|图文|文\/图|图\/文|文\/摄影|文字摄影)(?=[\s/：:])/u.exec(rest);
  return both === null ? null : { role: both[0], length: both[0].length };
}

/** Where the next role word begins inside a run of characters, so that 张三通讯员李四 comes apart. */
function nextRole(run: string): number {
  let nearest = -1;
  for (const role of [...ROLES, ...LATER_ROLES]) {
    const at = run.indexOf(role, 1);
    if (at !== -1 && (nearest === -1 || at < nearest)) nearest = at;
  }
  if (nearest === -1) return -1;
  const house = /(?:本报|本刊|本网|本台|本社)$/u.exec(run.slice(0, nearest));
  return house === null ? nearest : nearest - house[0].length;
}

function scan(text: string, whole: boolean): BylineReading | null {
  const bylines: Byline[] = [];
  let role: string | null = null;
  let roleStart = 0;
  let hasRole = false;
  let hasOthers = false;
  let doubtful = false;
  let at = 0;
  let end = 0;
  let padded: string | null = null;
  const closePadded = (): void => {
    // One character alone is no name: it may be the rest of a name that a wrap cut.
    if (padded !== null) {
      bylines.push({ role, name: padded });
      doubtful = true;
      padded = null;
    }
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const separator = SEPARATOR.exec(rest);
    if (separator !== null) {
      at += separator[0].length;
      continue;
    }
    if (bylines.length > 0) {
      const deed = DEED.exec(rest);
      if (deed !== null && roleAt(rest.slice(0, 8), true) === null) {
        closePadded();
        // What the person did says more than the kind of post: 记者 张三 摄 is a photographer.
        for (let index = roleStart; index < bylines.length; index += 1) {
          const byline = bylines[index];
          if (byline !== undefined) bylines[index] = { role: deed[0], name: byline.name };
        }
        hasRole = true;
        at += deed[0].length;
        roleStart = bylines.length;
        end = at;
        continue;
      }
      const closing = CLOSING.exec(rest);
      if (closing !== null) {
        closePadded();
        at += closing[0].length;
        end = at;
        if (whole && text.slice(at).trim() !== '') return null;
        if (!whole) break;
        continue;
      }
    }
    const others = bylines.length > 0 ? AND_OTHERS.exec(rest) : null;
    if (others !== null) {
      hasOthers = true;
      closePadded();
      at += others[0].length;
      end = at;
      continue;
    }
    // Whatever word stands before a colon says what the names behind it are.
    const label = bylines.length > 0 && whole ? LABEL.exec(rest) : null;
    const roleWord =
      label?.[1] === undefined
        ? roleAt(rest, bylines.length > 0)
        : { role: label[1], length: label[1].length };
    if (roleWord !== null) {
      closePadded();
      role = roleWord.role;
      roleStart = bylines.length;
      hasRole = true;
      at += roleWord.length;
      continue;
    }
    const latin = LATIN_NAME.exec(rest);
    if (latin !== null && hasRole) {
      closePadded();
      bylines.push({ role, name: latin[0] });
      at += latin[0].length;
      end = at;
      continue;
    }
    const run = HAN_RUN.exec(rest)?.[0];
    if (run === undefined) {
      if (whole) return null;
      break;
    }
    const cut = nextRole(run);
    let word = cut === -1 ? run : run.slice(0, cut);
    const tail =
      cut === -1 ? /(?:综合报道|联合报道|摄影报道|文并摄|报道|摄影|摄|供图|供稿)$/u.exec(word) : null;
    if (tail !== null && tail.index >= 2) word = word.slice(0, tail.index);
    if (whole && COLUMN_WORD.test(word)) return null;
    const letters = Array.from(word);
    if (letters.length === 1) {
      if (padded === null) padded = word;
      else {
        // 李 明: a name of two characters is often set with a space to the width of three. It stays as printed.
        bylines.push({ role, name: `${padded} ${word}` });
        padded = null;
      }
      if (!whole && padded !== null && !isHan(text.slice(at + word.length).trimStart()[0])) break;
      at += word.length;
      if (padded === null) end = at;
      continue;
    }
    const limit = word.includes('·') || word.includes('•') ? 20 : 4;
    if (letters.length > limit || (!whole && !looksLikeName(word))) {
      if (whole) return null;
      break;
    }
    closePadded();
    if (!looksLikeName(word) && (letters.length === 4 || NO_NAME.test(word))) doubtful = true;
    bylines.push({ role, name: word });
    at += word.length;
    end = at;
  }
  if (whole) closePadded();
  if (!hasRole && bylines.length > 8) return null;
  return { bylines, doubtful, hasRole, others: hasOthers, length: whole ? text.length : end };
}

/** Whether a whole line is the byline of people who write: what an article can begin or end with. */
export function isWritersByline(reading: BylineReading): boolean {
  return reading.bylines.some(
    ({ role }) => role === null || WORKER.test(role) || !/^(?:摄|摄影|供图|图|制图)$/u.test(role),
  );
}
