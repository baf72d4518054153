import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { channels as channelsQuestion, runningReplays, status as statusQuestion } from '../api/questions.js';
import type { ChannelView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import type { Tone } from '../parts/marks.js';
import { ReadersDialog } from '../partners/readers-dialog.js';
import { ReplayDialog } from '../replays/replay-dialog.js';
import { useWords } from '../words/language.js';
import { ChannelForm } from './channel-form.js';
import { ChannelItem } from './channel-item.js';
import { signOf } from './channel-sign.js';

/** A breaker changes as time goes by, which no stream tells. */
const AGAIN_MS = 10_000;
const URGENCY: Tone[] = ['bad', 'warn', 'busy', 'good', 'none'];

/** All channels, what needs a look first. */
export function ChannelList() {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery(channelsQuestion);
  const health = useQuery({ ...statusQuestion, refetchInterval: AGAIN_MS });
  const replays = useQuery(runningReplays);
  const [editing, setEditing] = useState<ChannelView | null>(null);
  const [replaying, setReplaying] = useState<string | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const all = question.data;
  const readBy = all?.find(({ id }) => id === reading);
  const sorted = [...(all ?? [])].sort((one, other) => {
    const rank = (channel: ChannelView) =>
      URGENCY.indexOf(signOf(channel, health.data?.channels[channel.id]).tone);
    return rank(one) - rank(other);
  });
  return (
    <>
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
              replay={replays.data?.find((replay) => replay.channel === channel.id)}
              onEdit={() => {
                setEditing(channel);
              }}
              onReplay={() => {
                setReplaying(channel.id);
              }}
              onReaders={() => {
                setReading(channel.id);
              }}
            />
          </li>
        ))}
      </ul>
      {editing !== null && (
        <ChannelForm
          channel={editing}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
      {readBy !== undefined && (
        <ReadersDialog
          channel={readBy}
          onClose={() => {
            setReading(null);
          }}
        />
      )}
      {replaying !== null && (
        <ReplayDialog
          channelId={replaying}
          onClose={() => {
            setReplaying(null);
          }}
        />
      )}
    </>
  );
}
