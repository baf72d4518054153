import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { channelTypes } from '../api/questions.js';
import type { ChannelView } from '../api/shapes.js';
import { Field } from '../forms/field.js';
import { listOf } from '../forms/form-values.js';
import { ManifestForm } from '../forms/manifest-form.js';
import { useWords } from '../words/language.js';

/** A channel, made or changed: besides what its type asks for, which articles it gets. */
export function ChannelForm({ channel, onClose }: { channel: ChannelView | null; onClose: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const types = useQuery(channelTypes);
  const [sections, setSections] = useState(channel?.filter.sections.join('，') ?? '');
  return (
    <ManifestForm
      title={channel === null ? say('form.newTitle') : say('form.editTitle', { name: channel.name })}
      submit={say(channel === null ? 'form.create' : 'form.save')}
      idLabel={say('form.id')}
      collection="/api/v1/channels"
      manifests={types.data}
      stored={channel}
      more={() => ({
        filter: { ...(channel?.filter ?? { sources: [], keywords: [] }), sections: listOf(sections) },
      })}
      after={() =>
        Promise.all([
          client.invalidateQueries({ queryKey: ['channels'] }),
          client.invalidateQueries({ queryKey: ['board'] }),
        ])
      }
      onClose={onClose}
    >
      {(errorAt) => (
        <Field
          name="sections"
          label={say('form.sections')}
          hint={say('form.listHint')}
          error={errorAt('/filter/sections')}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              value={sections}
              onChange={(event) => {
                setSections(event.target.value);
              }}
            />
          )}
        </Field>
      )}
    </ManifestForm>
  );
}
