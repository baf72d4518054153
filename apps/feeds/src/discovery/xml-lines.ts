import { escapeMarkup } from '@newsrelay/channel-feed/xml';

/** One element with text in it. */
export const textElement = (name: string, text: string): string => `<${name}>${escapeMarkup(text)}</${name}>`;

/** A whole XML document around lines that are markup already. `root` is its start tag without brackets. */
export function xmlDocument(root: string, lines: readonly string[]): string {
  const name = root.split(' ')[0] ?? root;
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<${root}>`, ...lines, `</${name}>`, ''].join('\n');
}
