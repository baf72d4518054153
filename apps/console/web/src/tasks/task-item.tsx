import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import { refreshArticle } from '../api/questions.js';
import type { Task } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { safeHref } from '../parts/address.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { DeliveryMark } from '../parts/marks.js';
import { PlaceLink } from '../parts/place-link.js';
import { Reason } from '../parts/reason.js';
import { RelativeTime } from '../parts/time.js';
import { useMay, useMe } from '../session/session.js';
import { useWords } from '../words/language.js';
import { DoneDialog } from './done-dialog.js';

/** What is to be done, with which article, where, and who is at it. */
export function TaskItem({ task }: { task: Task }) {
  const { say } = useWords();
  const href = safeHref(task.remoteUrl);
  const isOpen = task.doneBy === null;
  return (
    <>
      <div className="task-head">
        <h2>
          <Icon name={task.kind === 'take-down' ? 'down' : 'eye'} />
          {say(`tasks.kind.${task.kind}`)}
        </h2>
        <bdi className="task-channel">{task.channelName}</bdi>
        {isOpen && <DeliveryMark state={task.state} action={task.action} />}
        <span className="quiet small">
          <RelativeTime at={task.openedAt} />
        </span>
      </div>
      <p className="task-article">
        <PlaceLink to={{ article: task.articleId, pane: 'deliveries' }}>
          <bdi>{task.headline === '' ? say('article.noHeadline') : task.headline}</bdi>
        </PlaceLink>{' '}
        <span className="quiet small">{say('article.version', { n: task.version })}</span>
      </p>
      {isOpen && <p>{say(`tasks.todo.${task.kind}.${task.state === 'unknown' ? 'unknown' : 'manual'}`)}</p>}
      {isOpen && task.reason !== null && (
        <p className="quiet">
          {say('tasks.why')}
          <Reason reason={task.reason} />
        </p>
      )}
      {task.doneBy !== null && task.result !== null && (
        <p>
          {say(`tasks.result.${task.result}`)} · <bdi>{task.note}</bdi>
          <span className="quiet">
            {' · '}
            <bdi>{task.doneBy.name}</bdi> <RelativeTime at={task.doneBy.at} />
          </span>
        </p>
      )}
      {isOpen && (
        <p className="quiet">
          {task.takenBy === null ? (
            say('tasks.nobody')
          ) : (
            <>
              {say('tasks.takenBy')}
              <bdi>{task.takenBy.name}</bdi> · <RelativeTime at={task.takenBy.at} />
            </>
          )}
        </p>
      )}
      <div className="actions">
        {href !== null && (
          <a href={href} target="_blank" rel="noreferrer noopener">
            {say('deliveries.remote')}
            <Icon name="external" />
            <span className="visually-hidden">{say('common.newWindow')}</span>
          </a>
        )}
        {isOpen && <TaskActions task={task} />}
      </div>
    </>
  );
}

/** Done by whoever has it, or by anybody while nobody has; given back by anybody: who took it may have gone home. */
function TaskActions({ task }: { task: Task }) {
  const { say } = useWords();
  const client = useQueryClient();
  const someone = useMe();
  const mayRetry = useMay('retry');
  const [ending, setEnding] = useState(false);
  const path = `/api/v1/tasks/${encodeURIComponent(task.id)}`;
  const after = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['tasks'] }),
      refreshArticle(client, task.articleId),
    ]);
  };
  const move = useAction<'take' | 'release', unknown>({
    act: (verb) => call(`${path}/${verb}`, { method: 'POST' }),
    done: (_answer, verb) => say(verb === 'take' ? 'tasks.taken' : 'tasks.released'),
    after,
  });
  if (!mayRetry) return null;
  const verb = task.takenBy === null ? 'take' : 'release';
  const of = (
    <span className="visually-hidden">
      {task.channelName} {task.headline}
    </span>
  );
  return (
    <>
      {(task.takenBy === null || task.takenBy.id === someone.id) && (
        <Button
          small
          variant={verb === 'release' ? 'primary' : 'plain'}
          onPress={() => {
            setEnding(true);
          }}
        >
          {say('tasks.finish')}
          {of}
        </Button>
      )}
      <Button
        small
        isPending={move.isPending}
        onPress={() => {
          move.mutate(verb);
        }}
      >
        {say(`tasks.${verb}`)}
        {of}
      </Button>
      {ending && (
        <DoneDialog
          task={task}
          after={after}
          onClose={() => {
            setEnding(false);
          }}
        />
      )}
    </>
  );
}
