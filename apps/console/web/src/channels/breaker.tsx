import type { BreakerView } from '../api/shapes.js';
import { Icon, type IconName } from '../parts/icon.js';
import type { Tone } from '../parts/marks.js';
import { ClockTime, RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';

const SIGNS: Record<BreakerView['state'], { icon: IconName; tone: Tone }> = {
  closed: { icon: 'retry', tone: 'warn' },
  open: { icon: 'pause', tone: 'bad' },
  'half-open': { icon: 'eye', tone: 'busy' },
};

/** Whether nothing but a trial goes out because of failures. */
export const holdsBack = ({ state }: BreakerView): boolean => state !== 'closed';

/** How many attempts failed one upon another, and what comes of it; nothing while the last one did not fail. */
export function BreakerNote({ breaker }: { breaker: BreakerView }) {
  const { say } = useWords();
  const { state, failures, failingSince, openUntil } = breaker;
  if (failures === 0) return null;
  const { icon, tone } = SIGNS[state];
  return (
    <p className="breaker" data-breaker={state}>
      <span className={`mark ${tone}`}>
        <Icon name={icon} />
        {say(`breaker.${state}`)}
      </span>
      <span>
        {say('breaker.failures', { n: failures })}
        {failingSince !== null && (
          <>
            {say('breaker.since')}
            <RelativeTime at={failingSince} />
          </>
        )}
        {' · '}
        {state === 'open' && openUntil !== null ? (
          <>
            <ClockTime at={openUntil} />
            {say('breaker.triesAgain')}
          </>
        ) : (
          say(state === 'half-open' ? 'breaker.trial' : 'breaker.goesOn')
        )}
      </span>
    </p>
  );
}
