import { createHash } from 'node:crypto';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';

/**
 * Newspaper text: a serif face where there is one, lines of forty characters at most, two characters of indent in Chinese.
 * Pictures, tables and preformatted text are never wider than the page; what does not fit scrolls in its own place.
 */
const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; background: Canvas; color: CanvasText; line-height: 1.8;
  font-family: "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; }
main { max-width: 40em; margin: 0 auto; padding: 2.5em 1.25em 4em; overflow-wrap: anywhere; }
h1 { margin: .2em 0; font-size: 1.9em; line-height: 1.35; text-wrap: balance; }
p { margin: .9em 0; hanging-punctuation: allow-end; }
:where(:lang(zh)) p { text-indent: 2em; text-align: justify; text-justify: inter-ideograph; }
:where(:lang(zh)) p:has(img) { text-align: start; }
.kicker, .subtitle { margin: .3em 0; font-size: 1.15em; text-indent: 0; }
.facts { margin: 1em 0 2em; padding-bottom: 1em; border-bottom: 1px solid; text-indent: 0; text-align: start; font-size: .9em; opacity: .75; }
.facts span { margin-inline-end: 1.2em; }
.correction { margin: 1em 0; padding: .6em 1em; border-inline-start: .25em solid #b3261e; text-indent: 0; }
.editor { margin-top: 2em; text-align: end; text-indent: 0; }
img, video { max-width: 100%; height: auto; }
audio { width: 100%; }
figure { margin: 1.5em 0; }
figure img, figure video { display: block; margin: 0 auto; }
figcaption { margin-top: .5em; font-size: .9em; text-align: center; opacity: .75; }
pre { overflow-x: auto; overflow-wrap: normal; }
table { display: block; width: max-content; max-width: 100%; margin: 1.2em auto; overflow-x: auto; overflow-wrap: normal; border-collapse: collapse; }
caption { margin-bottom: .4em; font-size: .9em; text-align: start; }
th, td { min-width: 3em; padding: .3em .6em; border: 1px solid GrayText; line-height: 1.5; vertical-align: top; }
th p, td p { margin: 0; text-indent: 0; text-align: start; }
`;

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

/** A whole page. */
export function pageFrame(page: Page): string {
  const direction = page.direction == null ? '' : ` dir="${page.direction}"`;
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
    '<main>',
    ...page.main,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
