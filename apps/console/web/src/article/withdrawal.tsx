import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import { channels, channelTypes, refreshArticle } from '../api/questions.js';
import type { ArticleView, BoardArticle, BoardCell } from '../api/shapes.js';
import { isTakenDown } from '../board/cells.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';

/** Asks why, shows what it will do at which outlet, and does it. */
export function WithdrawButton({ article, row }: { article: ArticleView; row: BoardArticle | null }) {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const mayWithdraw = useMay('withdraw');
  if (!mayWithdraw || article.state === 'withdrawn') return null;
  return (
    <>
      <Button
        variant="danger"
        onPress={() => {
          setOpen(true);
        }}
      >
        {say('withdraw.open')}
      </Button>
      {open && (
        <WithdrawDialog
          article={article}
          row={row}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

function WithdrawDialog({
  article,
  row,
  onClose,
}: {
  article: ArticleView;
  row: BoardArticle | null;
  onClose: () => void;
}) {
  const { say } = useWords();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const order = useAction<string, { orderId: string }>({
    act: (why) => call(`/api/v1/articles/${article.id}/withdraw`, { method: 'POST', json: { reason: why } }),
    done: () => say('withdraw.ordered'),
    after: async () => {
      await refreshArticle(client, article.id);
    },
  });
  const missing = asked && reason.trim() === '';
  return (
    <Dialog title={say('withdraw.title')} isOpen onClose={onClose}>
      <p className="quoted">
        <bdi>{article.headline}</bdi>
      </p>
      <p>{say('withdraw.explain')}</p>
      <WhatWillHappen row={row} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (reason.trim() !== '') order.mutate(reason.trim(), { onSuccess: onClose });
        }}
      >
        <label htmlFor="withdraw-reason">{say('withdraw.reason')}</label>
        <textarea
          id="withdraw-reason"
          className="input"
          rows={2}
          maxLength={1000}
          autoFocus
          value={reason}
          aria-invalid={missing}
          aria-describedby="withdraw-missing"
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
        <p id="withdraw-missing" className="error" role="alert">
          {missing ? say('withdraw.reasonMissing') : ''}
        </p>
        <div className="actions">
          <Button variant="danger" type="submit" isDisabled={order.isPending}>
            {order.isPending ? say('withdraw.busy') : say('withdraw.confirm')}
          </Button>
          <Button onPress={onClose}>{say('withdraw.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Whether something of it went out, so that there is something to take down. */
const hasBegun = ({ attempts, has, state }: BoardCell) =>
  (attempts ?? 0) > 0 || has !== undefined || state === 'sending';

function WhatWillHappen({ row }: { row: BoardArticle | null }) {
  const { say } = useWords();
  const known = useQuery(channels);
  const types = useQuery(channelTypes);
  const cells = row?.cells.filter(({ action, state }) => action === 'publish' && state !== 'canceled') ?? [];
  const down = cells.filter(hasBegun);
  const stopped = cells.filter((cell) => !hasBegun(cell));
  const nameOf = (id: string) => known.data?.find((channel) => channel.id === id)?.name ?? id;
  const tellsOnly = (id: string) => {
    const type = known.data?.find((channel) => channel.id === id)?.type;
    return types.data?.find((each) => each.type === type)?.capabilities.deletes === false;
  };
  if (down.length + stopped.length === 0) return <p className="outcome">{say('withdraw.nothing')}</p>;
  return (
    <div className="outcome">
      {down.length > 0 && (
        <>
          <h3>
            {say('withdraw.takenDown')} ({down.length})
          </h3>
          <ul className="names">
            {down.map(({ channel }) => (
              <li key={channel}>
                <bdi>{nameOf(channel)}</bdi>
                {tellsOnly(channel) && <span className="quiet"> · {say('withdraw.cannotDelete')}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      {stopped.length > 0 && (
        <>
          <h3>
            {say('withdraw.stopped')} ({stopped.length})
          </h3>
          <ul className="names">
            {stopped.map(({ channel }) => (
              <li key={channel}>
                <bdi>{nameOf(channel)}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** The proof: at how many outlets it is taken down by now. */
export function WithdrawalProgress({ row }: { row: BoardArticle }) {
  const { say } = useWords();
  if (!isTakenDown(row)) return null;
  const { done, total } = row;
  return (
    <div className="withdrawal-progress">
      <div className="row">
        <strong>{say('state.withdrawn')}</strong>
        {total > 0 ? (
          <span>{say('withdraw.progress', { done, total })}</span>
        ) : (
          <span>{say(row.distributing ? 'board.distributing' : 'withdraw.noneNeeded')}</span>
        )}
        {total > 0 && done === total && <span className="quiet">{say('withdraw.allDone')}</span>}
      </div>
      {total > 0 && <progress aria-label={say('withdraw.progressLabel')} max={total} value={done} />}
    </div>
  );
}
