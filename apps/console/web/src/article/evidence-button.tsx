import { download } from '../api/call.js';
import type { ArticleView, BoardArticle } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { useWords } from '../words/language.js';

/** The proof of withdrawals as one file to keep, of an article that has any. */
export function EvidenceButton({ article, row }: { article: ArticleView; row: BoardArticle | null }) {
  const { say } = useWords();
  const get = useAction<undefined, unknown>({
    act: () =>
      download(`/api/v1/articles/${encodeURIComponent(article.id)}/evidence`, `evidence-${article.id}.json`),
    done: () => say('evidence.saved'),
  });
  const hasAny =
    article.state === 'withdrawn' || row?.cells.some(({ action }) => action === 'withdraw') === true;
  if (!hasAny) return null;
  return (
    <div className="evidence">
      <Button
        small
        isPending={get.isPending}
        onPress={() => {
          get.mutate(undefined);
        }}
      >
        <Icon name="down" />
        {say('evidence.export')}
      </Button>
      <span className="hint">{say('evidence.hint')}</span>
    </div>
  );
}
