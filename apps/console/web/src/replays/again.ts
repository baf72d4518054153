import type { ReplayView } from '../api/shapes.js';

/** How soon replays are asked for again, milliseconds: no stream tells how far they are. */
export function againMs(replays: readonly Pick<ReplayView, 'state'>[] | undefined): number {
  return replays?.some(({ state }) => state === 'running') === true ? 1_500 : 10_000;
}
