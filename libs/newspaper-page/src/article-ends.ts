import { isWritersByline, readByline, type BylineReading } from './byline.js';
import { continuesElsewhereAt } from './line-kinds.js';

/** What stands after the last sentence of an article: who wrote it, who edited it, where it goes on. */

const LAST_BRACKET = /[（(【[]([^（()）【】[\]]{2,80})[）)】\]]\s?$/u;
const EDITOR =
  /(?:本版)?(?:责任编辑|责编)\s?[:：/]?\s?([\p{Script=Han}·]{2,4}(?:[\s、]+[\p{Script=Han}·]{2,4}){0,3})\s?$/u;
/** Without brackets a byline stands after a full stop, and begins with a mark or a role. */
const LAST_PLAIN =
  /(?<=[。！？…”’"）)])\s*((?:[□■○●◎◇◆]\s*|(?:本报|本刊|本网|新华社)?(?:全媒体|融媒体|见习|实习|特约|首席)?(?:记者|通讯员|评论员|实习生|作者)[\s:：/]|(?:文|图|摄影)[/：:])[^。！？]{2,60})$/u;

export interface Tail {
  at: number;
  text: string;
}

export interface EndByline extends Tail {
  reading: BylineReading;
}

/** （数学学院 供稿）: an office that sent the report in. */
const SENT_IN = /^([\p{Script=Han}·]{3,20})[\s：:]+(供稿|供图)$/u;

function officeByline(inner: string): BylineReading | null {
  const [, name, role] = SENT_IN.exec(inner) ?? [];
  return name === undefined || role === undefined
    ? null
    : { bylines: [{ role, name }], doubtful: false, hasRole: true, others: false, length: inner.length };
}

/** `（记者 张三）`, `(张三 李四)`, `□张三` or `本报记者 张三` at the end of a text. */
export function endByline(text: string): EndByline | null {
  const from = Math.max(0, text.length - 100);
  const end = text.slice(from);
  const bracket = LAST_BRACKET.exec(end);
  if (bracket !== null) {
    const reading = officeByline(bracket[1]?.trim() ?? '') ?? readByline(bracket[0].trim());
    // At the very start it is the byline of an opening.
    return reading === null || from + bracket.index === 0
      ? null
      : { at: from + bracket.index, text: bracket[0], reading };
  }
  const plain = LAST_PLAIN.exec(end);
  const words = plain?.[1];
  if (plain === null || words === undefined) return null;
  const reading = readByline(words);
  return reading === null ? null : { at: from + plain.index, text: plain[0], reading };
}

/** `（责任编辑：张三）` or `责任编辑 张三` at the end of a text. */
export function endEditor(text: string): (Tail & { editor: string }) | null {
  const from = Math.max(0, text.length - 60);
  const end = text.slice(from);
  const bracket = LAST_BRACKET.exec(end);
  const inner = bracket?.[1];
  if (bracket !== null && inner !== undefined) {
    const match = EDITOR.exec(inner.trim());
    if (match?.index === 0 && match[1] !== undefined)
      return { at: from + bracket.index, text: bracket[0], editor: match[1] };
  }
  const match = EDITOR.exec(end);
  if (match?.[1] === undefined || !/[。！？”’）)]\s*$/u.test(end.slice(0, match.index))) return null;
  return { at: from + match.index, text: match[0], editor: match[1] };
}

/** Whether a paragraph ends its article: by the names of who wrote it, the editor, or the mark that it goes on elsewhere. */
export function endsArticle(text: string): boolean {
  if (continuesElsewhereAt(text) !== -1 || endEditor(text) !== null) return true;
  const byline = endByline(text);
  return byline !== null && isWritersByline(byline.reading);
}
