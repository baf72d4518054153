import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { channels, replayList } from '../api/questions.js';
import { useProblemWords } from '../parts/action.js';
import { More } from '../parts/more.js';
import { useWords } from '../words/language.js';
import { againMs } from './again.js';
import { ReplayItem } from './replay-item.js';

/** Replays, newest first, and how far they are. */
export function ReplayList() {
  const { say } = useWords();
  const words = useProblemWords();
  const known = useQuery(channels);
  const question = useInfiniteQuery({
    ...replayList,
    refetchInterval: ({ state }) => againMs(state.data?.pages.flatMap(({ items }) => items)),
  });
  const replays = question.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p role="alert">{words(question.error)}</p>}
      {question.isSuccess && replays.length === 0 && (
        <div className="empty">
          <p>{say('replays.empty')}</p>
          <p className="hint">{say('replays.emptyHint')}</p>
        </div>
      )}
      {replays.length > 0 && (
        <ul className="tasks" aria-label={say('channels.list.replays')}>
          {replays.map((replay) => (
            <li key={replay.id} className="task" data-replay={replay.id} data-state={replay.state}>
              <ReplayItem
                replay={replay}
                channelName={known.data?.find(({ id }) => id === replay.channel)?.name ?? replay.channel}
              />
            </li>
          ))}
        </ul>
      )}
      <More of={question}>{say('replays.more')}</More>
    </>
  );
}
