import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { alarmSinks, alarmSinkTypes } from '../api/questions.js';
import type { AlarmSinkView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { useWords } from '../words/language.js';
import { AlarmSinkForm } from './alarm-sink-form.js';
import { AlarmSinkItem } from './alarm-sink-item.js';

/** What was sent to a sink is told by no stream. */
const AGAIN_MS = 10_000;

/** Where operators are told of what they have to know. */
export default function AlarmSinksScreen() {
  const { say, language } = useWords();
  const words = useProblemWords();
  const question = useQuery({ ...alarmSinks, refetchInterval: AGAIN_MS });
  const types = useQuery(alarmSinkTypes);
  const [editing, setEditing] = useState<AlarmSinkView | 'new' | null>(null);
  const sinks = question.data ?? [];
  return (
    <>
      <div className="screen-top">
        <h1>{say('sinks.title')}</h1>
        <Button
          variant="primary"
          onPress={() => {
            setEditing('new');
          }}
        >
          {say('sinks.new')}
        </Button>
      </div>
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p role="alert">{words(question.error)}</p>}
      {question.isSuccess && sinks.length === 0 && (
        <div className="empty">
          <p>{say('sinks.empty')}</p>
          <p className="hint">{say('sinks.emptyHint')}</p>
        </div>
      )}
      <ul className="channel-list" aria-label={say('sinks.title')}>
        {sinks.map((sink) => (
          <li key={sink.id} className="channel-item" data-sink={sink.id}>
            <AlarmSinkItem
              sink={sink}
              typeTitle={types.data?.find(({ type }) => type === sink.type)?.title[language] ?? sink.type}
              onEdit={() => {
                setEditing(sink);
              }}
            />
          </li>
        ))}
      </ul>
      {editing !== null && (
        <AlarmSinkForm
          sink={editing === 'new' ? null : editing}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
    </>
  );
}
