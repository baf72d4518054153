import { createHash } from 'node:crypto';
import { escapeMarkup } from '@newsrelay/channel-feed/xml';

/** Newspaper text in Chinese: a serif face where there is one, two characters of indent, lines of forty characters at most. */
const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; background: Canvas; color: CanvasText; line-height: 1.8;
  font-family: "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; }
main { max-width: 40em; margin: 0 auto; padding: 2.5em 1.25em 4em; overflow-wrap: anywhere; }
h1 { margin: .2em 0; font-size: 1.9em; line-height: 1.35; text-wrap: balance; }
.kicker, .subtitle { margin: .3em 0; font-size: 1.15em; text-indent: 0; }
.facts { margin: 1em 0 2em; padding-bottom: 1em; border-bottom: 1px solid; text-indent: 0; font-size: .9em; opacity: .75; }
.facts span { margin-right: 1.2em; }
.correction { margin: 1em 0; padding: .6em 1em; border-left: .25em solid #b3261e; text-indent: 0; }
p { margin: .9em 0; text-indent: 2em; text-align: justify; text-justify: inter-ideograph; hanging-punctuation: allow-end; }
figure { margin: 1.5em 0; } figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { margin-top: .5em; font-size: .9em; text-align: center; opacity: .75; }
.editor { margin-top: 2em; text-align: right; text-indent: 0; }
:lang(en) p, :lang(en) .facts { text-indent: 0; text-align: start; }
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

/** A whole page. `head` and `main` are markup; title and language are text. */
export function pageFrame(page: { language: string; title: string; head: string[]; main: string[] }): string {
  return [
    '<!doctype html>',
    `<html lang="${escapeMarkup(page.language)}">`,
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
