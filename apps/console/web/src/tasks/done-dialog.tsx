import { useState } from 'react';
import { Label, RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import { call } from '../api/call.js';
import type { Task, TaskResult } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';
import { resultsOf } from './results.js';

const NOTE_MAX = 1000;

/** What a person did or found: both have to be said, and are kept. */
export function DoneDialog({
  task,
  after,
  onClose,
}: {
  task: Task;
  after: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { say } = useWords();
  const [result, setResult] = useState<TaskResult | null>(null);
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const results = resultsOf(task);
  // The one answer after which it is sent once more.
  const goesAgain: TaskResult = task.kind === 'check-outcome' ? 'not-there' : 'there';
  const said = note.replace(/\s+/g, ' ').trim();
  const end = useAction<{ result: TaskResult; note: string }, unknown>({
    act: (json) => call(`/api/v1/tasks/${encodeURIComponent(task.id)}/done`, { method: 'POST', json }),
    done: (_answer, { result: given }) => say(given === goesAgain ? 'tasks.sentAgain' : 'tasks.ended'),
    after,
  });
  const resultMissing = asked && result === null;
  const noteMissing = asked && said === '';
  return (
    <Dialog title={say(`tasks.doneTitle.${task.kind}`)} isOpen onClose={onClose}>
      <p className="quoted">
        <bdi>{task.headline === '' ? say('article.noHeadline') : task.headline}</bdi>
        {' · '}
        <bdi>{task.channelName}</bdi>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (result !== null && said !== '') end.mutate({ result, note: said }, { onSuccess: onClose });
        }}
      >
        <RadioGroup
          className="decision"
          isInvalid={resultMissing}
          value={result}
          onChange={(value) => {
            setResult(results.find((name) => name === value) ?? null);
          }}
        >
          <Label>{say('tasks.resultLabel')}</Label>
          <div className="choices">
            {results.map((name) => (
              <RadioField key={name} value={name}>
                <RadioButton className="choice">{say(`tasks.result.${name}`)}</RadioButton>
              </RadioField>
            ))}
          </div>
        </RadioGroup>
        <p className="error" role="alert">
          {resultMissing ? say('tasks.resultMissing') : ''}
        </p>
        <label htmlFor="task-note">{say('tasks.note')}</label>
        <textarea
          id="task-note"
          className="input"
          rows={2}
          maxLength={NOTE_MAX}
          value={note}
          aria-invalid={noteMissing}
          aria-describedby="task-note-missing"
          onChange={(event) => {
            setNote(event.target.value);
          }}
        />
        <p id="task-note-missing" className="error" role="alert">
          {noteMissing ? say('tasks.noteMissing') : ''}
        </p>
        <div className="actions">
          <Button variant="primary" type="submit" isPending={end.isPending}>
            {say('tasks.confirm')}
          </Button>
          <Button onPress={onClose}>{say('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
