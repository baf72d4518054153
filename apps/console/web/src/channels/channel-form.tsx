import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiProblem, call } from '../api/call.js';
import { channelTypes } from '../api/questions.js';
import type { ChannelType, ChannelView, JsonSchemaField } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { useWords } from '../words/language.js';
import { listOf, numbersOf } from './form-values.js';

type Values = Record<string, string>;

/** What a masked secret reads as. */
const MASKED = /^\*+$/;

/** A channel as its type's manifest describes it: no type has a form of its own. */
export function ChannelForm({ channel, onClose }: { channel: ChannelView | null; onClose: () => void }) {
  const { say, language } = useWords();
  const client = useQueryClient();
  const types = useQuery(channelTypes);
  const [typeName, setTypeName] = useState(channel?.type ?? null);
  const [id, setId] = useState('');
  const [name, setName] = useState(channel?.name ?? '');
  const [enabled, setEnabled] = useState(channel?.enabled ?? true);
  const [sections, setSections] = useState(channel?.filter.sections.join('，') ?? '');
  const [settings, setSettings] = useState<Values>(() => textsOf(channel?.settings ?? {}));
  const [secrets, setSecrets] = useState<Values>({});
  const [shownOnce, setShownOnce] = useState<Record<string, string> | null>(null);
  const type = types.data?.find((each) => each.type === typeName) ?? types.data?.[0];

  const save = useAction<ChannelType, ChannelView>({
    act: (of) => {
      const given = {
        name: name.trim(),
        enabled,
        filter: { ...(channel?.filter ?? { sources: [], keywords: [] }), sections: listOf(sections) },
        settings: numbersOf(of.settings, settings, channel !== null),
        secrets: Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== '')),
      };
      return channel === null
        ? call('/api/v1/channels', { method: 'POST', json: { id: id.trim(), type: of.type, ...given } })
        : call(`/api/v1/channels/${encodeURIComponent(channel.id)}`, { method: 'PATCH', json: given });
    },
    done: () => say('form.saved'),
    after: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['channels'] }),
        client.invalidateQueries({ queryKey: ['board'] }),
      ]);
    },
  });

  if (shownOnce !== null)
    return <ShownOnce title={say('form.shownOnce')} secrets={shownOnce} onDone={onClose} />;
  const errors = save.error instanceof ApiProblem ? (save.error.problem.errors ?? []) : [];
  const errorAt = (path: string) => errors.find((error) => error.path === path)?.message ?? null;

  return (
    <Dialog
      title={channel === null ? say('form.newTitle') : say('form.editTitle', { name: channel.name })}
      isOpen
      onClose={onClose}
    >
      {type === undefined ? (
        <p>{say('common.loading')}</p>
      ) : (
        <form
          className="channel-form"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(type, {
              onSuccess: (saved) => {
                const made = Object.entries(saved.secrets).filter(
                  (entry): entry is [string, string] =>
                    typeof entry[1] === 'string' &&
                    !MASKED.test(entry[1]) &&
                    (secrets[entry[0]] ?? '') === '',
                );
                if (made.length === 0) onClose();
                else setShownOnce(Object.fromEntries(made));
              },
            });
          }}
        >
          {channel === null && (
            <>
              <Field name="type" label={say('form.type')} error={errorAt('/type')}>
                <select
                  id="field-type"
                  className="input"
                  value={type.type}
                  onChange={(event) => {
                    setTypeName(event.target.value);
                    setSettings({});
                    setSecrets({});
                  }}
                >
                  {types.data?.map((each) => (
                    <option key={each.type} value={each.type}>
                      {each.title[language]}
                    </option>
                  ))}
                </select>
              </Field>
              <Field name="id" label={say('form.id')} hint={say('form.idHint')} error={errorAt('/id')}>
                <input
                  id="field-id"
                  className="input mono"
                  required
                  maxLength={63}
                  pattern="[a-z0-9][a-z0-9\-]*"
                  value={id}
                  onChange={(event) => {
                    setId(event.target.value);
                  }}
                />
              </Field>
            </>
          )}
          <Field name="name" label={say('form.name')} error={errorAt('/name')}>
            <input
              id="field-name"
              className="input"
              required
              maxLength={200}
              value={name}
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          </Field>
          <Field
            name="sections"
            label={say('form.sections')}
            hint={say('form.listHint')}
            error={errorAt('/filter/sections')}
          >
            <input
              id="field-sections"
              className="input"
              value={sections}
              onChange={(event) => {
                setSections(event.target.value);
              }}
            />
          </Field>
          <Members
            legend={say('form.settings')}
            place="settings"
            type={type}
            values={settings}
            onChange={setSettings}
            errorAt={errorAt}
            channel={channel}
          />
          <Members
            legend={say('form.secrets')}
            place="secrets"
            type={type}
            values={secrets}
            onChange={setSecrets}
            errorAt={errorAt}
            channel={channel}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={enabled}
              onChange={(event) => {
                setEnabled(event.target.checked);
              }}
            />
            {say('form.enabled')}
          </label>
          <details className="notes">
            <summary>{say('form.howTo')}</summary>
            <p className="instructions">{type.instructions[language]}</p>
          </details>
          <div className="actions">
            <Button variant="primary" type="submit" isDisabled={save.isPending}>
              {save.isPending ? say('form.saving') : say(channel === null ? 'form.create' : 'form.save')}
            </Button>
            <Button onPress={onClose}>{say('common.cancel')}</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** Every value as the text that stands in its field. */
function textsOf(values: Record<string, unknown>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  );
}

