import { useQuery } from '@tanstack/react-query';
import { operatorEvents } from '../api/questions.js';
import type { OperatorEventView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Icon } from '../parts/icon.js';
import { RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';

const AGAIN_MS = 10_000;
const LOOKS = {
  critical: { tone: 'bad', icon: 'cross' },
  warning: { tone: 'warn', icon: 'hand' },
  info: { tone: 'none', icon: 'check' },
} as const;

/** What operators were told of lately, newest first. */
export function OperatorEvents() {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery({ ...operatorEvents, refetchInterval: AGAIN_MS });
  const events = question.data ?? [];
  return (
    <section aria-labelledby="alarms">
      <h2 id="alarms">{say('alarms.title')}</h2>
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p className="quiet">{words(question.error)}</p>}
      {question.isSuccess && events.length === 0 && <p className="quiet">{say('alarms.none')}</p>}
      {events.length > 0 && (
        <ul className="alarms">
          {events.map((event) => (
            <AlarmLine key={event.id} event={event} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AlarmLine({ event }: { event: OperatorEventView }) {
  const { say, language } = useWords();
  const { tone, icon } = LOOKS[event.severity];
  const over = event.open === false;
  return (
    <li>
      <span className={`mark ${over ? 'good' : tone}`}>
        <Icon name={over ? 'check' : icon} />
        {say(over ? 'alarms.over' : `alarms.${event.severity}`)}
      </span>
      <span>{event.text[language]}</span>
      <span className="quiet">
        <RelativeTime at={event.endedAt ?? event.at} />
      </span>
    </li>
  );
}
