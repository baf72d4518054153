/** Words for a thrown value, with its causes: client errors say the interesting part in `cause`. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : JSON.stringify(thrown);
  const own = thrown.message === '' ? thrown.name : thrown.message;
  return thrown.cause instanceof Error ? `${own}: ${reasonOf(thrown.cause)}` : own;
}
