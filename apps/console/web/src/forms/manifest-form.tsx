import { useState, type ReactNode } from 'react';
import { call } from '../api/call.js';
import type { Manifest, Manifested } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { useWords } from '../words/language.js';
import { Field } from './field.js';
import { useFieldErrors, type ErrorAt } from './field-errors.js';
import { madeSecrets, secretsOf, settingsOf, textsOf, type Values } from './form-values.js';
import { ManifestFields } from './manifest-fields.js';

/**
 * A channel or an alarm sink, made or changed: what all of its kind have, and what its type's manifest asks for. `children`
 * are the fields of the kind, whose values come by `more`.
 */
export function ManifestForm({
  title,
  submit,
  idLabel,
  collection,
  manifests,
  stored,
  more,
  after,
  onClose,
  children,
}: {
  title: string;
  submit: string;
  idLabel: string;
  /** Path of all of the kind: posted to for a new one. */
  collection: string;
  /** Undefined until they were read. */
  manifests: readonly Manifest[] | undefined;
  /** Null for a new one. */
  stored: Manifested | null;
  more: () => object;
  after: () => Promise<unknown>;
  onClose: () => void;
  children: (errorAt: ErrorAt) => ReactNode;
}) {
  const { say, language } = useWords();
  const [typeName, setTypeName] = useState(stored?.type ?? null);
  const [id, setId] = useState('');
  const [name, setName] = useState(stored?.name ?? '');
  const [enabled, setEnabled] = useState(stored?.enabled ?? true);
  const [settings, setSettings] = useState<Values>(() => textsOf(stored?.settings ?? {}));
  const [secrets, setSecrets] = useState<Values>({});
  const [shownOnce, setShownOnce] = useState<Record<string, string> | null>(null);
  const manifest = manifests?.find(({ type }) => type === typeName) ?? manifests?.[0];

  const save = useAction<Manifest, Manifested>({
    act: ({ type, settings: schema }) => {
      const given = {
        name: name.trim(),
        enabled,
        ...more(),
        settings: settingsOf(schema, settings, stored !== null),
        secrets: secretsOf(secrets),
      };
      return stored === null
        ? call(collection, { method: 'POST', json: { id: id.trim(), type, ...given } })
        : call(`${collection}/${encodeURIComponent(stored.id)}`, { method: 'PATCH', json: given });
    },
    done: () => say('form.saved'),
    after,
  });
  const errorAt = useFieldErrors(save.error);

  if (shownOnce !== null)
    return <ShownOnce title={say('form.shownOnce')} secrets={shownOnce} onDone={onClose} />;
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {manifest === undefined ? (
        <p>{say('common.loading')}</p>
      ) : (
        <form
          className="long-form"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(manifest, {
              onSuccess: (saved) => {
                const made = madeSecrets(saved.secrets, secrets);
                if (Object.keys(made).length === 0) onClose();
                else setShownOnce(made);
              },
            });
          }}
        >
          {stored === null && (
            <>
              <Field name="type" label={say('form.type')} error={errorAt('/type')}>
                {(control) => (
                  <select
                    {...control}
                    className="input"
                    value={manifest.type}
                    onChange={(event) => {
                      setTypeName(event.target.value);
                      setSettings({});
                      setSecrets({});
                    }}
                  >
                    {manifests?.map((each) => (
                      <option key={each.type} value={each.type}>
                        {each.title[language]}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              <Field name="id" label={idLabel} hint={say('form.idHint')} error={errorAt('/id')}>
                {(control) => (
                  <input
                    {...control}
                    className="input mono"
                    required
                    maxLength={63}
                    pattern="[a-z0-9][a-z0-9\-]*"
                    value={id}
                    onChange={(event) => {
                      setId(event.target.value);
                    }}
                  />
                )}
              </Field>
            </>
          )}
          <Field name="name" label={say('form.name')} error={errorAt('/name')}>
            {(control) => (
              <input
                {...control}
                className="input"
                required
                maxLength={200}
                value={name}
                onChange={(event) => {
                  setName(event.target.value);
                }}
              />
            )}
          </Field>
          {children(errorAt)}
          <ManifestFields
            place="settings"
            manifest={manifest}
            stored={stored?.settings ?? null}
            values={settings}
            onChange={setSettings}
            errorAt={errorAt}
          />
          <ManifestFields
            place="secrets"
            manifest={manifest}
            stored={stored?.secrets ?? null}
            values={secrets}
            onChange={setSecrets}
            errorAt={errorAt}
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
            <p className="instructions">{manifest.instructions[language]}</p>
          </details>
          <div className="actions">
            <Button variant="primary" type="submit" isPending={save.isPending}>
              {save.isPending ? say('form.saving') : submit}
            </Button>
            <Button onPress={onClose}>{say('common.cancel')}</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
