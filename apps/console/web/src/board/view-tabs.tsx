import type { BoardPage, BoardView } from '../api/shapes.js';
import { PlaceLink } from '../parts/place-link.js';
import { useWords } from '../words/language.js';
import { VIEWS } from './question.js';

/** The server counts no further. */
const COUNT_MAX = 1_000;

/** Links, not tabs: each view is a place of its own that can be sent to somebody. */
export function ViewTabs({ view, counts }: { view: BoardView; counts: BoardPage['counts'] | null }) {
  const { say } = useWords();
  return (
    <nav className="views" aria-label={say('view.label')}>
      {VIEWS.map((name) => {
        const changes = { view: name === 'held' ? null : name, cursor: null };
        const count = counts?.[name];
        return (
          <PlaceLink key={name} to={changes} className={`view ${name}`} isHere={name === view}>
            {say(`view.${name}`)}
            {count !== undefined && (
              <span className={`count${count > 0 ? ' some' : ''}`}>
                {count >= COUNT_MAX ? say('board.count', { n: COUNT_MAX - 1 }) : count}
              </span>
            )}
          </PlaceLink>
        );
      })}
    </nav>
  );
}
