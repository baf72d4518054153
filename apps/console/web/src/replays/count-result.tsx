import { useWords } from '../words/language.js';
import { duration } from '../words/times.js';
import type { Counted } from './count-matches.js';

/** What a replay would do, before it is begun. */
export function CountResult({ counts, ratePerSecond }: { counts: Counted; ratePerSecond: number }) {
  const { say } = useWords();
  const { total, states, missing } = counts;
  if (total === 0) return <p className="outcome">{say('replays.nothing')}</p>;
  const atLeast = duration(Math.max(1, total / ratePerSecond) * 1000, say);
  return (
    <div className="outcome" data-counted={total}>
      <p>
        <strong>{say('replays.matches', { n: total })}</strong>
      </p>
      <ul className="names">
        {states.map(({ state, count }) => (
          <li key={state}>{say('replays.ofState', { state: say(`delivery.${state}`), n: count })}</li>
        ))}
        {missing > 0 && <li>{say('replays.neverThere', { n: missing })}</li>}
      </ul>
      {states.some(({ state }) => state === 'delivered') && (
        <p className="hint">{say('replays.deliveredHint')}</p>
      )}
      {states.some(({ state }) => state === 'unknown') && (
        <p className="hint">{say('replays.unknownHint')}</p>
      )}
      <p className="hint">{say('replays.takes', { duration: atLeast })}</p>
    </div>
  );
}
