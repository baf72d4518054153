/** Scheme and authority, which the WHATWG parser has made ASCII; brackets stand around an IPv6 address. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/;

/**
 * The address in the characters of RFC 3986 alone: browsers leave `[`, `|`, `^` and the like bare, validators and strict
 * clients refuse them. Servers decode the escapes to the same.
 *
 * @throws TypeError for a URL that is none
 */
export function asciiUrl(url: string): string {
  const { href } = new URL(url);
  const [authority = ''] = AUTHORITY.exec(href) ?? [];
  const [path = '', ...fragment] = href.slice(authority.length).split('#');
  return authority + escaped(path) + (fragment.length === 0 ? '' : `#${escaped(fragment.join('%23'))}`);
}

function escaped(text: string): string {
  return text.replace(/[^\w.~!$&'()*+,;=:@%/?-]/g, encodeURIComponent).replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
}
