import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { go, useAddress } from '../address.js';
import { board, channels } from '../api/questions.js';
import type { BoardPage, ChannelView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { useMediaQuery } from '../parts/media-query.js';
import { useNotices } from '../parts/notices.js';
import { useWords } from '../words/language.js';
import { ArticleCards } from './article-cards.js';
import { ArticleTable } from './article-table.js';
import { Filters } from './filters.js';
import { boardQuestion } from './question.js';
import { ViewTabs } from './view-tabs.js';

/** Which outlets have which article, which do not, and why. */
export function BoardScreen() {
  const { say } = useWords();
  const question = boardQuestion(useAddress());
  const answer = useQuery(board(question));
  const known = useQuery(channels);
  const narrow = useMediaQuery('(max-width: 860px)');
  const words = useProblemWords();
  useRises(answer.data);

  const shown = answer.data;
  return (
    <>
      <h1 className="visually-hidden">{say('board.title')}</h1>
      <ViewTabs view={question.view} counts={shown?.counts ?? null} />
      <section id="board" aria-label={say(`view.${question.view}`)} className="board">
        <Filters question={question} channels={known.data ?? []} sections={shown?.sections ?? []} />
        {answer.isError && shown === undefined && (
          <div className="empty">
            <p>{words(answer.error)}</p>
            <Button
              onPress={() => {
                void answer.refetch();
              }}
            >
              {say('common.retry')}
            </Button>
          </div>
        )}
        {answer.isPending && <p className="quiet">{say('common.loading')}</p>}
        {shown !== undefined && (
          <div className={answer.isPlaceholderData ? 'stale' : ''}>
            <Articles page={shown} channels={known.data ?? []} narrow={narrow} />
          </div>
        )}
      </section>
    </>
  );
}

function Articles({
  page,
  channels: all,
  narrow,
}: {
  page: BoardPage;
  channels: ChannelView[];
  narrow: boolean;
}) {
  const { say } = useWords();
  const question = boardQuestion(useAddress());
  if (page.items.length === 0) return <Empty />;
  return (
    <>
      {narrow ? (
        <ArticleCards articles={page.items} channels={all} />
      ) : (
        <ArticleTable articles={page.items} channels={all} />
      )}
      <div className="paging">
        {question.cursor !== null && (
          <Button
            onPress={() => {
              go({ cursor: null });
            }}
          >
            {say('board.first')}
          </Button>
        )}
        {page.nextCursor !== null && (
          <Button
            onPress={() => {
              go({ cursor: page.nextCursor });
              window.scrollTo({ top: 0 });
            }}
          >
            {say('board.next')}
          </Button>
        )}
      </div>
    </>
  );
}

function Empty() {
  const { say } = useWords();
  const { view, channel, section, q } = boardQuestion(useAddress());
  if (channel !== null || section !== null || q !== null) {
    return (
      <div className="empty">
        <p>{say('board.empty.filtered')}</p>
        <Button
          onPress={() => {
            go({ channel: null, section: null, q: null, cursor: null });
          }}
        >
          {say('board.clearFilters')}
        </Button>
      </div>
    );
  }
  return (
    <div className="empty">
      <p>{say(`board.empty.${view}`)}</p>
      <p className="hint">{say(`board.empty.${view}Hint`)}</p>
    </div>
  );
}

/** Says aloud when more waits for a person than before; everything else that changes is only seen. */
function useRises(page: BoardPage | undefined): void {
  const { say } = useWords();
  const { announce } = useNotices();
  const before = useRef<BoardPage['counts'] | null>(null);
  const counts = page?.counts;
  useEffect(() => {
    if (counts === undefined) return;
    const last = before.current;
    before.current = counts;
    if (last === null) return;
    if (counts.held > last.held) announce(say('live.heldRise', { n: counts.held }));
    else if (counts.problem > last.problem) announce(say('live.problemsRise', { n: counts.problem }));
  }, [counts, announce, say]);
}
