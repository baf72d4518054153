import type { ArticleView } from '../api/shapes.js';
import { Icon } from '../parts/icon.js';
import { EmbargoTime } from '../parts/time.js';
import { useWords } from '../words/language.js';
import { RepairNotes } from './repair-notes.js';

/** The article as it reads, as plain text: what is HTML for outlets is shown here without any. */
export function ArticleText({ article }: { article: ArticleView }) {
  const { say } = useWords();
  return (
    <>
      <article className="text" lang={article.language}>
        {article.note !== null && (
          <p className="note">
            <bdi>{say('article.note', { note: article.note })}</bdi>
          </p>
        )}
        {(article.dateline !== null || article.bylines.length > 0) && (
          <p className="byline">
            {article.dateline !== null && <bdi>{article.dateline}</bdi>}
            {article.bylines.map(({ role, name }, index) => (
              <bdi key={index}>
                {role === null ? '' : `${role} `}
                {name}
              </bdi>
            ))}
          </p>
        )}
        {article.body.map((paragraph, index) => (
          <p key={index}>
            <bdi>{paragraph}</bdi>
          </p>
        ))}
      </article>
      <p className="small-print">
        {article.editor !== null && <bdi>{say('article.editor', { name: article.editor })}</bdi>}
        {article.media.length > 0 && <span>{say('article.media', { n: article.media.length })}</span>}
        <bdi>{say('article.source', { source: article.source, sourceId: article.sourceId })}</bdi>
        {article.embargoUntil !== null && (
          <span>
            <Icon name="clock" /> <EmbargoTime at={article.embargoUntil} />
          </span>
        )}
        {article.publishedVersion !== null && (
          <a href={`/articles/${article.id}`} target="_blank" rel="noreferrer">
            {say('article.publicPage')}
            <Icon name="external" />
            <span className="visually-hidden">{say('common.newWindow')}</span>
          </a>
        )}
      </p>
      <RepairNotes article={article} />
    </>
  );
}
