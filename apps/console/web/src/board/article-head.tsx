import { go } from '../address.js';
import { refreshArticle } from '../api/questions.js';
import { call } from '../api/call.js';
import type { BoardArticle, BoardCell, ChannelView } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { ArticleMark } from '../parts/marks.js';
import { Reason } from '../parts/reason.js';
import { ClockTime, EmbargoTime, RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { PlaceLink } from '../parts/place-link.js';
import { useWords } from '../words/language.js';
import { useQueryClient } from '@tanstack/react-query';
import { byReason, byUrgency, retryable } from './cells.js';

/** Reasons shown without opening the article. */
const MAX_REASONS = 3;

/** What the article is, what it waits for, and the one thing to do about it. */
export function ArticleHead({ article, channels }: { article: BoardArticle; channels: ChannelView[] }) {
  const { say } = useWords();
  const headline = article.headline === '' ? say('article.noHeadline') : article.headline;
  const place = { article: article.id, pane: null };
  return (
    <div className="article-head">
      <div className="article-meta">
        {article.state !== 'published' && <ArticleMark state={article.state} />}
        <ClockTime at={article.createdAt} />
        {article.sections.slice(0, 3).map((section) => (
          <bdi key={section} className="section">
            {section}
          </bdi>
        ))}
        {article.version > 1 && <span>{say('article.version', { n: article.version })}</span>}
      </div>
      <PlaceLink className="headline" to={place}>
        {article.kicker !== null && <bdi className="kicker">{article.kicker}</bdi>}
        <bdi className="main">{headline}</bdi>
      </PlaceLink>
      {article.state === 'held' && <Held article={article} />}
      {article.state === 'scheduled' && article.embargoUntil !== null && (
        <p className="why">
          <EmbargoTime at={article.embargoUntil} />
        </p>
      )}
      <Problems article={article} channels={channels} />
    </div>
  );
}

function Held({ article }: { article: BoardArticle }) {
  const { say } = useWords();
  const [first, ...others] = article.holds;
  return (
    <div className="why">
      {first !== undefined && (
        <p>
          {first.message}
          {others.length > 0 && <span className="quiet"> {say('board.more', { n: others.length })}</span>}
        </p>
      )}
      <Button
        small
        variant="primary"
        onPress={() => {
          go({ article: article.id, pane: null });
        }}
      >
        {say('board.review')}
        <span className="visually-hidden">{article.headline}</span>
        {article.undecided > 0 && (
          <span className="badge">{say('board.undecided', { n: article.undecided })}</span>
        )}
      </Button>
    </div>
  );
}

function Problems({ article, channels }: { article: BoardArticle; channels: ChannelView[] }) {
  const { say } = useWords();
  const mayRetry = useMay('retry');
  const client = useQueryClient();
  const problems = byUrgency(article.cells).filter(({ standing }) => standing === 'problem');
  const again = retryable(problems);
  const retry = useAction<undefined, number>({
    act: async () => {
      for (const { delivery } of again)
        await call(`/api/v1/deliveries/${encodeURIComponent(delivery)}/retry`, { method: 'POST' });
      return again.length;
    },
    done: (n) => say('board.retried', { n }),
    after: () => refreshArticle(client, article.id),
  });
  if (problems.length === 0) return null;
  const reasons = byReason(problems);
  return (
    <div className="why problems">
      <ul>
        {reasons.slice(0, MAX_REASONS).map((cells) => (
          <li key={cells[0]?.channel}>
            <SharedReason cells={cells} channels={channels} />
          </li>
        ))}
        {reasons.length > MAX_REASONS && (
          <li className="quiet">{say('board.moreReasons', { n: reasons.length - MAX_REASONS })}</li>
        )}
      </ul>
      {mayRetry && again.length > 0 && (
        <Button
          small
          isPending={retry.isPending}
          onPress={() => {
            retry.mutate(undefined);
          }}
        >
          {say('board.retryFailed', { n: again.length })}
        </Button>
      )}
    </div>
  );
}

/** Outlets named with a reason that they share. */
const MAX_NAMED = 3;

/** One reason and the outlets that it is of; when the first of them is tried again. */
function SharedReason({ cells, channels }: { cells: BoardCell[]; channels: ChannelView[] }) {
  const { say } = useWords();
  const [first] = cells;
  if (first === undefined) return null;
  const of = (id: string) => channels.find((channel) => channel.id === id);
  const names = cells.slice(0, MAX_NAMED).map(({ channel }) => of(channel)?.name ?? channel);
  const next = cells
    .flatMap(({ state, nextAttemptAt }) =>
      state === 'retrying' && nextAttemptAt !== undefined ? [nextAttemptAt] : [],
    )
    .sort()[0];
  return (
    <>
      <bdi className="channel">{names.join(say('board.and'))}</bdi>
      {cells.length > MAX_NAMED && (
        <span className="channel"> {say('board.andOthers', { n: cells.length })}</span>
      )}
      {': '}
      <WhyOf cell={first} pause={of(first.channel)?.paused?.reason ?? ''} />
      {next !== undefined && (
        <span className="quiet">
          {' · '}
          <RelativeTime at={next} />
        </span>
      )}
    </>
  );
}

function WhyOf({ cell, pause }: { cell: BoardCell; pause: string }) {
  const { say, sayIfKnown } = useWords();
  if (cell.state === 'queued') return <bdi>{say('reason.paused', { why: pause })}</bdi>;
  if (cell.reason !== undefined) return <Reason reason={cell.reason} />;
  return sayIfKnown(`delivery.explain.${cell.state}`);
}
