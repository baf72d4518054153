import type { BoardArticle } from '../api/shapes.js';
import { useWords } from '../words/language.js';
import { isTakenDown } from './cells.js';

/** "7/9": how many of the outlets that should have it do; for a withdrawn one, at how many it is taken down. */
export function Reach({ article }: { article: BoardArticle }) {
  const { say } = useWords();
  const { done, total } = article;
  if (total === 0) {
    const key = article.distributing
      ? 'board.distributing'
      : article.publishedVersion === null
        ? 'board.noneYet'
        : 'board.none';
    return <span className="quiet">{say(key)}</span>;
  }
  const down = isTakenDown(article);
  const tone = down ? 'down' : article.cells.some(({ standing }) => standing === 'problem') ? 'bad' : 'good';
  return (
    <span className={`reach ${tone}${done === total ? ' full' : ''}`}>
      <span aria-hidden="true" className="reach-number">
        {say(down ? 'board.withdrawnOf' : 'board.of', { done, total })}
      </span>
      <span className="visually-hidden">
        {say(down ? 'board.withdrawnOfLabel' : 'board.ofLabel', { done, total })}
      </span>
      <svg className="reach-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="track" width="100" height="4" />
        <rect className="fill" width={(100 * done) / total} height="4" />
      </svg>
    </span>
  );
}
