import type { ChannelCapabilities } from '@newsrelay/channel-kit/manifest';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';

/**
 * Why only a person can bring this delivery to its end; null if the outlet is to be called. A withdrawal is made only where
 * something may be shown: a platform that cannot delete is not asked, and the delivery ends `manual` with this reason.
 */
export function needsPerson(
  action: DeliveryAction,
  { deletes }: Pick<ChannelCapabilities, 'deletes'>,
): string | null {
  return action === 'withdraw' && !deletes
    ? 'this outlet cannot take anything down by itself: a person has to, and says so here'
    : null;
}