function Members({
  legend,
  place,
  type,
  values,
  onChange,
  errorAt,
  channel,
}: {
  legend: string;
  place: 'settings' | 'secrets';
  type: ChannelType;
  values: Values;
  onChange: (values: Values) => void;
  errorAt: (path: string) => string | null;
  channel: ChannelView | null;
}) {
  const { say } = useWords();
  const schema = type[place];
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return null;
  return (
    <fieldset>
      <legend>{legend}</legend>
      {fields.map(([name, field]) => {
        const required = schema.required?.includes(name) === true;
        const isSet = place === 'secrets' && channel?.secrets[name] !== undefined;
        const hint = [
          field.description,
          isSet
            ? say('form.secretKeep')
            : place === 'secrets' && !required
              ? say('form.secretGenerated')
              : null,
        ];
        return (
          <Field
            key={name}
            name={`${place}-${name}`}
            label={required ? name : `${name}（${say('form.optional')}）`}
            hint={hint.filter((part) => part != null).join(' ')}
            error={errorAt(`/${place}/${name}`)}
          >
            <Input
              id={`field-${place}-${name}`}
              field={field}
              secret={place === 'secrets'}
              required={required && !isSet}
              value={values[name] ?? ''}
              onChange={(value) => {
                onChange({ ...values, [name]: value });
              }}
            />
          </Field>
        );
      })}
    </fieldset>
  );
}

function Input({
  id,
  field,
  secret,
  required,
  value,
  onChange,
}: {
  id: string;
  field: JsonSchemaField;
  secret: boolean;
  required: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const { say } = useWords();
  const fallback = field.default === undefined ? '' : String(field.default as string | number);
  if (field.enum !== undefined || field.type === 'boolean') {
    const options = field.enum ?? ['true', 'false'];
    return (
      <select
        id={id}
        className="input"
        required={required}
        value={value === '' ? fallback : value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {field.type === 'boolean' ? say(option === 'true' ? 'common.yes' : 'common.no') : option}
          </option>
        ))}
      </select>
    );
  }
  const isNumber = field.type === 'integer' || field.type === 'number';
  return (
    <input
      id={id}
      className="input"
      type={secret ? 'password' : isNumber ? 'number' : field.format === 'uri' ? 'url' : 'text'}
      autoComplete={secret ? 'new-password' : 'off'}
      required={required}
      placeholder={fallback}
      min={field.minimum}
      max={field.maximum}
      maxLength={field.maxLength}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}

function Field({
  name,
  label,
  hint,
  error,
  children,
}: {
  name: string;
  label: string;
  hint?: string;
  error: string | null;
  children: ReactNode;
}) {
  return (
    <div className="field">
      <label htmlFor={`field-${name}`}>{label}</label>
      {children}
      {hint !== undefined && hint !== '' && <p className="hint">{hint}</p>}
      {error !== null && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
