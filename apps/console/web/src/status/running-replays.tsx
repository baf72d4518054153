import { useQuery } from '@tanstack/react-query';
import { channels, runningReplays } from '../api/questions.js';
import { againMs } from '../replays/again.js';
import { RunningNote } from '../replays/running-note.js';
import { useWords } from '../words/language.js';

/** What is being sent once more right now; nothing while nothing is. */
export function RunningReplays() {
  const { say } = useWords();
  const known = useQuery(channels);
  const running =
    useQuery({ ...runningReplays, refetchInterval: ({ state }) => againMs(state.data) }).data ?? [];
  if (running.length === 0) return null;
  return (
    <section aria-labelledby="replays">
      <h2 id="replays">{say('channels.list.replays')}</h2>
      <ul className="held-back">
        {running.map((replay) => (
          <li key={replay.id} data-replay={replay.id}>
            <strong>
              <bdi>{known.data?.find(({ id }) => id === replay.channel)?.name ?? replay.channel}</bdi>
            </strong>
            <RunningNote replay={replay} />
          </li>
        ))}
      </ul>
    </section>
  );
}
