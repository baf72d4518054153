import { go } from '../address.js';
import type { BoardArticle, BoardCell, ChannelView } from '../api/shapes.js';
import { DeliveryMark } from '../parts/marks.js';
import { useWords } from '../words/language.js';
import { ArticleHead } from './article-head.js';
import { CellGroups } from './cell-groups.js';
import { Reach } from './reach.js';

/** With more outlets than this a column each is no table any more. */
const MAX_COLUMNS = 7;

export function ArticleTable({ articles, channels }: { articles: BoardArticle[]; channels: ChannelView[] }) {
  const { say } = useWords();
  const shown = columnsOf(articles, channels);
  return (
    <table className="articles">
      <caption className="visually-hidden">{say('board.caption')}</caption>
      <thead>
        <tr>
          <th scope="col" className="article-column">
            {say('board.article')}
          </th>
          <th scope="col" className="reach-column">
            {say('board.reach')}
          </th>
          {shown === null ? (
            <th scope="col">{say('nav.channels')}</th>
          ) : (
            shown.map(({ id, name, paused }) => (
              <th key={id} scope="col" className="channel-column">
                <bdi title={name}>{name}</bdi>
                {paused !== null && <span className="quiet"> · {say('channels.paused')}</span>}
              </th>
            ))
          )}
        </tr>
      </thead>
      <tbody>
        {articles.map((article) => (
          <tr key={article.id} className={article.state} data-article={article.id}>
            <th scope="row">
              <ArticleHead article={article} channels={channels} />
            </th>
            <td>
              <Reach article={article} />
            </td>
            {shown === null ? (
              <td>
                <CellGroups article={article} channels={channels} />
              </td>
            ) : (
              shown.map(({ id }) => (
                <td key={id} className="cell" data-channel={id}>
                  <Cell article={article} cell={article.cells.find(({ channel }) => channel === id)} />
                </td>
              ))
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A column for each channel, or null where there are too many. */
function columnsOf(
  articles: readonly BoardArticle[],
  channels: readonly ChannelView[],
): ChannelView[] | null {
  const used = new Set(articles.flatMap(({ cells }) => cells.map(({ channel }) => channel)));
  const shown = channels.filter(({ id, enabled }) => enabled || used.has(id));
  return shown.length > MAX_COLUMNS ? null : shown;
}

function Cell({ article, cell }: { article: BoardArticle; cell: BoardCell | undefined }) {
  const { say } = useWords();
  if (cell === undefined) {
    const waits = article.publishedVersion === null || article.distributing;
    return (
      <span className="not-for-it">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">{say(waits ? 'board.noneYet' : 'board.notEntitled')}</span>
      </span>
    );
  }
  return (
    <button
      type="button"
      className="cell-button"
      onClick={() => {
        go({ article: article.id, pane: 'deliveries' });
      }}
    >
      <DeliveryMark state={cell.state} action={cell.action} standing={cell.standing} />
      {(cell.attempts ?? 0) > 1 && (
        <span className="sub">{say('delivery.attempts', { n: cell.attempts ?? 0 })}</span>
      )}
      {cell.has !== undefined && <span className="sub">{say('delivery.has', { version: cell.has })}</span>}
    </button>
  );
}
