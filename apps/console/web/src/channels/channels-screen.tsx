import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAddress } from '../address.js';
import { runningReplays } from '../api/questions.js';
import { Button } from '../parts/button.js';
import { SubViews } from '../parts/sub-views.js';
import { againMs } from '../replays/again.js';
import { ReplayDialog } from '../replays/replay-dialog.js';
import { ReplayList } from '../replays/replay-list.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { ChannelForm } from './channel-form.js';
import { ChannelList } from './channel-list.js';

const LISTS = ['all', 'replays'] as const;

/** The outlets, and what they are given once more. */
export default function ChannelsScreen() {
  const { say } = useWords();
  const mayChange = useMay('channels');
  const mayReplay = useMay('retry');
  const running = useQuery({ ...runningReplays, refetchInterval: ({ state }) => againMs(state.data) });
  const list = useAddress().get('channels') === 'replays' ? 'replays' : 'all';
  const [asking, setAsking] = useState<'channel' | 'replay' | null>(null);
  const close = () => {
    setAsking(null);
  };
  const counts = { all: 0, replays: running.data?.length ?? 0 };
  const action =
    list === 'all'
      ? mayChange && ({ opens: 'channel', text: say('channels.new') } as const)
      : mayReplay && ({ opens: 'replay', text: say('replays.new') } as const);
  return (
    <>
      <div className="screen-top">
        <h1>{say('channels.title')}</h1>
        {action !== false && (
          <Button
            variant="primary"
            onPress={() => {
              setAsking(action.opens);
            }}
          >
            {action.text}
          </Button>
        )}
      </div>
      <SubViews
        label={say('channels.lists')}
        parameter="channels"
        views={LISTS.map((name) => ({ name, text: say(`channels.list.${name}`), count: counts[name] }))}
        here={list}
      />
      {list === 'all' ? <ChannelList /> : <ReplayList />}
      {asking === 'channel' && <ChannelForm channel={null} onClose={close} />}
      {asking === 'replay' && <ReplayDialog channelId={null} onClose={close} />}
    </>
  );
}
