import { go } from '../address.js';
import type { BoardArticle, ChannelView } from '../api/shapes.js';
import { Icon } from '../parts/icon.js';
import { DeliveryMark } from '../parts/marks.js';
import { useWords } from '../words/language.js';
import { byUrgency, isTakenDown } from './cells.js';

/** Outlets named before the rest is a number. */
const MAX_NAMED = 5;

/** Many outlets in a line: the ones that need a look by name and first, the ones that are done as a number. */
export function CellGroups({ article, channels }: { article: BoardArticle; channels: ChannelView[] }) {
  const { say } = useWords();
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? id;
  const open = byUrgency(article.cells).filter(
    ({ standing }) => standing === 'problem' || standing === 'waiting',
  );
  const done = article.cells.filter(({ standing }) => standing === 'done').length;
  if (open.length === 0 && done === 0) return null;
  return (
    <button
      type="button"
      className="groups"
      onClick={() => {
        go({ article: article.id, pane: 'deliveries' });
      }}
    >
      {open.slice(0, MAX_NAMED).map((cell) => (
        <span key={cell.channel} className="chip">
          <DeliveryMark state={cell.state} action={cell.action} standing={cell.standing} />
          <bdi>{nameOf(cell.channel)}</bdi>
        </span>
      ))}
      {open.length > MAX_NAMED && (
        <span className="chip quiet">{say('board.more', { n: open.length - MAX_NAMED })}</span>
      )}
      {done > 0 && (
        <span className="chip done">
          <span className={`mark ${isTakenDown(article) ? 'none' : 'good'}`}>
            <Icon name={isTakenDown(article) ? 'down' : 'check'} />
            {say(isTakenDown(article) ? 'board.withdrawnGroup' : 'board.doneGroup', { n: done })}
          </span>
        </span>
      )}
    </button>
  );
}
