import { call } from '../api/call.js';
import type { FeedTokenView } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';

/** The end of a token, asked for once more. */
export function RevokeToken({
  channelId,
  token,
  onClose,
}: {
  channelId: string;
  token: FeedTokenView;
  onClose: () => void;
}) {
  const { say } = useWords();
  const revoke = useAction<undefined, unknown>({
    act: () =>
      call(`/api/v1/channels/${encodeURIComponent(channelId)}/tokens/${encodeURIComponent(token.id)}`, {
        method: 'DELETE',
      }),
    done: () => say('partners.revoked'),
  });
  return (
    <Dialog title={say('partners.revokeTitle', { name: token.name })} isOpen onClose={onClose}>
      <p>{say('partners.revokeText')}</p>
      <div className="actions">
        <Button
          variant="danger"
          isPending={revoke.isPending}
          onPress={() => {
            revoke.mutate(undefined, { onSuccess: onClose });
          }}
        >
          {say('partners.revokeConfirm')}
        </Button>
        <Button autoFocus onPress={onClose}>
          {say('common.cancel')}
        </Button>
      </div>
    </Dialog>
  );
}
