import { useState } from 'react';
import { call } from '../api/call.js';
import type { FeedTokenView } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/language.js';

/** Hours that are offered: at once, a day as a rule, and as long as a partner's own release may take. */
const OVERLAPS = [0, 1, 24, 72, 168, 720];

/** A new token in the place of one. */
export function RotateToken({
  channelId,
  token,
  onMade,
  onClose,
}: {
  channelId: string;
  token: FeedTokenView;
  onMade: (made: FeedTokenView) => void;
  onClose: () => void;
}) {
  const { say } = useWords();
  const [overlapHours, setOverlapHours] = useState(24);
  const rotate = useAction<undefined, FeedTokenView>({
    act: () =>
      call<FeedTokenView>(
        `/api/v1/channels/${encodeURIComponent(channelId)}/tokens/${encodeURIComponent(token.id)}/rotate`,
        { method: 'POST', json: { overlapHours } },
      ),
  });
  const nameOf = (hours: number) => {
    if (hours === 0) return say('partners.overlapNone');
    return hours < 48
      ? say('partners.overlapHours', { n: hours })
      : say('partners.overlapDays', { n: hours / 24 });
  };
  return (
    <Dialog title={say('partners.rotateTitle', { name: token.name })} isOpen onClose={onClose}>
      <p>{say('partners.rotateText')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rotate.mutate(undefined, { onSuccess: onMade });
        }}
      >
        <label htmlFor="token-overlap">{say('partners.overlap')}</label>
        <select
          id="token-overlap"
          className="input"
          value={overlapHours}
          onChange={(event) => {
            setOverlapHours(Number(event.target.value));
          }}
        >
          {OVERLAPS.map((hours) => (
            <option key={hours} value={hours}>
              {nameOf(hours)}
            </option>
          ))}
        </select>
        <div className="actions">
          <Button variant="primary" type="submit" isPending={rotate.isPending}>
            {say('partners.rotateConfirm')}
          </Button>
          <Button autoFocus onPress={onClose}>
            {say('common.cancel')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
