import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import type { Page, Role } from '../api/shapes.js';
import { useAction, useProblemWords } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { ClockTime, RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';

interface KeyView {
  id: string;
  name: string;
  role: Role;
  source: string | null;
  createdAt: string;
  lastUsedAt: string | null;
}

const ROLES: Role[] = ['editor', 'operator', 'source', 'admin'];

const keys = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => call<Page<KeyView>>('/api/v1/keys?limit=500', { signal }),
});

/** Who may come in, and with which role. */
export default function KeysScreen() {
  const { say } = useWords();
  const words = useProblemWords();
  const client = useQueryClient();
  const question = useQuery(keys);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<KeyView | null>(null);
  const after = () => client.invalidateQueries({ queryKey: ['keys'] });
  const revoke = useAction<KeyView, unknown>({
    act: ({ id }) => call(`/api/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    done: () => say('keys.revoked'),
    after: async () => {
      setRevoking(null);
      await after();
    },
  });
  return (
    <>
      <div className="screen-top">
        <h1>{say('keys.title')}</h1>
        <Button
          variant="primary"
          onPress={() => {
            setMaking(true);
          }}
        >
          {say('keys.new')}
        </Button>
      </div>
      {question.isError && <p>{words(question.error)}</p>}
      {question.data?.items.length === 0 && (
        <div className="empty">
          <p>{say('keys.empty')}</p>
        </div>
      )}
      {(question.data?.items.length ?? 0) > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={say('keys.title')}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{say('keys.name')}</th>
                <th scope="col">{say('keys.role')}</th>
                <th scope="col">{say('keys.source')}</th>
                <th scope="col">{say('keys.lastUsed')}</th>
                <th scope="col">{say('keys.created')}</th>
                <th scope="col">
                  <span className="visually-hidden">{say('channels.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {question.data?.items.map((key) => (
                <tr key={key.id}>
                  <th scope="row">
                    <bdi>{key.name}</bdi>
                  </th>
                  <td>{say(`role.${key.role}`)}</td>
                  <td>
                    <bdi>{key.source}</bdi>
                  </td>
                  <td>
                    {key.lastUsedAt === null ? say('keys.never') : <RelativeTime at={key.lastUsedAt} />}
                  </td>
                  <td>
                    <ClockTime at={key.createdAt} />
                  </td>
                  <td>
                    <Button
                      small
                      onPress={() => {
                        setRevoking(key);
                      }}
                    >
                      {say('keys.revoke')}
                      <span className="visually-hidden">{key.name}</span>
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && (
        <NewKey
          onClose={() => {
            setMaking(false);
            void after();
          }}
        />
      )}
      <Dialog
        title={say('keys.revokeTitle', { name: revoking?.name ?? '' })}
        isOpen={revoking !== null}
        onClose={() => {
          setRevoking(null);
        }}
      >
        <p>{say('keys.revokeText')}</p>
        <div className="actions">
          <Button
            variant="danger"
            isPending={revoke.isPending}
            onPress={() => {
              if (revoking !== null) revoke.mutate(revoking);
            }}
          >
            {say('keys.revokeConfirm')}
          </Button>
          <Button
            autoFocus
            onPress={() => {
              setRevoking(null);
            }}
          >
            {say('common.cancel')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const [source, setSource] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const create = useAction<undefined, KeyView & { key: string }>({
    act: () =>
      call('/api/v1/keys', {
        method: 'POST',
        json: { name: name.trim(), role, ...(role === 'source' ? { source: source.trim() } : {}) },
      }),
  });
  if (made !== null)
    return <ShownOnce title={say('keys.shownOnce')} secrets={{ [name.trim()]: made }} onDone={onClose} />;
  return (
    <Dialog title={say('keys.new')} isOpen onClose={onClose}>
      <form
        className="long-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(undefined, {
            onSuccess: ({ key }) => {
              setMade(key);
            },
          });
        }}
      >
        <div className="field">
          <label htmlFor="key-name">{say('keys.name')}</label>
          <input
            id="key-name"
            className="input"
            required
            maxLength={60}
            autoFocus
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </div>
        <div className="field">
          <label htmlFor="key-role">{say('keys.role')}</label>
          <select
            id="key-role"
            className="input"
            value={role}
            onChange={(event) => {
              setRole(ROLES.find((each) => each === event.target.value) ?? 'editor');
            }}
          >
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {say(`role.${each}`)}
              </option>
            ))}
          </select>
        </div>
        {role === 'source' && (
          <div className="field">
            <label htmlFor="key-source">{say('keys.source')}</label>
            <input
              id="key-source"
              className="input"
              required
              maxLength={60}
              value={source}
              onChange={(event) => {
                setSource(event.target.value);
              }}
            />
            <p className="hint">{say('keys.sourceHint')}</p>
          </div>
        )}
        <div className="actions">
          <Button variant="primary" type="submit" isPending={create.isPending}>
            {say('keys.create')}
          </Button>
          <Button onPress={onClose}>{say('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
