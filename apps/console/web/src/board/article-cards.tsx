import type { BoardArticle, ChannelView } from '../api/shapes.js';
import { ArticleHead } from './article-head.js';
import { CellGroups } from './cell-groups.js';
import { Reach } from './reach.js';

/** The same as the table where there is no room for one. */
export function ArticleCards({ articles, channels }: { articles: BoardArticle[]; channels: ChannelView[] }) {
  return (
    <ul className="cards">
      {articles.map((article) => (
        <li key={article.id} className={`card ${article.state}`} data-article={article.id}>
          <ArticleHead article={article} channels={channels} />
          <div className="card-foot">
            <Reach article={article} />
            <CellGroups article={article} channels={channels} />
          </div>
        </li>
      ))}
    </ul>
  );
}
