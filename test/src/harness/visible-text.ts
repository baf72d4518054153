import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';

type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/** The characters of a piece of HTML, without its tags. */
export function textOf(parent: Parent): string {
  return parent.childNodes
    .map((node) => {
      if (tree.isTextNode(node)) return node.value;
      return tree.isElementNode(node) ? textOf(node) : '';
    })
    .join('');
}

/** Text of each paragraph, figure and other block, in order; what wraps all of them is looked through. */
export function visibleBlocks(html: string): string[] {
  let parent: Parent = parseFragment(html);
  for (;;) {
    const elements: Element[] = parent.childNodes.filter((node) => tree.isElementNode(node));
    const [only] = elements;
    if (elements.length !== 1 || only?.tagName !== 'div') {
      return elements.map((element) => textOf(element)).filter((text) => text.trim() !== '');
    }
    parent = only;
  }
}
