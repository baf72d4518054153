import { BREACHES, second, type Breach, type BreachKind } from '../checker/breach.js';
import { duesOf } from '../checker/check-arrival.js';
import { countRepeats } from '../checker/check-repeats.js';
import type { Records } from '../checker/records.js';
import type { Story } from '../checker/story.js';
import { quantile, waitingTimes } from '../checker/waiting-times.js';
import { TEMPER_NAMES, type Temper } from '../plan/tempers.js';
import { table } from './table.js';

/** Breaches that are told one by one; all of them are in the kept records. */
const TOLD = 20;

/** What a run came to, as a person reads it. */
export function reportLines(records: Records, story: Story, breaches: readonly Breach[]): string[] {
  return [
    ...newsroomLines(records),
    '',
    ...outletLines(records, story, breaches),
    '',
    ...faultLines(records),
    '',
    ...waitLines(records, story),
    ...breachLines(breaches),
  ];
}

function newsroomLines({ acts }: Records): string[] {
  const ofKind = (kind: string) => acts.filter(({ act }) => act.kind === kind);
  const kinds = ['post', 'correct', 'withdraw'].map((kind) => {
    const own = ofKind(kind);
    return `${own.filter(({ answeredAt }) => answeredAt !== null).length} of ${own.length} ${kind}`;
  });
  const again = acts.reduce((sum, { tries }) => sum + Math.max(0, tries - 1), 0);
  return [`newsroom: answered ${kinds.join(', ')}; asked again ${again} times`];
}

function outletLines(records: Records, story: Story, breaches: readonly Breach[]): string[] {
  const dues = duesOf(records.outlets, story);
  const rows = TEMPER_NAMES.map((temper) => temperRow(temper, { records, story, dues, breaches }));
  const titles = [
    'outlets',
    '',
    'due',
    'there',
    'requests',
    'taken',
    'repeats',
    'after lost 2xx',
    'breaches',
  ];
  return table([titles, ...rows]);
}

interface Counted {
  readonly records: Records;
  readonly story: Story;
  readonly dues: ReturnType<typeof duesOf>;
  readonly breaches: readonly Breach[];
}

function temperRow(temper: Temper, { records, story, dues, breaches }: Counted): string[] {
  const plans = records.outlets.filter((plan) => plan.temper === temper);
  const ids = new Set(plans.map(({ id }) => id));
  const own = dues.filter(({ outlet }) => ids.has(outlet));
  const receipts = records.receipts.filter(({ outlet }) => ids.has(outlet));
  const taken = receipts.filter(({ answered }) => answered !== null && answered >= 200 && answered < 300);
  const repeats = countRepeats(records, story, ids);
  const endsWell = plans.every((plan) => plan.endsWell);
  return [
    temper,
    plans.length,
    endsWell ? own.length : '–',
    endsWell ? own.filter(({ isThere }) => isThere).length : '–',
    receipts.length,
    taken.length,
    repeats.afterFailure + repeats.afterLostAnswer + repeats.unexplained,
    repeats.afterLostAnswer,
    breaches.filter(({ outlet }) => outlet !== null && ids.has(outlet)).length,
  ].map(String);
}

function faultLines({ faults }: Records): string[] {
  const targets = Map.groupBy(faults, ({ target }) => target);
  const kinds = ['kill', 'suspend', 'restart', 'empty'] as const;
  const rows = [...targets]
    .sort()
    .map(([target, own]) => [
      target,
      ...kinds.map((kind) => String(own.filter((fault) => fault.kind === kind).length)),
      `${(own.reduce((sum, { beganAt, endedAt }) => sum + endedAt - beganAt, 0) / 1000).toFixed(0)} s`,
    ]);
  return table([['faults', ...kinds, 'away'], ...rows]);
}

function waitLines(records: Records, story: Story): string[] {
  const { calm, all } = waitingTimes(records, story);
  const told = (waits: readonly number[]) =>
    [0.5, 0.99].map((share) => `p${share * 100} ${ms(quantile(waits, share))}`).join(', ');
  return [
    `from 202 to a healthy outlet: ${told(calm)} with no fault near (${calm.length}); ${told(all)} in all (${all.length})`,
  ];
}

function ms(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(0)} ms`;
}

function breachLines(breaches: readonly Breach[]): string[] {
  if (breaches.length === 0) return ['', 'No breach.'];
  const kinds = Map.groupBy(breaches, ({ kind }) => kind);
  const told = breaches.slice(0, TOLD);
  return [
    '',
    `${breaches.length} breaches:`,
    ...[...kinds].map(([kind, own]) => `  ${own.length} × ${kind}: ${BREACHES[kind satisfies BreachKind]}`),
    '',
    ...told.map(
      ({ kind, outlet, articleId, at, text }) =>
        `  ${second(at)}  ${kind}  ${outlet ?? '–'}  ${articleId ?? '–'}: ${text}`,
    ),
    ...(breaches.length > TOLD ? [`  … and ${breaches.length - TOLD} more`] : []),
  ];
}
