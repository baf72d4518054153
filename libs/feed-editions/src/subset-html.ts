import {
  defaultTreeAdapter as tree,
  html,
  parseFragment,
  serialize,
  type DefaultTreeAdapterTypes,
} from 'parse5';
import type { HtmlTag } from './html-tags.js';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** Parts, with what they are parts of: they may stay where one of these may. */
const PARTS: Readonly<Record<string, readonly HtmlTag[]>> = {
  li: ['ul', 'ol'],
  figcaption: ['figure'],
  caption: ['table'],
  thead: ['table'],
  tbody: ['table'],
  tr: ['table'],
  th: ['table'],
  td: ['table'],
};

/** Where one of these begins or ends, a paragraph does. */
const BLOCKS = new Set(
  ['p', 'div', 'hr', 'h2', 'h3', 'h4', 'ul', 'ol', 'blockquote', 'pre', 'figure', 'table'].concat(
    Object.keys(PARTS),
  ),
);

/** What is left out with all that it holds, rather than leaving its text. */
const WITHOUT_TEXT = new Set(['img', 'br', 'hr']);

/**
 * The HTML with the allowed tags alone; `p` is always allowed. What goes leaves its text: a block as paragraphs, so that no
 * two words run together. Attributes are those that are stored.
 *
 * @param markup as it is stored and as we write it: sanitised, nested no deeper than recursion bears
 */
export function subsetHtml(markup: string, allowed: ReadonlySet<HtmlTag>): string {
  const fragment = parseFragment(markup);
  fragment.childNodes = kept(fragment.childNodes, allowed);
  for (const child of fragment.childNodes) child.parentNode = fragment;
  // In the spelling that XML takes too.
  return serialize(fragment)
    .replace(/<((?:br|hr|img)\b[^>]*)>/g, '<$1/>')
    .replaceAll('&nbsp;', '\u00A0');
}

const isAllowed = (tag: string, allowed: ReadonlySet<string>) => tag === 'p' || allowed.has(tag);

function kept(nodes: readonly Node[], allowed: ReadonlySet<HtmlTag>): Node[] {
  return nodes.flatMap((node) => {
    if (!tree.isElementNode(node)) return tree.isTextNode(node) ? [node] : [];
    const { tagName } = node;
    const home = PARTS[tagName];
    const stays = home === undefined ? isAllowed(tagName, allowed) : isAtHome(node, home, allowed);
    if (!stays && tagName === 'br') return [tree.createTextNode('\n')];
    if (!stays && WITHOUT_TEXT.has(tagName)) return [];
    if (!stays && tagName === 'pre') breakLines(node, allowed);
    const inner = kept(node.childNodes, allowed);
    if (stays) return [withChildren(node, inner)];
    if (!BLOCKS.has(tagName)) return inner;
    return inParagraphs(inner);
  });
}

/** Whether what it is a part of, the nearest such element, is allowed. */
function isAtHome(part: Element, home: readonly string[], allowed: ReadonlySet<string>): boolean {
  let up = part.parentNode;
  while (up !== null && tree.isElementNode(up)) {
    if (home.includes(up.tagName)) return allowed.has(up.tagName);
    up = up.parentNode;
  }
  return false;
}

/** Line breaks that were kept by `pre` would be spaces elsewhere. */
function breakLines(pre: Element, allowed: ReadonlySet<HtmlTag>): void {
  if (!allowed.has('br')) return;
  pre.childNodes = pre.childNodes.flatMap((node): Node[] => {
    if (!tree.isTextNode(node)) return [node];
    return node.value.split('\n').flatMap((line, at): Node[] => {
      const text = tree.createTextNode(line);
      return at === 0 ? [text] : [tree.createElement('br', html.NS.HTML, []), text];
    });
  });
}

/** What is inline gets paragraphs of its own between the blocks. */
function inParagraphs(nodes: readonly Node[]): Node[] {
  const made: Node[] = [];
  let open: Node[] = [];
  const close = () => {
    if (open.some(shows)) made.push(withChildren(tree.createElement('p', html.NS.HTML, []), open));
    open = [];
  };
  for (const node of nodes) {
    if (tree.isElementNode(node) && BLOCKS.has(node.tagName)) {
      close();
      made.push(node);
    } else open.push(node);
  }
  close();
  return made;
}

const MEDIA = new Set(['img', 'video', 'audio']);

/** True for what a reader sees. */
function shows(node: Node): boolean {
  if (tree.isTextNode(node)) return node.value.trim() !== '';
  return tree.isElementNode(node) && (MEDIA.has(node.tagName) || node.childNodes.some(shows));
}

function withChildren(element: Element, children: Node[]): Element {
  element.childNodes = children;
  for (const child of children) child.parentNode = element;
  return element;
}
