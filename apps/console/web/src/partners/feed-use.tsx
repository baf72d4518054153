import { useQuery } from '@tanstack/react-query';
import { feedUsage } from '../api/questions.js';
import type { FeedUsageView, PollCounts } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Icon } from '../parts/icon.js';
import { RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';

/** Counts move as readers come, which no stream tells. */
const AGAIN_MS = 10_000;
/** What readers beyond a day's names are counted under. */
const OTHERS = '(other)';

/** Who asks for a feed, and how often. */
export function FeedUse({ channelId }: { channelId: string }) {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery({ ...feedUsage(channelId), refetchInterval: AGAIN_MS });
  const use = question.data;
  return (
    <section aria-labelledby="feed-use">
      <h3 id="feed-use">{say('partners.use')}</h3>
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p>{words(question.error)}</p>}
      {use !== undefined && (
        <>
          <p>
            {say('partners.lastPolled')}
            {use.lastPolledAt === null ? (
              say('partners.neverPolled')
            ) : (
              <RelativeTime past at={use.lastPolledAt} />
            )}{' '}
            {use.silent && (
              <span className="mark warn">
                <Icon name="clock" />
                {say('partners.silent')}
              </span>
            )}
          </p>
          {use.overPolling.map(({ token, polls, full }) => (
            <p key={token} className="mark warn">
              <Icon name="hand" />
              {say('partners.overPolling', { token, polls, full })}
            </p>
          ))}
          {use.readers.length > 0 && <Readers readers={use.readers} />}
          {use.perDay.length > 0 && <Days days={use.perDay} />}
        </>
      )}
    </section>
  );
}

function Readers({ readers }: { readers: FeedUsageView['readers'] }) {
  const { say } = useWords();
  const nameOf = (name: string) => {
    if (name === '') return say('partners.unnamed');
    return name === OTHERS ? say('partners.others') : name;
  };
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={say('partners.reader')}>
      <table className="plain figures-table">
        <thead>
          <tr>
            <th scope="col">{say('partners.reader')}</th>
            <th scope="col">{say('partners.partner')}</th>
            <th scope="col">{say('partners.last')}</th>
            <CountHeads />
          </tr>
        </thead>
        <tbody>
          {readers.map((reader) => (
            <tr key={`${reader.token ?? ''} ${reader.name}`}>
              <th scope="row">
                <bdi>{nameOf(reader.name)}</bdi>
              </th>
              <td>
                <bdi>{reader.token ?? say('partners.noPartner')}</bdi>
              </td>
              <td>
                <RelativeTime past at={reader.lastAt} />
              </td>
              <Counts of={reader} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Days({ days }: { days: FeedUsageView['perDay'] }) {
  const { say } = useWords();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={say('partners.day')}>
      <table className="plain figures-table">
        <thead>
          <tr>
            <th scope="col">{say('partners.day')}</th>
            <CountHeads />
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <th scope="row">{day.date}</th>
              <Counts of={day} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CountHeads() {
  const { say } = useWords();
  return (
    <>
      <th scope="col" className="number">
        {say('partners.ok')}
      </th>
      <th scope="col" className="number">
        {say('partners.notModified')}
      </th>
      <th scope="col" className="number">
        {say('partners.other')}
      </th>
    </>
  );
}

function Counts({ of: { ok, notModified, other } }: { of: PollCounts }) {
  return (
    <>
      <td className="number">{ok}</td>
      <td className="number">{notModified}</td>
      <td className="number">{other}</td>
    </>
  );
}
