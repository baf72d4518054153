import { figure, type Figure, type FigureParts } from '../measuring/figures.js';
import type { DeliveryRound } from './delivery-round.js';

/** The processor's time of a delivery as a figure; none where the system does not tell it. */
export function processorFigures(
  name: string,
  ours: readonly DeliveryRound[],
  baselines: Readonly<Record<string, readonly DeliveryRound[]>>,
  expect?: FigureParts['expect'],
): Figure[] {
  const times = (rounds: readonly DeliveryRound[]) =>
    rounds.map(({ processorMs }) => processorMs ?? Number.NaN);
  if (ours.some(({ processorMs }) => processorMs === null)) return [];
  return [
    figure({
      name,
      unit: 'ms',
      better: 'lower',
      ours: times(ours),
      baselines: Object.fromEntries(
        Object.entries(baselines).map(([baseline, rounds]) => [baseline, times(rounds)]),
      ),
      ...(expect === undefined ? {} : { expect }),
    }),
  ];
}

/** What to know of a section's receivers: where they need most of a core, they and not the contenders are measured. */
export function receiverNote(rounds: readonly DeliveryRound[]): string[] {
  const shares = rounds.flatMap(({ receiverShare }) => (receiverShare === null ? [] : [receiverShare]));
  if (shares.length === 0) return [];
  return [`the receivers' process used at most ${Math.round(Math.max(...shares) * 100)} % of a core`];
}
