import type { ReplayView } from '../api/shapes.js';
import { useWords } from '../words/language.js';
import { waitingKey } from '../words/waiting-words.js';

/** How many articles a replay has seen to, of those that matched when it was asked for: there may be more or less by now. */
export function ReplayProgress({ replay }: { replay: ReplayView }) {
  const { say } = useWords();
  const { count, replayed, skipped } = replay;
  const seen = replayed + skipped;
  const total = Math.max(count, seen);
  return (
    <>
      {replay.state === 'running' && (
        <progress aria-label={say('replays.progressLabel')} max={Math.max(1, total)} value={seen} />
      )}
      <p>
        {say('replays.progress', { done: replayed, total })}
        {skipped > 0 && ` · ${say('replays.skipped', { n: skipped })}`}
      </p>
    </>
  );
}

/** Why it does not move, if something keeps it back. */
export function WaitingFor({ replay }: { replay: ReplayView }) {
  const { say } = useWords();
  const { waitingFor } = replay;
  if (waitingFor === null) return null;
  const key = waitingKey(waitingFor);
  return (
    <p className="quiet">
      {say('replays.waitingFor')}
      {key === null ? waitingFor : say(key)}
    </p>
  );
}
