import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChannelView, FeedTokenView } from '../api/shapes.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { ShownOnce } from '../parts/shown-once.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { FeedUse } from './feed-use.js';
import { NewToken } from './new-token.js';
import { RevokeToken } from './revoke-token.js';
import { RotateToken } from './rotate-token.js';
import { TokenList } from './token-list.js';

/** What stands in the one dialog: the list, or what is done from it. */
type Step =
  | { at: 'list' }
  | { at: 'new' }
  | { at: 'rotate' | 'revoke'; token: FeedTokenView }
  | { at: 'made'; made: FeedTokenView };

/** Who may read a feed channel, and who does. */
export function ReadersDialog({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const mayChange = useMay('channels');
  const [step, setStep] = useState<Step>({ at: 'list' });
  const toList = () => {
    setStep({ at: 'list' });
    void client.invalidateQueries({ queryKey: ['channels', channel.id] });
  };
  const onMade = (made: FeedTokenView) => {
    setStep({ at: 'made', made });
  };
  switch (step.at) {
    case 'new':
      return <NewToken channelId={channel.id} onMade={onMade} onClose={toList} />;
    case 'rotate':
      return <RotateToken channelId={channel.id} token={step.token} onMade={onMade} onClose={toList} />;
    case 'revoke':
      return <RevokeToken channelId={channel.id} token={step.token} onClose={toList} />;
    case 'made':
      return (
        <ShownOnce
          title={say('partners.shownOnce')}
          secrets={{
            [say('partners.token')]: step.made.token,
            [say('partners.address')]: `${window.location.origin}/feeds/${step.made.token}/${channel.id}.rss`,
          }}
          onDone={toList}
        />
      );
    case 'list':
  }
  const isProtected = channel.settings['access'] === 'token';
  return (
    <Dialog title={say('partners.title', { name: channel.name })} isOpen onClose={onClose}>
      <p className="hint">{say(isProtected ? 'partners.protected' : 'partners.public')}</p>
      <TokenList
        channelId={channel.id}
        isProtected={isProtected}
        {...(mayChange
          ? {
              onRotate: (token: FeedTokenView) => {
                setStep({ at: 'rotate', token });
              },
              onRevoke: (token: FeedTokenView) => {
                setStep({ at: 'revoke', token });
              },
            }
          : {})}
      />
      <FeedUse channelId={channel.id} />
      <div className="actions">
        {mayChange && (
          <Button
            variant="primary"
            onPress={() => {
              setStep({ at: 'new' });
            }}
          >
            {say('partners.new')}
          </Button>
        )}
        <Button onPress={onClose}>{say('partners.close')}</Button>
      </div>
    </Dialog>
  );
}
