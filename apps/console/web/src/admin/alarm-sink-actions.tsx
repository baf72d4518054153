import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import type { AlarmSinkView, AlarmTest } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Attempt } from '../parts/attempt.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';

/** A test message, on and off, change, and an end. */
export function AlarmSinkActions({ sink, onEdit }: { sink: AlarmSinkView; onEdit: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const path = `/api/v1/alarm-sinks/${encodeURIComponent(sink.id)}`;
  const after = () => client.invalidateQueries({ queryKey: ['alarm-sinks'] });
  const close = () => {
    setDeleting(false);
  };
  const test = useAction<undefined, AlarmTest>({ act: () => call(`${path}/test`, { method: 'POST' }) });
  const turn = useAction<boolean, unknown>({
    act: (enabled) => call(path, { method: 'PATCH', json: { enabled } }),
    done: (_answer, enabled) => say(enabled ? 'sinks.enabled' : 'sinks.disabled'),
    after,
  });
  const remove = useAction<undefined, unknown>({
    act: () => call(path, { method: 'DELETE' }),
    done: () => say('sinks.deleted'),
    after: async () => {
      close();
      await after();
    },
  });
  const of = <span className="visually-hidden">{sink.name}</span>;
  return (
    <>
      <Button
        small
        isPending={test.isPending}
        onPress={() => {
          test.mutate(undefined);
        }}
      >
        {say(test.isPending ? 'channels.testBusy' : 'sinks.test')}
        {of}
      </Button>
      <Button small onPress={onEdit}>
        {say('channels.edit')}
        {of}
      </Button>
      <Button
        small
        isPending={turn.isPending}
        onPress={() => {
          turn.mutate(!sink.enabled);
        }}
      >
        {say(sink.enabled ? 'sinks.disable' : 'sinks.enable')}
        {of}
      </Button>
      <Button
        small
        variant="danger"
        onPress={() => {
          setDeleting(true);
        }}
      >
        {say('sinks.delete')}
        {of}
      </Button>
      {test.data !== undefined && (
        <div className="test-result" role="status">
          <Attempt
            attempt={test.data}
            said={say('channels.testResult', { outcome: say(`sinks.outcome.${test.data.outcome}`) })}
            // A mail server answers with numbers of its own.
            code={(n) => say('sinks.code', { n })}
          />
        </div>
      )}
      <Dialog title={say('sinks.deleteTitle', { name: sink.name })} isOpen={deleting} onClose={close}>
        <p>{say('sinks.deleteText')}</p>
        <div className="actions">
          <Button
            variant="danger"
            isPending={remove.isPending}
            onPress={() => {
              remove.mutate(undefined);
            }}
          >
            {say('sinks.deleteConfirm')}
          </Button>
          <Button autoFocus onPress={close}>
            {say('common.cancel')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
