import { z } from 'zod';

const account = z.object({ id: z.string() });
const statuses = z.array(z.object({ id: z.string(), content: z.string() }));

/** Reads an account's statuses as any client of Mastodon does (newest first, 40 at most). */
export async function statusesAt(
  url: string,
  token: string,
): Promise<readonly { id: string; content: string }[]> {
  const call = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  };
  const { id } = account.parse(await call('/api/v1/accounts/verify_credentials'));
  return statuses.parse(await call(`/api/v1/accounts/${id}/statuses?limit=40`));
}

/** Judges by what the account itself shows. @returns what it shows, for a person, and what should not be, or null */
export function checkMastodon(
  shown: readonly { content: string }[],
  publicIds: readonly string[],
): { line: string; fault: string | null } {
  const times = publicIds.map((id) => shown.filter(({ content }) => content.includes(id)).length);
  const absent = times.filter((count) => count === 0).length;
  const twice = times.filter((count) => count > 1).length;
  const strangers = shown.length - times.reduce((sum, count) => sum + count, 0);
  const faults = [
    ...(absent > 0 ? [`${absent} articles have no status`] : []),
    ...(twice > 0 ? [`${twice} articles have more than one status`] : []),
    ...(strangers > 0 ? [`${strangers} statuses are of no public article`] : []),
  ];
  return {
    line: `The Mastodon account shows ${shown.length} statuses for ${publicIds.length} public articles.`,
    fault: faults.length === 0 ? null : faults.join(', '),
  };
}
