import { useQuery } from '@tanstack/react-query';
import { status as statusQuestion } from '../api/questions.js';
import type { Status } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Icon } from '../parts/icon.js';
import { RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { duration } from '../words/times.js';

const AGAIN_MS = 5_000;
/** What has been due for longer than this is worth a look, seconds. */
const LATE_SECONDS = 120;

/** What an operator asks first at night. */
export default function StatusScreen() {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery({ ...statusQuestion, refetchInterval: AGAIN_MS });
  const shown = question.data;
  if (shown === undefined)
    return (
      <>
        <h1>{say('status.title')}</h1>
        <p className="quiet">{question.isError ? words(question.error) : say('common.loading')}</p>
      </>
    );
  const well = isWell(shown);
  return (
    <>
      <div className="screen-top">
        <h1>{say('status.title')}</h1>
        <p className={`mark ${well ? 'good' : 'bad'}`} role="status">
          <Icon name={well ? 'check' : 'hand'} />
          {say(well ? 'status.allWell' : 'status.notWell')}
        </p>
      </div>
      <section aria-labelledby="services">
        <h2 id="services">{say('status.services')}</h2>
        <ul className="tiles">
          {Object.entries(shown.services).map(([name, service]) => (
            <ServiceTile key={name} name={name} service={service} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="queues">
        <h2 id="queues">{say('status.queues')}</h2>
        <ul className="tiles">
          {Object.entries(shown.queues).map(([name, queue]) => (
            <QueueTile key={name} name={name} queue={queue} />
          ))}
          <li className="tile">
            <h3>{say('status.outbox')}</h3>
            <p className="big">{shown.outbox.waiting}</p>
            <p className="quiet">
              {shown.outbox.waiting > 0
                ? `${say('status.oldest')} ${duration(shown.outbox.oldestSeconds * 1000, say)}`
                : say('status.outboxHint')}
            </p>
          </li>
        </ul>
        <QueueNote />
      </section>
    </>
  );
}

function isWell({ services, queues, outbox }: Status): boolean {
  return (
    Object.values(services).every(({ up }) => up) &&
    Object.values(queues).every((queue) => queue.up && queue.oldestSeconds < LATE_SECONDS) &&
    outbox.oldestSeconds < LATE_SECONDS
  );
}

function ServiceTile({ name, service }: { name: string; service: Status['services'][string] }) {
  const { say, sayIfKnown } = useWords();
  return (
    <li className={`tile ${service.up ? '' : 'bad'}`}>
      <h3>{sayIfKnown(`status.service.${name}`) ?? name}</h3>
      <p className={`mark ${service.up ? 'good' : 'bad'}`}>
        <Icon name={service.up ? 'check' : 'cross'} />
        {say(service.up ? 'status.up' : 'status.down')}
      </p>
      <p className="quiet">
        {service.instances > 1 ? say('status.instances', { n: service.instances }) : service.version}
        {!service.up && service.seenAt !== null && (
          <>
            {' · '}
            <RelativeTime at={service.seenAt} />
          </>
        )}
      </p>
    </li>
  );
}

function QueueTile({ name, queue }: { name: string; queue: Status['queues'][string] }) {
  const { say, sayIfKnown } = useWords();
  const title = <h3>{sayIfKnown(`status.queue.${name}`) ?? name}</h3>;
  if (!queue.up)
    return (
      <li className="tile bad">
        {title}
        <p className="mark bad">
          <Icon name="cross" />
          {say('status.down')}
        </p>
        <p className="quiet">{say('status.queueDown')}</p>
      </li>
    );
  return (
    <li className="tile">
      {title}
      <p className="big">{queue.waiting + queue.delayed + queue.active}</p>
      <p className="quiet">
        {say('status.waiting')} {queue.waiting} · {say('status.delayed')} {queue.delayed} ·{' '}
        {say('status.active')} {queue.active}
        {queue.oldestSeconds > 1 && ` · ${say('status.oldest')} ${duration(queue.oldestSeconds * 1000, say)}`}
      </p>
    </li>
  );
}

function QueueNote() {
  const { say } = useWords();
  const mayLook = useMay('queues');
  return (
    <p className="hint">
      {say('status.queueNote')}{' '}
      {mayLook && (
        <a href="/queues" target="_blank" rel="noreferrer">
          {say('status.openQueues')}
          <Icon name="external" />
          <span className="visually-hidden">{say('common.newWindow')}</span>
        </a>
      )}
    </p>
  );
}
