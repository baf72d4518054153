import { entitiesOf } from './entities.js';

export function escapeHtml(text: string): string {
  const escapes: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter);
}

function linkHtml(url: string): string {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)(.*)$/is.exec(url) ?? [];
  const shown = rest.slice(0, 30);
  const hidden = rest.slice(30);
  const dots = hidden === '' ? '' : ' class="ellipsis"';
  return (
    `<a href="${escapeHtml(url)}" target="_blank" rel="nofollow noopener noreferrer" translate="no">` +
    `<span class="invisible">${escapeHtml(scheme)}</span><span${dots}>${escapeHtml(shown)}</span>` +
    `<span class="invisible">${escapeHtml(hidden)}</span></a>`
  );
}

/** `content` of a status: paragraphs, line breaks, links shortened for the eye as Mastodon does. */
export function contentHtml(text: string, origin: string): string {
  let html = '';
  let at = 0;
  for (const { kind, from, to, text: found } of entitiesOf(text)) {
    html += escapeHtml(text.slice(at, from));
    if (kind === 'link') html += linkHtml(found);
    else if (kind === 'mention') {
      html += `<span class="h-card"><a href="${origin}/${escapeHtml(found)}" class="u-url mention">${escapeHtml(found)}</a></span>`;
    } else {
      const name = encodeURIComponent(found.slice(1));
      html += `<a href="${origin}/tags/${name}" class="mention hashtag" rel="tag">#<span>${escapeHtml(found.slice(1))}</span></a>`;
    }
    at = to;
  }
  html += escapeHtml(text.slice(at));
  const paragraphs = html.split(/\n{2,}/).map((paragraph) => paragraph.replaceAll('\n', '<br />'));
  return paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('');
}
