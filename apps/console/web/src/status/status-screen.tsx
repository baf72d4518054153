import { useQuery } from '@tanstack/react-query';
import { channels as channelsQuestion, status as statusQuestion } from '../api/questions.js';
import type { Status } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { BreakerNote, holdsBack } from '../channels/breaker.js';
import { FAILING } from '../channels/failing.js';
import { Icon } from '../parts/icon.js';
import { PlaceLink } from '../parts/place-link.js';
import { RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { duration } from '../words/times.js';
import { OperatorEvents } from './operator-events.js';
import { RedisFaults, redisFaults } from './redis-faults.js';
import { RunningReplays } from './running-replays.js';

const AGAIN_MS = 5_000;
/** What has been due for longer than this is worth a look, seconds. */
const LATE_SECONDS = 120;
/** Outlets named here; all of them are on their own screen. */
const MAX_NAMED = 20;

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
        <p className={`mark ${well ? 'good' : 'warn'}`} role="status">
          <Icon name={well ? 'check' : 'hand'} />
          {say(well ? 'status.allWell' : 'status.notWell')}
        </p>
      </div>
      <OperatorEvents />
      <RunningReplays />
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
        <RedisFaults redis={shown.redis} />
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
      <section aria-labelledby="channels">
        <h2 id="channels">{say('channels.title')}</h2>
        <ChannelTiles channels={shown.channels} />
      </section>
    </>
  );
}

/** Most of its attempts fail, or nothing goes out because of failures. */
const fails = ({ failureRate, breaker }: Status['channels'][string]) =>
  (failureRate ?? 0) >= FAILING || holdsBack(breaker);

/** Also of the outlets: whoever reads that all is well looks no further. */
function isWell({ services, queues, redis, outbox, channels }: Status): boolean {
  return (
    Object.values(channels).every(
      (channel) => !channel.enabled || (channel.paused === null && !fails(channel)),
    ) &&
    Object.values(services).every(({ up }) => up) &&
    Object.values(queues).every((queue) => queue.up && queue.oldestSeconds < LATE_SECONDS) &&
    redisFaults(redis).length === 0 &&
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

/** Of how many channels what has to be known; which they are is on their own screen. */
function ChannelTiles({ channels }: { channels: Status['channels'] }) {
  const { say } = useWords();
  const all = Object.values(channels).filter(({ enabled }) => enabled);
  const paused = all.filter((channel) => channel.paused !== null).length;
  const failing = all.filter((channel) => channel.paused === null && fails(channel)).length;
  const tiles = [
    { key: 'channels.failing', count: failing, tone: 'bad', icon: 'cross' },
    { key: 'channels.paused', count: paused, tone: 'warn', icon: 'pause' },
    { key: 'channels.ok', count: all.length - paused - failing, tone: 'good', icon: 'check' },
  ] as const;
  return (
    <>
      <ul className="tiles">
        {tiles.map(({ key, count, tone, icon }) => (
          <li key={key} className="tile">
            <h3 className={`mark ${count > 0 ? tone : 'none'}`}>
              <Icon name={icon} />
              {say(key)}
            </h3>
            <p className="big">{count}</p>
          </li>
        ))}
      </ul>
      <HeldBack channels={channels} />
      <p className="hint">
        <PlaceLink to={{ screen: 'channels' }}>{say('status.openChannels')}</PlaceLink>
      </p>
    </>
  );
}

/** The outlets to which nothing goes out because of failures, by name. */
function HeldBack({ channels }: { channels: Status['channels'] }) {
  const { say } = useWords();
  const known = useQuery(channelsQuestion);
  const held = Object.entries(channels).filter(
    ([, { enabled, paused, breaker }]) => enabled && paused === null && holdsBack(breaker),
  );
  if (held.length === 0) return null;
  return (
    <ul className="held-back" aria-label={say('status.heldBack')}>
      {held.slice(0, MAX_NAMED).map(([id, { breaker }]) => (
        <li key={id} data-channel={id}>
          <strong>
            <bdi>{known.data?.find((channel) => channel.id === id)?.name ?? id}</bdi>
          </strong>
          <BreakerNote breaker={breaker} />
        </li>
      ))}
    </ul>
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
