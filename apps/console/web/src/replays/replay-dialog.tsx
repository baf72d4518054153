import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { go } from '../address.js';
import { call } from '../api/call.js';
import { channels, runningReplays } from '../api/questions.js';
import { Field } from '../forms/field.js';
import { useFieldErrors } from '../forms/field-errors.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';
import { countMatches, REPLAY_PATH, type Counted, type ReplayAsked } from './count-matches.js';
import { CountResult } from './count-result.js';
import { ScopeChoice } from './scope-choice.js';
import { instantOf, lastHours, statesOf, type Repeatable, type Scope } from './window.js';

/** Windows that are asked for most, hours. */
const PRESETS = [1, 24, 168] as const;
const RATE = '5';

/**
 * A window of articles once more to one channel: first how many there are, and only then, for just what was counted, the
 * button that begins.
 */
export function ReplayDialog({ channelId, onClose }: { channelId: string | null; onClose: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const enabled = (useQuery(channels).data ?? []).filter((channel) => channel.enabled);
  const running = useQuery(runningReplays).data ?? [];
  const [channel, setChannel] = useState(channelId ?? '');
  const [bounds, setBounds] = useState(() => lastHours(24, Date.now()));
  const [scope, setScope] = useState<Scope>('failed');
  const [chosen, setChosen] = useState<Repeatable[]>(['dead', 'unknown', 'retrying']);
  const [rate, setRate] = useState(RATE);
  const [counted, setCounted] = useState<{ of: string; counts: Counted } | null>(null);
  const state = statesOf(scope, chosen);
  const asked: ReplayAsked = {
    channel,
    since: instantOf(bounds.since),
    until: instantOf(bounds.until),
    ...(state === undefined ? {} : { state }),
    ratePerSecond: Number(rate),
  };
  // What was changed since has to be counted anew.
  const counts = counted !== null && counted.of === JSON.stringify(asked) ? counted.counts : null;
  const isBusy = running.some((replay) => replay.channel === channel);
  const isReady = counts !== null && counts.total > 0 && !isBusy;

  const start = useAction<undefined, { count: number }>({
    act: () => call(REPLAY_PATH, { method: 'POST', json: asked }),
    done: ({ count }) => say('replays.started', { n: count }),
    after: () => client.invalidateQueries({ queryKey: ['replays'] }),
  });
  const count = useAction<undefined, Counted>({
    act: () => {
      start.reset();
      return countMatches(asked);
    },
  });
  const errorAt = useFieldErrors(start.error ?? count.error);

  return (
    <Dialog title={say('replays.title')} isOpen onClose={onClose}>
      <form
        className="long-form"
        onSubmit={(event) => {
          event.preventDefault();
          const of = JSON.stringify(asked);
          count.mutate(undefined, {
            onSuccess: (found) => {
              setCounted({ of, counts: found });
            },
          });
        }}
      >
        <p className="hint">{say('replays.explain')}</p>
        <Field name="channel" label={say('replays.channel')} error={errorAt('/channel')}>
          {(control) => (
            <select
              {...control}
              className="input"
              required
              value={channel}
              onChange={(event) => {
                setChannel(event.target.value);
              }}
            >
              <option value="">{say('replays.chooseChannel')}</option>
              {enabled.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <fieldset>
          <legend>{say('replays.window')}</legend>
          <div className="actions">
            {PRESETS.map((hours) => (
              <Button
                key={hours}
                small
                onPress={() => {
                  setBounds(lastHours(hours, Date.now()));
                }}
              >
                {say(`replays.last.${hours}`)}
              </Button>
            ))}
          </div>
          <div className="pair">
            {(['since', 'until'] as const).map((bound) => (
              <Field key={bound} name={bound} label={say(`replays.${bound}`)} error={errorAt(`/${bound}`)}>
                {(control) => (
                  <input
                    {...control}
                    className="input"
                    type="datetime-local"
                    required
                    value={bounds[bound]}
                    onChange={(event) => {
                      setBounds({ ...bounds, [bound]: event.target.value });
                    }}
                  />
                )}
              </Field>
            ))}
          </div>
          <p className="hint">{say('replays.windowHint')}</p>
        </fieldset>
        <ScopeChoice
          scope={scope}
          onScope={setScope}
          chosen={chosen}
          onChosen={setChosen}
          error={errorAt('/state')}
        />
        <Field
          name="rate"
          label={say('replays.rate')}
          hint={say('replays.rateHint')}
          error={errorAt('/ratePerSecond')}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              type="number"
              required
              step={1}
              min={1}
              max={50}
              value={rate}
              onChange={(event) => {
                setRate(event.target.value);
              }}
            />
          )}
        </Field>
        <div role="status">
          {counts !== null && <CountResult counts={counts} ratePerSecond={asked.ratePerSecond} />}
        </div>
        {isBusy && <p className="error">{say('error.409.replayRunning')}</p>}
        <div className="actions">
          <Button variant={isReady ? 'plain' : 'primary'} type="submit" isPending={count.isPending}>
            {say(count.isPending ? 'replays.counting' : 'replays.count')}
          </Button>
          {/* A button of its own in a place of its own: who presses twice has only counted twice. */}
          <Button
            variant={isReady ? 'primary' : 'plain'}
            isPending={start.isPending}
            isDisabled={!isReady}
            onPress={() => {
              start.mutate(undefined, {
                onSuccess: () => {
                  onClose();
                  go({ screen: 'channels', channels: 'replays' });
                },
              });
            }}
          >
            {isReady ? say('replays.start', { n: counts.total }) : say('replays.startLater')}
          </Button>
          <Button onPress={onClose}>{say('common.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
