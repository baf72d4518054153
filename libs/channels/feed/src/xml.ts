import { cleanText } from '@newsrelay/contracts/text';

/* Text that XML 1.0 and HTML can hold, whatever came in. */

/**
 * Text without what XML 1.0 cannot hold (section 2.2: controls, lone surrogates, U+FFFE and U+FFFF), and with the line
 * ends that an XML parser hands on (section 2.11), so that every format and every reader has the same text.
 */
export function legalText(text: string): string {
  return cleanText(text).replace(/\r\n?/g, '\n');
}

/** Text for an element's content or a quoted attribute, in XML and in HTML. */
export function escapeMarkup(text: string): string {
  return legalText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const READS_LIKE_MARKUP = /&#?\w|<[/a-z]/i;

/**
 * Plain text as an element's content. Where it reads like markup, & and < are hexadecimal references, which say that none is
 * meant: any XML parser reads the same, and validators have nothing to ask (RSS Best Practices Profile, "Character data").
 */
export function plainText(text: string): string {
  const escaped = escapeMarkup(text);
  if (!READS_LIKE_MARKUP.test(legalText(text))) return escaped;
  return escaped.replaceAll('&lt;', '&#x3C;').replaceAll('&amp;', '&#x26;');
}

/** HTML that may stand in a CDATA section: the section's end mark is written so that HTML reads the same characters. */
export function htmlForCdata(html: string): string {
  return legalText(html).replaceAll(']]>', ']]&gt;');
}

/** An attribute's value; line ends and tabs as references, since a parser makes spaces of bare ones (section 3.3.3). */
function escapeAttribute(value: string): string {
  return escapeMarkup(value).replace(/[\t\n]/g, (space) => `&#${space.charCodeAt(0)};`);
}

/** One element with escaped attributes; those that are null are left out. `inner` is markup, escaped by the caller. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | null>>,
  inner: string | null = null,
): string {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
    .join('');
  return inner === null ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`;
}
