import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.js';
import type { ReplayView } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Icon, type IconName } from '../parts/icon.js';
import type { Tone } from '../parts/marks.js';
import { PlaceLink } from '../parts/place-link.js';
import { ClockTime, RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { ReplayProgress, WaitingFor } from './progress.js';
import { REPEATABLE } from './window.js';

const SIGNS: Record<ReplayView['state'], { icon: IconName; tone: Tone }> = {
  running: { icon: 'retry', tone: 'busy' },
  done: { icon: 'check', tone: 'good' },
  canceled: { icon: 'minus', tone: 'none' },
  failed: { icon: 'cross', tone: 'bad' },
};

/** What was asked for, by whom, and what came of it. */
export function ReplayItem({ replay, channelName }: { replay: ReplayView; channelName: string }) {
  const { say } = useWords();
  const mayCancel = useMay('retry');
  const { icon, tone } = SIGNS[replay.state];
  return (
    <>
      <div className="task-head">
        <h2>
          <bdi>{channelName}</bdi>
        </h2>
        <span className={`mark ${tone}`}>
          <Icon name={icon} />
          {say(`replays.state.${replay.state}`)}
        </span>
        <span className="quiet small">
          <bdi>{replay.requestedBy.keyName}</bdi> · <RelativeTime at={replay.createdAt} />
        </span>
      </div>
      <p>
        {say('replays.released')} <ClockTime at={replay.since} /> – <ClockTime at={replay.until} />
        {' · '}
        <What replay={replay} />
        {' · '}
        {say('replays.rateShown', { n: replay.ratePerSecond })}
      </p>
      <ReplayProgress replay={replay} />
      <WaitingFor replay={replay} />
      {replay.state === 'failed' && replay.reason !== null && (
        <p>{replay.reason === 'the channel was deleted' ? say('reason.channelDeleted') : replay.reason}</p>
      )}
      <div className="actions">
        <PlaceLink to={{ screen: null, view: 'all', channel: replay.channel }}>
          {say('channels.articles')}
          <span className="visually-hidden">{channelName}</span>
        </PlaceLink>
        {replay.state === 'running' && mayCancel && <Cancel replay={replay} channelName={channelName} />}
      </div>
    </>
  );
}

/** Which of the window's articles. */
function What({ replay }: { replay: ReplayView }) {
  const { say } = useWords();
  if (replay.missing) return say('replays.everything');
  return REPEATABLE.filter((state) => replay.states.includes(state))
    .map((state) => say(`delivery.${state}`))
    .join(say('board.and'));
}

function Cancel({ replay, channelName }: { replay: ReplayView; channelName: string }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const close = () => {
    setAsking(false);
  };
  const cancel = useAction<undefined, unknown>({
    act: () => call(`/api/v1/replays/${encodeURIComponent(replay.id)}/cancel`, { method: 'POST' }),
    done: () => say('replays.canceled'),
    after: async () => {
      close();
      await client.invalidateQueries({ queryKey: ['replays'] });
    },
  });
  return (
    <>
      <Button
        small
        onPress={() => {
          setAsking(true);
        }}
      >
        {say('replays.cancel')}
        <span className="visually-hidden">{channelName}</span>
      </Button>
      <Dialog title={say('replays.cancelTitle', { name: channelName })} isOpen={asking} onClose={close}>
        <p>{say('replays.cancelText')}</p>
        <div className="actions">
          <Button
            variant="danger"
            isPending={cancel.isPending}
            onPress={() => {
              cancel.mutate(undefined);
            }}
          >
            {say('replays.cancelConfirm')}
          </Button>
          <Button autoFocus onPress={close}>
            {say('replays.goOn')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
