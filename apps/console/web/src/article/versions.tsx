import { useQuery } from '@tanstack/react-query';
import { articleVersion } from '../api/questions.js';
import type { ArticleView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { ArticleMark } from '../parts/marks.js';
import { useWords } from '../words/language.js';
import type { Key } from '../words/zh.js';
import { Stretches } from './stretches.js';
import { bodyDiff, lineDiff } from './text-diff.js';

/** Versions looked at; of more, the newest. */
const MAX_SHOWN = 20;

/** Each version and what it changed, newest first. */
export function Versions({ article }: { article: ArticleView }) {
  const { say } = useWords();
  const numbers = Array.from({ length: article.version }, (_, index) => article.version - index).slice(
    0,
    MAX_SHOWN,
  );
  if (article.version === 1) return <p className="quiet">{say('article.onlyVersion')}</p>;
  return (
    <ol className="versions" reversed>
      {numbers.map((number) => (
        <li key={number}>
          <Version id={article.id} number={number} open={number === article.version} />
        </li>
      ))}
    </ol>
  );
}

function Version({ id, number, open }: { id: string; number: number; open: boolean }) {
  const { say } = useWords();
  const words = useProblemWords();
  const current = useQuery(articleVersion(id, number));
  const before = useQuery({ ...articleVersion(id, number - 1), enabled: number > 1 });
  const shown = current.data;
  if (current.isError) return <p>{words(current.error)}</p>;
  if (shown === undefined) return <p className="quiet">{say('versions.loading', { n: number })}</p>;
  return (
    <details open={open}>
      <summary>
        <span className="version-title">{say('article.version', { n: number })}</span>
        <ArticleMark state={shown.state} />
        {shown.note !== null && <bdi className="quiet">{shown.note}</bdi>}
      </summary>
      {before.data !== undefined && <Difference before={before.data} after={shown} />}
    </details>
  );
}

const LINES = ['kicker', 'headline', 'subtitle', 'dateline', 'bylines', 'editor', 'sections'] as const;

function lineOf(article: ArticleView, field: (typeof LINES)[number]): string {
  if (field === 'bylines')
    return article.bylines.map(({ role, name }) => (role === null ? name : `${role} ${name}`)).join('，');
  if (field === 'sections') return article.sections.join('，');
  return article[field] ?? '';
}

function Difference({ before, after }: { before: ArticleView; after: ArticleView }) {
  const { say } = useWords();
  const lines = LINES.filter((field) => lineOf(before, field) !== lineOf(after, field));
  const body = bodyDiff(before.body, after.body);
  const same = lines.length === 0 && body.every(({ kind }) => kind === 'same');
  return (
    <div className="difference" lang={after.language}>
      <p className="hint">{say('versions.compare', { version: after.version, before: before.version })}</p>
      {same && <p>{say('versions.same')}</p>}
      {lines.map((field) => (
        <p key={field}>
          <span className="field">{say(`field.${field}` as Key)}</span>
          <Stretches stretches={lineDiff(lineOf(before, field), lineOf(after, field))} />
        </p>
      ))}
      {!same &&
        body.map((part, index) => {
          if (part.kind === 'same')
            return (
              <p key={index} className="unchanged">
                {say('versions.unchanged', { n: part.paragraphs.length })}
              </p>
            );
          const stretches = part.kind === 'changed' ? part.stretches : [{ kind: part.kind, text: part.text }];
          return (
            <p key={index}>
              <Stretches stretches={stretches} />
            </p>
          );
        })}
    </div>
  );
}
