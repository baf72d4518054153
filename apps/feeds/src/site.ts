import { domainToUnicode } from 'node:url';

/** The public face of this installation. */
export interface Site {
  /** Without a trailing slash; in ASCII. */
  publicUrl: string;
  /** What readers and search engines call it. */
  name: string;
}

/** Injection token of the {@link Site}. */
export const SITE = Symbol('Site');

/** Without a name of its own it is called by its host, as people write it. */
export function siteOf(publicUrl: string, name: string | undefined): Site {
  const host = domainToUnicode(new URL(publicUrl).hostname).replace(/^www\./, '');
  return { publicUrl, name: name ?? host };
}

/** An address of this site: `path` begins with a slash. */
export const siteUrl = ({ publicUrl }: Site, path: string): string => publicUrl + path;
