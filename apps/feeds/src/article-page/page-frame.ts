import { createHash } from 'node:crypto';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';
import { discoveryWording } from '../discovery/wording.js';
import { siteUrl, type Site } from '../site.js';
import { STYLE } from './style.js';

/** Nothing runs and nothing is fetched but pictures, sound and film; the one style is named by its hash (CSP Level 3). */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src https: http: data:',
  'media-src https: http:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  language: string;
  /** Which way its text runs, where that is not from the left. */
  direction?: 'rtl' | null;
  title: string;
  /** Markup. */
  head: string[];
  /** Markup. */
  main: string[];
}

/** A whole page, with the site's name above it. */
export function pageFrame(page: Page, site: Site): string {
  const direction = page.direction == null ? '' : ` dir="${page.direction}"`;
  const wording = discoveryWording(page.language);
  const feeds = escapeMarkup(siteUrl(site, '/feeds'));
  return [
    '<!doctype html>',
    `<html lang="${escapeMarkup(page.language)}"${direction}>`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(page.title)}</title>`,
    ...page.head,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<header class="site"><a class="name" href="${feeds}">${escapeMarkup(site.name)}</a>` +
      `<a class="subscribe" href="${feeds}">${wording.feeds}</a></header>`,
    '<main>',
    ...page.main,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
