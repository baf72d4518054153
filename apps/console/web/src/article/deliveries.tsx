import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.js';
import { channels, deliveries, refreshArticle } from '../api/questions.js';
import type { ArticleView, AttemptView, BoardArticle, DeliveryView, Standing } from '../api/shapes.js';
import { byUrgency } from '../board/cells.js';
import { useAction, useProblemWords } from '../parts/action.js';
import { safeHref } from '../parts/address.js';
import { Attempt } from '../parts/attempt.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { DeliveryMark } from '../parts/marks.js';
import { Reason } from '../parts/reason.js';
import { RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';

const RETRYABLE = ['dead', 'unknown', 'retrying', 'delivered'];
/** Attempts shown of a delivery; of more, the newest. */
const MAX_ATTEMPTS = 30;

/** What became of the article at each outlet, what needs a look first. */
export function Deliveries({ article, row }: { article: ArticleView; row: BoardArticle | null }) {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery(deliveries(article.id));
  const mayRetry = useMay('retry');
  if (question.isError) return <p>{words(question.error)}</p>;
  if (question.data === undefined) return <p className="quiet">{say('common.loading')}</p>;
  if (question.data.length === 0)
    return (
      <p className="quiet">{say(article.state === 'held' ? 'deliveries.noneHeld' : 'deliveries.none')}</p>
    );
  const standing = new Map(row?.cells.map((cell) => [cell.delivery, cell.standing]));
  const order = byUrgency(row?.cells ?? []).map(({ delivery }) => delivery);
  const sorted = [...question.data].sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  const of = (...wanted: Standing[]) =>
    sorted.filter(({ id }) => wanted.includes(standing.get(id) ?? 'none') && standing.has(id));
  const older = question.data.filter(({ id }) => !standing.has(id));
  const problems = of('problem');
  const waiting = of('waiting');
  const done = of('done', 'none');
  return (
    <div className="deliveries">
      {mayRetry && problems.length > 0 && <p className="hint">{say('deliveries.safe')}</p>}
      <Group
        title={say('deliveries.problem', { n: problems.length })}
        items={problems}
        standing="problem"
        open
      />
      <Group
        title={say('deliveries.waiting', { n: waiting.length })}
        items={waiting}
        standing="waiting"
        open
      />
      <Group
        title={say('deliveries.done', { n: done.length })}
        items={done}
        standing="done"
        open={done.length <= 12 || (problems.length === 0 && waiting.length === 0)}
      />
      <Group
        title={say('deliveries.older', { n: older.length })}
        items={older}
        standing="none"
        open={false}
      />
    </div>
  );
}

function Group({
  title,
  items,
  standing,
  open,
}: {
  title: string;
  items: DeliveryView[];
  standing: Standing;
  open: boolean;
}) {
  if (items.length === 0) return null;
  return (
    <details className="group" open={open}>
      <summary>
        <h3>{title}</h3>
      </summary>
      <ul>
        {items.map((delivery) => (
          <li
            key={delivery.id}
            className="delivery"
            data-channel={delivery.channel}
            data-state={delivery.state}
          >
            <Delivery delivery={delivery} standing={standing} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Delivery({ delivery, standing }: { delivery: DeliveryView; standing: Standing }) {
  const { say, sayIfKnown } = useWords();
  const known = useQuery(channels);
  const client = useQueryClient();
  const mayRetry = useMay('retry') && RETRYABLE.includes(delivery.state) && standing !== 'none';
  const channel = known.data?.find(({ id }) => id === delivery.channel);
  const name = channel?.name ?? delivery.channel;
  const href = safeHref(delivery.remoteUrl);
  const retry = useAction<undefined, unknown>({
    act: () => call(`/api/v1/deliveries/${encodeURIComponent(delivery.id)}/retry`, { method: 'POST' }),
    done: () => say('deliveries.retried'),
    after: () => refreshArticle(client, delivery.articleId),
  });
  const held = delivery.state === 'queued' && standing === 'problem';
  const explained =
    delivery.action === 'withdraw'
      ? null
      : held
        ? say('reason.paused', { why: channel?.paused?.reason ?? '' })
        : sayIfKnown(`delivery.explain.${delivery.state}`);
  const isThere = delivery.state === 'delivered';
  const again = mayRetry && (
    <Button
      small
      variant={isThere ? 'plain' : 'primary'}
      isPending={retry.isPending}
      onPress={() => {
        retry.mutate(undefined);
      }}
    >
      {retry.isPending ? say('deliveries.retryBusy') : say(isThere ? 'deliveries.again' : 'deliveries.retry')}
      <span className="visually-hidden">{name}</span>
    </Button>
  );
  return (
    <>
      <div className="delivery-line">
        <bdi className="delivery-channel">{name}</bdi>
        <DeliveryMark state={delivery.state} action={delivery.action} standing={standing} />
        <span className="quiet">{say('article.version', { n: delivery.version })}</span>
        {href !== null && (
          <a href={href} target="_blank" rel="noreferrer noopener">
            {say('deliveries.remote')}
            <Icon name="external" />
            <span className="visually-hidden">{say('common.newWindow')}</span>
          </a>
        )}
        {!isThere && again}
      </div>
      {standing !== 'done' && (
        <p className="delivery-why">
          {delivery.reason !== null && <Reason reason={delivery.reason} />}
          {explained !== null && <span className="quiet">{explained}</span>}
          {delivery.nextAttemptAt !== null && delivery.state === 'retrying' && (
            <span className="next">
              <Icon name="clock" />
              <RelativeTime at={delivery.nextAttemptAt} />
            </span>
          )}
        </p>
      )}
      <Attempts attempts={delivery.attempts}>{isThere && again}</Attempts>
    </>
  );
}

/** Made only when they are opened: fifty outlets have many attempts. */
function Attempts({ attempts, children }: { attempts: AttemptView[]; children: ReactNode }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  if (attempts.length === 0) return <p className="quiet small">{say('deliveries.noAttempt')}</p>;
  return (
    <details
      className="attempts"
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{say('deliveries.attempts', { n: attempts.length })}</summary>
      {open && (
        <>
          <ol>
            {attempts
              .slice(-MAX_ATTEMPTS)
              .reverse()
              .map((attempt) => (
                <li key={attempt.number} value={attempt.number}>
                  <Attempt attempt={attempt} said={say(`outcome.${attempt.outcome ?? 'none'}`)} />
                </li>
              ))}
          </ol>
          {children}
        </>
      )}
    </details>
  );
}
