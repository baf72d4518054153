import type { NewsrelayApi } from './newsrelay-api.js';

/** Ids of the items that a JSON feed serves, in order. */
export async function feedItems(
  api: NewsrelayApi,
  channel: string,
): Promise<{ id: string; title: string }[]> {
  const answer = await api.call<{ items?: { id: string; title: string }[] }>(
    'feeds',
    'GET',
    `/feeds/${channel}.json`,
    { key: null },
  );
  return answer.body.items ?? [];
}
