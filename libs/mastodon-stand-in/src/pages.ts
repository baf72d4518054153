import type { StandInAccount, Instance } from './json.js';
import { escapeHtml } from './status-html.js';
import type { StoredStatus } from './store.js';

/** Nothing runs, nothing is fetched but the style sheet and the picture of this server. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export const STYLE = `:root{color-scheme:light dark;--line:#d9dce3;--muted:#667085;--card:#fff;--ground:#f3f4f8;--text:#1d2433;--accent:#5b4fd1}
@media (prefers-color-scheme:dark){:root{--line:#333a48;--muted:#98a2b3;--card:#1b202b;--ground:#12151c;--text:#e8eaf0;--accent:#a79fff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:17px/1.8 "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:38rem;margin:0 auto;padding:1.5rem 1rem 4rem}
header{display:flex;gap:1rem;align-items:center;margin-bottom:1.5rem}
header img{width:3.5rem;height:3.5rem;border-radius:.75rem}
h1{font-size:1.35rem;line-height:1.4;margin:0}
header p,.meta,footer{color:var(--muted);font-size:.875rem;margin:0}
article{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.25rem;margin:0 0 1rem}
article p{margin:.6em 0;text-wrap:pretty;line-break:strict}
article .first{font-weight:600}
a{color:var(--accent);text-underline-offset:.2em}
.meta{display:flex;flex-wrap:wrap;gap:.25rem 1rem;border-top:1px solid var(--line);margin-top:.8rem;padding-top:.6rem}
details{font-size:.9rem;color:var(--muted)}
`;

export const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#5b4fd1"/><path d="M14 20h36v6H14zm0 11h36v4H14zm0 9h24v4H14z" fill="#fff"/></svg>';

/** Chinese time of a status, for people: the server's own zone is nobody's. */
const timeForPeople = new Intl.DateTimeFormat('zh-CN', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'Asia/Shanghai',
});

const VISIBILITY = {
  public: '公开',
  unlisted: '不列入公共时间线',
  private: '仅关注者',
  direct: '私信',
} as const;

function frame(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/avatar.svg">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Every address can be followed here, those of this machine too, which Mastodon itself would not link. */
function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"\u200B]+)/u)
    .map((part, index) =>
      index % 2 === 0
        ? escapeHtml(part)
        : `<a href="${escapeHtml(part)}" rel="nofollow noopener noreferrer">${escapeHtml(part)}</a>`,
    )
    .join('');
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph, index) => {
      const html = linked(paragraph).replaceAll('\n', '<br>');
      return `<p dir="auto"${index === 0 ? ' class="first"' : ''}>${html}</p>`;
    })
    .join('\n');
}

function statusArticle(status: StoredStatus): string {
  const posted = timeForPeople.format(new Date(status.createdAt));
  const edited =
    status.editedAt === null ? '' : `<span>已编辑 ${timeForPeople.format(new Date(status.editedAt))}</span>`;
  return `<article lang="${escapeHtml(status.language ?? 'zh')}">
${paragraphs(status.text)}
<p class="meta"><a href="/@${escapeHtml(status.account)}/${escapeHtml(status.id)}"><time datetime="${escapeHtml(status.createdAt)}">${posted}</time></a><span>${VISIBILITY[status.visibility]}</span>${edited}</p>
</article>`;
}

function accountHeader({ username, displayName, note = '' }: StandInAccount, { title }: Instance): string {
  return `<header><img src="/avatar.svg" alt="" width="56" height="56"><div>
<h1>${escapeHtml(displayName)}</h1>
<p>@${escapeHtml(username)} · ${escapeHtml(title)}</p>${note === '' ? '' : `\n<p>${escapeHtml(note)}</p>`}
</div></header>`;
}

export function timelinePage(
  account: StandInAccount,
  instance: Instance,
  statuses: readonly StoredStatus[],
): string {
  const list = statuses.length === 0 ? '<p>还没有嘟文。</p>' : statuses.map(statusArticle).join('\n');
  const foot = `<footer>共 ${statuses.length} 条。演示与测试用的替身服务器，不是真正的 Mastodon。</footer>`;
  return frame(
    `${account.displayName}（@${account.username}）`,
    `${accountHeader(account, instance)}\n${list}\n${foot}`,
  );
}

export function statusPage(account: StandInAccount, instance: Instance, status: StoredStatus): string {
  const earlier = status.history
    .slice(0, -1)
    .map(
      ({ text, at }) =>
        `<details><summary>${timeForPeople.format(new Date(at))} 的版本</summary>\n${paragraphs(text)}\n</details>`,
    );
  const back = `<p><a href="/@${escapeHtml(account.username)}">← 全部嘟文</a></p>`;
  const title = status.text.split('\n')[0] ?? '';
  return frame(title, [accountHeader(account, instance), statusArticle(status), ...earlier, back].join('\n'));
}

export function missingPage(): string {
  return frame('没有这一页', '<h1>没有这一页</h1>\n<p>此地址没有嘟文，或者它已被删除。</p>');
}
