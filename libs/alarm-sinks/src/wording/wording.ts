import type { EventKind, EventOf, Severity } from '@newsrelay/contracts/operator-events';

/** Everything that alarms say to people, in one language. */
export interface Wording {
  severities: Readonly<Record<Severity, string>>;
  /** Before a line that says that a condition is over. */
  ended: string;
  /** The title of a message. */
  title: (alarms: number) => string;
  /** How many alarms a message has no room for. */
  omitted: (alarms: number) => string;
  test: { title: string; text: string };
  /** What an event says, one line. */
  events: { readonly [K in EventKind]: (event: EventOf<K>) => string };
}
