import { useState } from 'react';
import { call } from '../api/call.js';
import type { FeedTokenView } from '../api/shapes.js';
import { useFieldErrors } from '../forms/field-errors.js';
import { Field } from '../forms/field.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';

/** A token for one more partner. */
export function NewToken({
  channelId,
  onMade,
  onClose,
}: {
  channelId: string;
  onMade: (made: FeedTokenView) => void;
  onClose: () => void;
}) {
  const { say } = useWords();
  const [name, setName] = useState('');
  const [lastDay, setLastDay] = useState('');
  const create = useAction<undefined, FeedTokenView>({
    act: () =>
      call<FeedTokenView>(`/api/v1/channels/${encodeURIComponent(channelId)}/tokens`, {
        method: 'POST',
        // To the end of that day, where the newsroom is.
        json: { name: name.trim(), ...(lastDay === '' ? {} : { expiresAt: `${lastDay}T23:59:59+08:00` }) },
      }),
  });
  const errorAt = useFieldErrors(create.error);
  return (
    <Dialog title={say('partners.newTitle')} isOpen onClose={onClose}>
      <form
        className="long-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(undefined, { onSuccess: onMade });
        }}
      >
        <Field
          name="token-name"
          label={say('partners.name')}
          hint={say('partners.nameHint')}
          error={errorAt('/name')}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              required
              maxLength={60}
              autoFocus
              value={name}
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          )}
        </Field>
        <Field
          name="token-expires"
          label={`${say('partners.expires')}（${say('form.optional')}）`}
          hint={say('partners.expiresHint')}
          error={errorAt('/expiresAt')}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={lastDay}
              onChange={(event) => {
                setLastDay(event.target.value);
              }}
            />
          )}
        </Field>
        <div className="actions">
          <Button variant="primary" type="submit" isPending={create.isPending}>
            {say('partners.create')}
          </Button>
          <Button onPress={onClose}>{say('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
