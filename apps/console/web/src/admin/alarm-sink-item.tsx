import type { AlarmSinkView } from '../api/shapes.js';
import { EntryHead, type Sign } from '../parts/entry-head.js';
import { Reason } from '../parts/reason.js';
import { RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';
import { AlarmSinkActions } from './alarm-sink-actions.js';

function signOf({ enabled, lastError }: AlarmSinkView): Sign {
  if (!enabled) return { icon: 'minus', tone: 'none', key: 'channels.disabled' };
  if (lastError !== null) return { icon: 'cross', tone: 'bad', key: 'sinks.failing' };
  return { icon: 'check', tone: 'good', key: 'sinks.ok' };
}

/** A sink, what it wants to hear, and what became of the last message. */
export function AlarmSinkItem({
  sink,
  typeTitle,
  onEdit,
}: {
  sink: AlarmSinkView;
  typeTitle: string;
  onEdit: () => void;
}) {
  const { say } = useWords();
  return (
    <>
      <EntryHead name={sink.name} sign={signOf(sink)} id={sink.id} type={typeTitle} />
      {sink.lastError !== null && (
        <p className="quiet">
          {say('sinks.lastError')}
          <Reason reason={sink.lastError} />
        </p>
      )}
      <dl className="figures">
        <div>
          <dt>{say('sinks.lastSent')}</dt>
          <dd>{sink.lastSentAt === null ? say('channels.never') : <RelativeTime at={sink.lastSentAt} />}</dd>
        </div>
        <div>
          <dt>{say('channels.waiting')}</dt>
          <dd>{sink.waiting}</dd>
        </div>
        <div>
          <dt>{say('sinks.language')}</dt>
          <dd>{say(`sinks.language.${sink.language}`)}</dd>
        </div>
        <div className="wide">
          <dt>{say('sinks.hears')}</dt>
          <dd>
            {say(`sinks.least.${sink.minSeverity}`)}
            {' · '}
            {sink.kinds.length === 0
              ? say('sinks.allKinds')
              : sink.kinds.map((kind) => say(`event.${kind}`)).join(say('board.and'))}
          </dd>
        </div>
      </dl>
      <div className="actions">
        <AlarmSinkActions sink={sink} onEdit={onEdit} />
      </div>
    </>
  );
}
