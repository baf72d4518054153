import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import type { ChannelView, TestAttempt } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Attempt } from '../parts/attempt.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';

/** What may be done to a channel by whoever may change it. */
export function ChannelActions({ channel, onEdit }: { channel: ChannelView; onEdit: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [pausing, setPausing] = useState(false);
  const [reason, setReason] = useState('');
  const path = `/api/v1/channels/${encodeURIComponent(channel.id)}`;
  const after = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['channels'] }),
      client.invalidateQueries({ queryKey: ['status'] }),
      client.invalidateQueries({ queryKey: ['board'] }),
    ]);
  };
  const pause = useAction<string, unknown>({
    act: (why) => call(`${path}/pause`, { method: 'POST', ...(why === '' ? {} : { json: { reason: why } }) }),
    done: () => say('channels.pausedDone'),
    after: async () => {
      setPausing(false);
      setReason('');
      await after();
    },
  });
  const resume = useAction<undefined, unknown>({
    act: () => call(`${path}/resume`, { method: 'POST' }),
    done: () => say('channels.resumed'),
    after,
  });
  const test = useAction<undefined, TestAttempt>({
    act: () => call<TestAttempt>(`${path}/test`, { method: 'POST' }),
  });
  const of = <span className="visually-hidden">{channel.name}</span>;
  return (
    <>
      {channel.paused === null ? (
        <Button
          small
          onPress={() => {
            setPausing(true);
          }}
        >
          {say('channels.pause')}
          {of}
        </Button>
      ) : (
        <Button
          small
          variant="primary"
          isPending={resume.isPending}
          onPress={() => {
            resume.mutate(undefined);
          }}
        >
          {say('channels.resume')}
          {of}
        </Button>
      )}
      <Button
        small
        isPending={test.isPending}
        onPress={() => {
          test.mutate(undefined);
        }}
      >
        {test.isPending ? say('channels.testBusy') : say('channels.test')}
        {of}
      </Button>
      <Button small onPress={onEdit}>
        {say('channels.edit')}
        {of}
      </Button>
      {test.data !== undefined && (
        <div className="test-result" role="status">
          <p>{say('channels.testResult', { outcome: say(`outcome.${test.data.outcome}`) })}</p>
          <Attempt attempt={test.data} said={say(`outcome.${test.data.outcome}`)} />
        </div>
      )}
      <Dialog
        title={say('channels.pauseTitle', { name: channel.name })}
        isOpen={pausing}
        onClose={() => {
          setPausing(false);
        }}
      >
        <p>{say('channels.pauseText')}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            pause.mutate(reason.trim());
          }}
        >
          <label htmlFor="pause-reason">{say('channels.pauseReason')}</label>
          <input
            id="pause-reason"
            className="input"
            maxLength={500}
            autoFocus
            value={reason}
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
          <div className="actions">
            <Button variant="primary" type="submit" isPending={pause.isPending}>
              {say('channels.pauseConfirm')}
            </Button>
            <Button
              onPress={() => {
                setPausing(false);
              }}
            >
              {say('common.cancel')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
