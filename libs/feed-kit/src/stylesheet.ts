import { escapeMarkup } from '@newsrelay/channel-feed/xml';

/** Path of the stylesheet of RSS and Atom documents, below the public URL. */
export const STYLESHEET_PATH = '/feeds/style.css';

const DECLARATION = /^<\?xml [^>]*\?>\n?/;

/**
 * Names the stylesheet (W3C, "Associating Style Sheets with XML documents 1.0") after the XML declaration. By a path
 * without a host, since browsers take one from the document's own origin alone.
 */
export function withStylesheet(xml: string, publicUrl: string): string {
  const href = escapeMarkup(new URL(publicUrl).pathname.replace(/\/$/, '') + STYLESHEET_PATH);
  return xml.replace(
    DECLARATION,
    (declaration) => `${declaration.trimEnd()}\n<?xml-stylesheet type="text/css" href="${href}"?>\n`,
  );
}
