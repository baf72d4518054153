import type { DeliveryAction } from '@newsrelay/contracts/delivery';

/** A delivery that is to have a turn. */
export interface DueRow {
  id: string;
  action: DeliveryAction;
  channelId: string;
}
