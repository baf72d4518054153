/*
 * Texts of others within the Markdown of group robots, which know no escapes: what could become markup, a link or a mention
 * (`<@userid>`, `<font>`, `@13800000000`) is written with its full-width twin.
 */
const TWINS: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '*': '＊',
  '`': '｀',
  '#': '＃',
  '@': '＠',
  _: '＿',
  '~': '～',
  '|': '｜',
  '\\': '＼',
};

export function defused(text: string): string {
  return text.replace(/[<>[\]*`#@_~|\\]/g, (character) => TWINS[character] ?? character);
}
