import { defaultTreeAdapter as tree, parseFragment, serialize, type DefaultTreeAdapterTypes } from 'parse5';
import type { Findings } from './findings.fixture.js';
import { words } from './words.fixture.js';

/** Elements that readers may be given (HTML Living Standard, without scripts, plug-ins, frames, styles and head). */
const SAFE = new Set(
  words(
    `a abbr address area article aside audio b bdi bdo blockquote br caption cite code col colgroup data dd del details
     dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main map mark menu
     meter nav ol p picture pre progress q rp rt ruby s samp section small source span strong sub summary sup table
     tbody td tfoot th thead time tr track u ul var video wbr`,
  ),
);
const UNSAFE = words(
  'applet base body embed font form frame frameset head html iframe input link meta noscript object script select style textarea title',
);
/** All of HTML, for texts that spell it. */
export const HTML_ELEMENTS = new Set([...SAFE, ...UNSAFE]);

const SAFE_ATTRIBUTES = new Set(
  words(
    `abbr alt cite class colspan controls datetime dir download headers height href hreflang id kind label lang loop
     media muted name open poster preload rel reversed rowspan scope sizes span src srclang srcset start title type
     value width xml:lang`,
  ),
);
const ADDRESSES = new Set(['href', 'src', 'poster', 'cite']);
const VOID = new Set(words('area base br col embed hr img input link meta source track wbr'));

/** HTML as readers get it: without parse errors, every tag closed and in its place, nothing that runs, no relative address. */
export function checkHtml(html: string, where: string, findings: Findings): void {
  const fragment = parseFragment(html, {
    onParseError: ({ code }) => {
      findings.warning('html-parse-error', where, code);
    },
  });
  if (tagsOf(html).join() !== tagsOf(serialize(fragment)).join())
    findings.warning('unclosed-html', where, html);
  for (const node of elementsOf(fragment)) checkElement(node, where, findings);
}

function checkElement(
  { tagName, attrs }: DefaultTreeAdapterTypes.Element,
  where: string,
  findings: Findings,
): void {
  if (!SAFE.has(tagName)) findings.warning('unsafe-element', where, tagName);
  for (const { name, value } of attrs) {
    if (!SAFE_ATTRIBUTES.has(name)) findings.warning('unsafe-attribute', where, `${name}="${value}"`);
    if (!ADDRESSES.has(name)) continue;
    if (!/^[a-z][a-z0-9+.-]*:/i.test(value.trim())) findings.warning('relative-address', where, value);
    else if (!/^(?:https?|mailto|tel):/i.test(value.trim())) findings.warning('unsafe-address', where, value);
  }
}

/** Names of the tags as they stand in the source, end tags with a slash. */
function tagsOf(html: string): string[] {
  const tags = html.matchAll(
    /<!--[^]*?-->|<(\/?)([a-z][a-z0-9]*)(?:\s+[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*\/?>/gi,
  );
  return [...tags]
    .filter(([, , name]) => name !== undefined)
    .map(([, slash = '', name = '']) => slash + name.toLowerCase())
    .filter((tag) => !(tag.startsWith('/') && VOID.has(tag.slice(1))));
}

function* elementsOf(parent: DefaultTreeAdapterTypes.ParentNode): Generator<DefaultTreeAdapterTypes.Element> {
  for (const node of parent.childNodes) {
    if (!tree.isElementNode(node)) continue;
    yield node;
    yield* elementsOf(node.tagName === 'template' && 'content' in node ? node.content : node);
  }
}
