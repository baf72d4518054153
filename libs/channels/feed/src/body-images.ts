import { defaultTreeAdapter as tree, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';

/** A picture as the HTML of a body has it; sizes in CSS pixels where they are written there. */
export interface BodyImage {
  url: string;
  alt: string;
  width: number | null;
  height: number | null;
}

/** One address in one spelling; text that is none stands for itself. */
export const comparableUrl = (url: string): string => URL.parse(url)?.href ?? url;

/** Pictures of this HTML, read as a browser reads it, each address once and in their order. */
export function bodyImages(html: string): BodyImage[] {
  const found = new Map<string, BodyImage>();
  const walk = (parent: DefaultTreeAdapterTypes.ParentNode): void => {
    for (const node of parent.childNodes) {
      if (!tree.isElementNode(node)) continue;
      if (node.tagName === 'img') add(node);
      walk(node);
    }
  };
  const add = ({ attrs }: DefaultTreeAdapterTypes.Element): void => {
    const value = (name: string) => attrs.find((attribute) => attribute.name === name)?.value;
    const source = value('src');
    if (source === undefined) return;
    const url = comparableUrl(source);
    if (found.has(url)) return;
    const alt = value('alt') ?? '';
    found.set(url, { url, alt, width: sizeOf(value('width')), height: sizeOf(value('height')) });
  };
  walk(parseFragment(html));
  return [...found.values()];
}

function sizeOf(value: string | undefined): number | null {
  const size = Number.parseInt(value ?? '', 10);
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}
