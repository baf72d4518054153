import type { ReplayView } from '../api/shapes.js';
import { Icon } from '../parts/icon.js';
import { PlaceLink } from '../parts/place-link.js';
import { useWords } from '../words/language.js';
import { ReplayProgress, WaitingFor } from './progress.js';

/** That a replay of a channel is running, and how far it is. */
export function RunningNote({ replay }: { replay: ReplayView }) {
  const { say } = useWords();
  return (
    <div className="running-note">
      <PlaceLink to={{ screen: 'channels', channels: 'replays' }} className="mark busy">
        <Icon name="retry" />
        {say('replays.state.running')}
      </PlaceLink>
      <ReplayProgress replay={replay} />
      <WaitingFor replay={replay} />
    </div>
  );
}
