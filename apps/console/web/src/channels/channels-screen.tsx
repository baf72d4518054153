import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type MouseEvent } from 'react';
import { addressWith, go } from '../address.js';
import { call } from '../api/call.js';
import { channels as channelsQuestion, status as statusQuestion } from '../api/questions.js';
import type { ChannelView, Status, TestAttempt } from '../api/shapes.js';
import { Attempt } from '../article/deliveries.js';
import { useAction, useProblemWords } from '../parts/action.js';
import { safeHref } from '../parts/address.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Icon, type IconName } from '../parts/icon.js';
import type { Tone } from '../parts/marks.js';
import { RelativeTime } from '../parts/time.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import type { Key } from '../words/zh.js';
import { BreakerNote, holdsBack } from './breaker.js';
import { ChannelForm } from './channel-form.js';
import { FAILING } from './failing.js';

type Health = Status['channels'][string];

function signOf(
  { enabled, paused }: ChannelView,
  health: Health | undefined,
): { icon: IconName; tone: Tone; key: Key } {
  if (!enabled) return { icon: 'minus', tone: 'none', key: 'channels.disabled' };
  if (paused !== null) return { icon: 'pause', tone: 'warn', key: 'channels.paused' };
  if ((health?.failureRate ?? 0) >= FAILING || (health !== undefined && holdsBack(health.breaker)))
    return { icon: 'cross', tone: 'bad', key: 'channels.failing' };
  return { icon: 'check', tone: 'good', key: 'channels.ok' };
}

/** A breaker changes as time goes by, which no stream tells. */
const AGAIN_MS = 10_000;
const URGENCY: Tone[] = ['bad', 'warn', 'busy', 'good', 'none'];

export default function ChannelsScreen() {
  const { say } = useWords();
  const words = useProblemWords();
  const mayChange = useMay('channels');
  const question = useQuery(channelsQuestion);
  const health = useQuery({ ...statusQuestion, refetchInterval: AGAIN_MS });
  const [editing, setEditing] = useState<ChannelView | 'new' | null>(null);
  const all = question.data;
  const sorted = [...(all ?? [])].sort((one, other) => {
    const rank = (channel: ChannelView) =>
      URGENCY.indexOf(signOf(channel, health.data?.channels[channel.id]).tone);
    return rank(one) - rank(other);
  });
  return (
    <>
      <div className="screen-top">
        <h1>{say('channels.title')}</h1>
        {mayChange && (
          <Button
            variant="primary"
            onPress={() => {
              setEditing('new');
            }}
          >
            {say('channels.new')}
          </Button>
        )}
      </div>
      {question.isError && all === undefined && <p>{words(question.error)}</p>}
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {all?.length === 0 && (
        <div className="empty">
          <p>{say('channels.empty')}</p>
          <p className="hint">{say('channels.emptyHint')}</p>
        </div>
      )}
      <ul className="channel-list" aria-label={say('channels.caption')}>
        {sorted.map((channel) => (
          <li key={channel.id} className="channel-item" data-channel={channel.id}>
            <ChannelItem
              channel={channel}
              health={health.data?.channels[channel.id]}
              onEdit={() => {
                setEditing(channel);
              }}
            />
          </li>
        ))}
      </ul>
      {editing !== null && (
        <ChannelForm
          channel={editing === 'new' ? null : editing}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
    </>
  );
}

function ChannelItem({
  channel,
  health,
  onEdit,
}: {
  channel: ChannelView;
  health: Health | undefined;
  onEdit: () => void;
}) {
  const { say } = useWords();
  const mayChange = useMay('channels');
  const { icon, tone, key } = signOf(channel, health);
  const place = { screen: null, view: 'all', channel: channel.id };
  return (
    <>
      <div className="channel-head">
        <h2>
          <bdi>{channel.name}</bdi>
        </h2>
        <span className={`mark ${tone}`}>
          <Icon name={icon} />
          {say(key)}
        </span>
        <span className="quiet small">
          {channel.id} · {channel.type}
        </span>
      </div>
      {channel.paused !== null && (
        <p className="why">
          <RelativeTime at={channel.paused.since} /> · <bdi>{channel.paused.reason}</bdi>
        </p>
      )}
      {channel.enabled && health !== undefined && <BreakerNote breaker={health.breaker} />}
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
        <a
          href={addressWith(place)}
          onClick={(event: MouseEvent) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            go(place);
          }}
        >
          {say('channels.articles')}
          <span className="visually-hidden">{channel.name}</span>
        </a>
        {mayChange && <ChannelActions channel={channel} onEdit={onEdit} />}
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
  return (
    <div className="wide">
      <dt>{say('channels.feedAddress')}</dt>
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

function ChannelActions({ channel, onEdit }: { channel: ChannelView; onEdit: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [pausing, setPausing] = useState(false);
  const [reason, setReason] = useState('');
  const path = `/api/v1/channels/${encodeURIComponent(channel.id)}`;
  const after = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['channels'] }),
      client.invalidateQueries({ queryKey: ['status'] }),
      client.invalidateQueries({ queryKey: ['board'] }),
    ]);
  };
  const pause = useAction<string, unknown>({
    act: (why) => call(`${path}/pause`, { method: 'POST', ...(why === '' ? {} : { json: { reason: why } }) }),
    done: () => say('channels.pausedDone'),
    after: async () => {
      setPausing(false);
      setReason('');
      await after();
    },
  });
  const resume = useAction<undefined, unknown>({
    act: () => call(`${path}/resume`, { method: 'POST' }),
    done: () => say('channels.resumed'),
    after,
  });
  const test = useAction<undefined, TestAttempt>({
    act: () => call<TestAttempt>(`${path}/test`, { method: 'POST' }),
  });
  const of = <span className="visually-hidden">{channel.name}</span>;
  return (
    <>
      {channel.paused === null ? (
        <Button
          small
          onPress={() => {
            setPausing(true);
          }}
        >
          {say('channels.pause')}
          {of}
        </Button>
      ) : (
        <Button
          small
          variant="primary"
          isPending={resume.isPending}
          onPress={() => {
            resume.mutate(undefined);
          }}
        >
          {say('channels.resume')}
          {of}
        </Button>
      )}
      <Button
        small
        isPending={test.isPending}
        onPress={() => {
          test.mutate(undefined);
        }}
      >
        {test.isPending ? say('channels.testBusy') : say('channels.test')}
        {of}
      </Button>
      <Button small onPress={onEdit}>
        {say('channels.edit')}
        {of}
      </Button>
      {test.data !== undefined && (
        <div className="test-result" role="status">
          <p>{say('channels.testResult', { outcome: say(`outcome.${test.data.outcome}`) })}</p>
          <Attempt attempt={test.data} />
        </div>
      )}
      <Dialog
        title={say('channels.pauseTitle', { name: channel.name })}
        isOpen={pausing}
        onClose={() => {
          setPausing(false);
        }}
      >
        <p>{say('channels.pauseText')}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            pause.mutate(reason.trim());
          }}
        >
          <label htmlFor="pause-reason">{say('channels.pauseReason')}</label>
          <input
            id="pause-reason"
            className="input"
            maxLength={500}
            autoFocus
            value={reason}
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
          <div className="actions">
            <Button variant="primary" type="submit" isPending={pause.isPending}>
              {say('channels.pauseConfirm')}
            </Button>
            <Button
              onPress={() => {
                setPausing(false);
              }}
            >
              {say('common.cancel')}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
