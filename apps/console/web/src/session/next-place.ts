/** Where a login leads that was asked for by another of our pages; null for everything that is none of them. */
export function nextPlace(search: string): string | null {
  const next = new URLSearchParams(search).get('next');
  return next !== null && /^\/queues(\/[\w\-./]*)?(\?[\w\-=&%.]*)?$/.test(next) && !next.includes('..')
    ? next
    : null;
}
