/** The machine's monotonic clock, which all of its processes share, milliseconds. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
