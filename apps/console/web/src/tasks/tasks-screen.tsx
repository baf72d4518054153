import { useInfiniteQuery } from '@tanstack/react-query';
import { useAddress } from '../address.js';
import { taskList, type TaskListName } from '../api/questions.js';
import { useProblemWords } from '../parts/action.js';
import { More } from '../parts/more.js';
import { SubViews } from '../parts/sub-views.js';
import { useWords } from '../words/language.js';
import { TaskItem } from './task-item.js';

const LISTS = ['open', 'done'] as const satisfies readonly TaskListName[];
/** Who took a task is told by no stream. */
const AGAIN_MS = 10_000;

/** What only a person can bring to its end. */
export default function TasksScreen() {
  const { say } = useWords();
  const words = useProblemWords();
  const list = useAddress().get('tasks') === 'done' ? 'done' : 'open';
  const question = useInfiniteQuery({ ...taskList(list), refetchInterval: AGAIN_MS });
  const tasks = question.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <div className="screen-top">
        <h1>{say('tasks.title')}</h1>
      </div>
      <SubViews
        label={say('tasks.lists')}
        parameter="tasks"
        views={LISTS.map((name) => ({ name, text: say(`tasks.${name}`) }))}
        here={list}
      />
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p role="alert">{words(question.error)}</p>}
      {question.isSuccess && tasks.length === 0 && (
        <div className="empty">
          <p>{say(`tasks.empty.${list}`)}</p>
          <p className="hint">{say(`tasks.emptyHint.${list}`)}</p>
        </div>
      )}
      {tasks.length > 0 && (
        <ul className="tasks" aria-label={say(`tasks.${list}`)}>
          {tasks.map((task) => (
            // A delivery may have been a task more than once.
            <li
              key={`${task.id} ${task.doneBy?.at ?? ''}`}
              className="task"
              data-task={task.id}
              data-kind={task.kind}
            >
              <TaskItem task={task} />
            </li>
          ))}
        </ul>
      )}
      <More of={question}>{say('tasks.more')}</More>
    </>
  );
}
