import type { ArticleView, RepairView } from '../api/shapes.js';
import { useWords } from '../words/language.js';
import { Stretches } from './stretches.js';
import { lineDiff } from './text-diff.js';
import { useRepairWords } from './repair-words.js';

/** What was mended without asking, what looks odd, and what was decided: to be looked up, not to be dealt with. */
export function RepairNotes({ article }: { article: ArticleView }) {
  const { say } = useWords();
  const mended = article.repairs.filter((repair) => repair.class === 'auto');
  const flags = article.repairs.filter((repair) => repair.class === 'flag');
  const decided = article.repairs.filter((repair) => repair.class === 'propose' && repair.decision !== null);
  const count = mended.reduce((sum, repair) => sum + repair.count, 0);
  return (
    <>
      <Notes title={say('review.flags', { n: flags.length })} repairs={flags} />
      <Notes
        title={say('review.decided', { done: decided.length, total: decided.length })}
        repairs={decided}
      />
      <Notes title={say('review.auto', { n: count })} repairs={mended} />
    </>
  );
}

function Notes({ title, repairs }: { title: string; repairs: RepairView[] }) {
  const { say } = useWords();
  const { kindOf, fieldOf } = useRepairWords();
  if (repairs.length === 0) return null;
  return (
    <details className="notes">
      <summary>{title}</summary>
      <ul>
        {repairs.map((repair) => (
          <li key={repair.id}>
            <span className="quiet">
              {fieldOf(repair.field)} · {kindOf(repair.kind)}
              {repair.count > 1 && ` × ${repair.count}`}
              {repair.decision !== null &&
                ` · ${say(repair.decision === 'accept' ? 'review.decisionAccept' : 'review.decisionReject')}`}
            </span>
            <Stretches stretches={lineDiff(repair.before, repair.after)} />
          </li>
        ))}
      </ul>
    </details>
  );
}
