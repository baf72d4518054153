import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import type { Dispatcher } from '@newsrelay/delivery/dispatcher';
import type { Metrics } from '@newsrelay/telemetry/metrics';

const ACTIONS = ['publish', 'withdraw'] as const satisfies DeliveryAction[];

/** What this process has to do: deliveries of which it was told, and turns under way. The ledger may have more of either. */
export function turnGauges(metrics: Metrics, dispatcher: Dispatcher): void {
  metrics.reading(
    'turns',
    {
      waiting: {
        name: 'newsrelay_turns_waiting',
        help: 'Deliveries that wait in a process for their turn; a backlog is in the ledger',
        labels: ['action'],
      },
      underWay: {
        name: 'newsrelay_turns_under_way',
        help: 'Turns of deliveries under way in a process: read, claimed, sent, or being written',
        labels: ['action'],
      },
    },
    () => {
      const samples = (figure: 'waiting' | 'underWay') =>
        ACTIONS.map((action) => ({ labels: { action }, value: dispatcher.figures(action)[figure] }));
      return { waiting: samples('waiting'), underWay: samples('underWay') };
    },
  );
}
