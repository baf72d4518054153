import type { PartnerRecord } from './partner-records.js';

/** What one article looks like at the partner now: the newest push that it took decides. */
interface Shown {
  readonly headline: string | null;
  readonly version: number | null;
  readonly state: 'new' | 'corrected' | 'withdrawn';
  readonly at: string;
}

const STATES = {
  new: '已刊发 published',
  corrected: '已更正 corrected',
  withdrawn: '已撤稿 withdrawn',
} as const;

const RESULTS = { taken: '收下 taken', repeated: '重复 repeated', refused: '拒收 refused' } as const;

/** The partner's front page and its own list of what reached it, for a person's browser. Chinese first. */
export function recordsPage(records: readonly PartnerRecord[]): string {
  const articles = articlesNow(records).map(
    ({ state, headline, version, at }) =>
      `<li class="${state}"><b>${escapeHtml(state === 'withdrawn' ? '（本稿已撤下）' : (headline ?? ''))}</b>
<span>${STATES[state]} · v${version ?? '?'} · ${clock(at)}</span></li>`,
  );
  const rows = records
    .toReversed()
    .map(
      ({ at, status, result, type, version, webhookId, reason }) =>
        `<tr class="${result}"><td>${cells([clock(at), `${status} ${RESULTS[result]}`, type, version, webhookId, reason])}</td></tr>`,
    );
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>合作媒体网站（演示）</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.6 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  p { margin-top: .25rem; opacity: .75; }
  ol { padding-left: 1.5rem; } li { margin: .5rem 0; } li span { display: block; font-size: .85rem; opacity: .75; }
  .corrected span { color: #b25e00; opacity: 1; } .withdrawn b { font-weight: normal; opacity: .6; }
  .log { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
  td, th { padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #8884; white-space: nowrap; }
  .refused { color: #b3261e; }
  @media (prefers-color-scheme: dark) { .corrected span { color: #ffb870; } .refused { color: #ff8a80; } }
</style>
<h1>合作媒体网站（演示）</h1>
<p>A partner's site, played by the demo: this is what a partner's readers see. 每两秒自动刷新。</p>
<ol>
${articles.join('\n')}
</ol>
<h2>收到的推送 Pushes that reached it</h2>
<p>${records.length} requests, newest first. Signatures are checked before anything else. 先验签，后入库；同一编号只收一次。</p>
<div class="log" tabindex="0"><table>
<tr><th>时间 time<th>答复 answer<th>事件 type<th>版本 v<th>webhook-id<th>原因 reason</tr>
${rows.join('\n')}
</table></div>
</html>
`;
}

/** In the order in which they first came. */
function articlesNow(records: readonly PartnerRecord[]): Shown[] {
  const shown = new Map<string, Shown>();
  for (const { at, result, type, uri, headline, version } of records) {
    if (result !== 'taken' || uri === null || type === 'channel.test') continue;
    const state =
      type === 'article.withdrawn' ? 'withdrawn' : type === 'article.updated' ? 'corrected' : 'new';
    shown.set(uri, { headline, version, state, at });
  }
  return [...shown.values()];
}

/** The time of day in China, where the demo's newsroom is. */
function clock(at: string): string {
  return new Date(at).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
}

function cells(values: readonly (string | number | null)[]): string {
  return values.map((value) => escapeHtml(value === null ? '' : String(value))).join('</td><td>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
