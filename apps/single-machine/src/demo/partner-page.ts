import type { PartnerRecord } from './partner-records.js';

/** The partner's own list of what reached it, for a person's browser. */
export function recordsPage(records: readonly PartnerRecord[]): string {
  const rows = records.map(
    ({ at, status, result, type, headline, version, webhookId, reason }) =>
      `<tr><td>${cells([at, String(status), reason ?? result, type, headline, version, webhookId])}</td></tr>`,
  );
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>Partner site: what was pushed here</title>
<style>
  body { font: 16px/1.5 sans-serif; margin: 2rem; }
  td, th { padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #ccc; }
</style>
<h1>Partner site: what was pushed here</h1>
<p>${records.length} requests, newest last. Signatures were checked before anything else.</p>
<table>
<tr><th>time<th>answer<th>result<th>type<th>headline<th>version<th>webhook-id</tr>
${rows.join('\n')}
</table>
</html>
`;
}

function cells(values: readonly (string | number | null)[]): string {
  return values.map((value) => escapeHtml(value === null ? '' : String(value))).join('</td><td>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
