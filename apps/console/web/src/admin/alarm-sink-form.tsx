import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { alarmSinkTypes } from '../api/questions.js';
import type { AlarmSinkView, EventKind, Severity } from '../api/shapes.js';
import { Field } from '../forms/field.js';
import { ManifestForm } from '../forms/manifest-form.js';
import { useWords } from '../words/language.js';
import { KINDS } from './event-kinds.js';

const SEVERITIES: Severity[] = ['critical', 'warning', 'info'];
const LANGUAGES = ['zh', 'en'] as const;

/** A sink, made or changed: besides what its type asks for, what it wants to hear and in which language. */
export function AlarmSinkForm({ sink, onClose }: { sink: AlarmSinkView | null; onClose: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const types = useQuery(alarmSinkTypes);
  const [language, setLanguage] = useState(sink?.language ?? 'zh');
  const [minSeverity, setMinSeverity] = useState<Severity>(sink?.minSeverity ?? 'warning');
  const [kinds, setKinds] = useState<EventKind[]>(sink?.kinds ?? []);
  return (
    <ManifestForm
      title={sink === null ? say('sinks.new') : say('form.editTitle', { name: sink.name })}
      submit={say(sink === null ? 'sinks.create' : 'form.save')}
      idLabel={say('sinks.id')}
      collection="/api/v1/alarm-sinks"
      manifests={types.data}
      stored={sink}
      more={() => ({ language, minSeverity, kinds: KINDS.filter((kind) => kinds.includes(kind)) })}
      after={() => client.invalidateQueries({ queryKey: ['alarm-sinks'] })}
      onClose={onClose}
    >
      {(errorAt) => (
        <>
          <div className="pair">
            <Field name="severity" label={say('sinks.minSeverity')} error={errorAt('/minSeverity')}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={minSeverity}
                  onChange={(event) => {
                    setMinSeverity(SEVERITIES.find((each) => each === event.target.value) ?? 'warning');
                  }}
                >
                  {SEVERITIES.map((each) => (
                    <option key={each} value={each}>
                      {say(`sinks.least.${each}`)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field name="language" label={say('sinks.language')} error={errorAt('/language')}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={language}
                  onChange={(event) => {
                    setLanguage(LANGUAGES.find((each) => each === event.target.value) ?? 'zh');
                  }}
                >
                  {LANGUAGES.map((each) => (
                    <option key={each} value={each}>
                      {say(`sinks.language.${each}`)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
          <Kinds kinds={kinds} onChange={setKinds} error={errorAt('/kinds')} />
        </>
      )}
    </ManifestForm>
  );
}

/** Which kinds of events; none chosen means all, also those that come with a later version. */
function Kinds({
  kinds,
  onChange,
  error,
}: {
  kinds: EventKind[];
  onChange: (kinds: EventKind[]) => void;
  error: string | null;
}) {
  const { say } = useWords();
  const [isOpen] = useState(kinds.length > 0);
  return (
    <details className="notes" open={isOpen}>
      <summary>
        {say('sinks.kinds')}{' '}
        <span className="quiet">
          {kinds.length === 0 ? say('sinks.allKinds') : say('sinks.someKinds', { n: kinds.length })}
        </span>
      </summary>
      <fieldset className="kinds" aria-label={say('sinks.kinds')}>
        {KINDS.map((kind) => (
          <label key={kind} className="check">
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={(event) => {
                onChange(event.target.checked ? [...kinds, kind] : kinds.filter((each) => each !== kind));
              }}
            />
            {say(`event.${kind}`)}
          </label>
        ))}
      </fieldset>
      <p className="hint">{say('sinks.kindsHint')}</p>
      {error !== null && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </details>
  );
}
