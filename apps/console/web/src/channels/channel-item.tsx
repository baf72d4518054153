import type { ChannelView, ReplayView } from '../api/shapes.js';
import { safeHref } from '../parts/address.js';
import { Button } from '../parts/button.js';
import { EntryHead } from '../parts/entry-head.js';
import { PlaceLink } from '../parts/place-link.js';
import { RelativeTime } from '../parts/time.js';
import { RunningNote } from '../replays/running-note.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { BreakerNote } from './breaker.js';
import { ChannelActions } from './channel-actions.js';
import { signOf, type Health } from './channel-sign.js';

/** A channel, how it does, and what can be done about it. */
export function ChannelItem({
  channel,
  health,
  replay,
  onEdit,
  onReplay,
  onReaders,
}: {
  channel: ChannelView;
  health: Health | undefined;
  /** The one that is running, if any. */
  replay: ReplayView | undefined;
  onEdit: () => void;
  onReplay: () => void;
  onReaders: () => void;
}) {
  const { say } = useWords();
  const mayChange = useMay('channels');
  const mayReplay = useMay('retry');
  return (
    <>
      <EntryHead name={channel.name} sign={signOf(channel, health)} id={channel.id} type={channel.type} />
      {channel.paused !== null && (
        <p className="why">
          <RelativeTime at={channel.paused.since} /> · <bdi>{channel.paused.reason}</bdi>
        </p>
      )}
      {channel.enabled && health !== undefined && <BreakerNote breaker={health.breaker} />}
      {replay !== undefined && <RunningNote replay={replay} />}
      <dl className="figures">
        <div>
          <dt>{say('channels.lastSuccess')}</dt>
          <dd>
            {health?.lastSuccessAt == null ? (
              say('channels.never')
            ) : (
              <RelativeTime at={health.lastSuccessAt} />
            )}
          </dd>
        </div>
        <div>
          <dt>{say('channels.failureRate')}</dt>
          <dd>
            {health?.failureRate == null
              ? say('channels.noAttempts')
              : say('channels.rate', {
                  percent: Math.round(health.failureRate * 100),
                  n: health.attemptsLastHour,
                })}
          </dd>
        </div>
        <div>
          <dt>{say('channels.waiting')}</dt>
          <dd>{health?.waiting ?? 0}</dd>
        </div>
        <Target channel={channel} />
      </dl>
      <div className="actions">
        <PlaceLink to={{ screen: null, view: 'all', channel: channel.id }}>
          {say('channels.articles')}
          <span className="visually-hidden">{channel.name}</span>
        </PlaceLink>
        {mayChange && <ChannelActions channel={channel} onEdit={onEdit} />}
        {channel.type === 'feed' && (
          <Button small onPress={onReaders}>
            {say('channels.readers')}
            <span className="visually-hidden">{channel.name}</span>
          </Button>
        )}
        {mayReplay && channel.enabled && (
          <Button small onPress={onReplay}>
            {say('replays.ofChannel')}
            <span className="visually-hidden">{channel.name}</span>
          </Button>
        )}
      </div>
    </>
  );
}

/** Where it goes, or is fetched: the one setting that everybody looks for. */
function Target({ channel }: { channel: ChannelView }) {
  const { say } = useWords();
  const url = channel.settings['url'] ?? channel.settings['baseUrl'];
  if (typeof url === 'string' && safeHref(url) !== null)
    return (
      <div className="wide">
        <dt>{say('channels.target')}</dt>
        <dd className="mono">{url}</dd>
      </div>
    );
  if (channel.type !== 'feed') return null;
  const access = channel.settings['access'] === 'token' ? 'token' : 'public';
  return (
    <div className="wide">
      <dt>
        {say('channels.feedAddress')} · {say('channels.access')}
        {say(`option.${access}`)}
      </dt>
      <dd>
        {['rss', 'atom', 'json'].map((format) => (
          <a
            key={format}
            href={`/feeds/${channel.id}.${format}`}
            target="_blank"
            rel="noreferrer"
            className="format"
          >
            {format.toUpperCase()}
            <span className="visually-hidden">{say('common.newWindow')}</span>
          </a>
        ))}
      </dd>
    </div>
  );
}
