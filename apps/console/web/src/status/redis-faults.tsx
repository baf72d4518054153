import type { Status } from '../api/shapes.js';
import { Icon } from '../parts/icon.js';
import { useWords } from '../words/language.js';

const FAULTS = { eviction: 'bad', persistence: 'warn' } as const;
type Fault = keyof typeof FAULTS;

/** What is wrong with how the Redis of the queues is set up; that it is away is said by its queues. */
export function redisFaults(redis: Status['redis']): Fault[] {
  return redis.up ? (Object.keys(FAULTS) as Fault[]).filter((fault) => redis[fault] !== null) : [];
}

/** Nothing while nothing is wrong. */
export function RedisFaults({ redis }: { redis: Status['redis'] }) {
  const { say } = useWords();
  return redisFaults(redis).map((fault) => (
    <p key={fault} className="fault" data-redis={fault}>
      <span className={`mark ${FAULTS[fault]}`}>
        <Icon name="hand" />
        {say(`status.redis.${fault}`)}
      </span>{' '}
      {say(`status.redis.${fault}Fix`)}
    </p>
  ));
}
