import {
  defaultTreeAdapter as tree,
  html,
  parseFragment,
  serialize,
  type DefaultTreeAdapterMap,
} from 'parse5';

type ParentNode = DefaultTreeAdapterMap['parentNode'];
type Element = DefaultTreeAdapterMap['element'];

/** What is there without a text in it. */
const SHOWN_WITHOUT_TEXT = new Set([
  'img',
  'br',
  'hr',
  'table',
  'caption',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
]);
/** Spaces between these are none to a reader. */
const BLOCKS = new Set([
  'p',
  'div',
  'h2',
  'h3',
  'h4',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'figure',
  'figcaption',
]);
/** Elements that mean something in these parents only. */
const HOMES: Readonly<Record<string, readonly string[]>> = { li: ['ul', 'ol'], figcaption: ['figure'] };

/**
 * HTML as browsers read it (WHATWG HTML, "parsing HTML fragments" in a body), written out again: every tag closed, cells
 * in tables only, nothing empty. A reader that takes the text up into a page of its own finds no tag that reaches out of it.
 *
 * @param markup nested no deeper than recursion bears
 */
export function wellBuilt(markup: string): string {
  const body = tree.createElement('div', html.NS.HTML, []);
  const fragment = parseFragment(body, markup, {});
  tidy(fragment, 'div');
  // In the spelling that XML takes too: in text and attributes "<", ">" and "&" are escaped, so these are tags and spaces.
  return serialize(fragment)
    .replace(/<((?:br|hr|img)\b[^>]*)>/g, '<$1 />')
    .replaceAll('&nbsp;', '\u00A0');
}

/** Takes out what shows nothing, all at once: parse5 takes a node out in a time that grows with its siblings. */
function tidy(parent: ParentNode, parentTag: string): boolean {
  let shows = false;
  parent.childNodes = parent.childNodes.filter((node) => {
    if (tree.isElementNode(node)) {
      const kept = tidyElement(node, parentTag);
      shows ||= kept;
      return kept;
    }
    if (tree.isTextNode(node)) shows ||= (BLOCKS.has(parentTag) ? node.value.trim() : node.value) !== '';
    return true;
  });
  return shows;
}

/** True if it shows anything. */
function tidyElement(element: Element, parentTag: string): boolean {
  const home = HOMES[element.tagName];
  if (home?.includes(parentTag) === false) element.tagName = element.nodeName = 'div';
  if (element.tagName === 'pre') dropFirstLineBreaks(element);
  return tidy(element, element.tagName) || SHOWN_WITHOUT_TEXT.has(element.tagName);
}

/** A parser takes the first line break of `pre` away: one that is left there would not come back the same. */
function dropFirstLineBreaks(pre: Element): void {
  const [first] = tree.getChildNodes(pre);
  if (first !== undefined && tree.isTextNode(first)) first.value = first.value.replace(/^\n+/, '');
}
