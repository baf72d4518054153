import type { DeliveryState } from '../api/shapes.js';

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const MINUTE_MS = 60_000;

/** States whose deliveries can be asked for once more, in the order in which a person cares for them. */
export const REPEATABLE = [
  'dead',
  'unknown',
  'retrying',
  'delivered',
] as const satisfies readonly DeliveryState[];
export type Repeatable = (typeof REPEATABLE)[number];

/** `failed`: what did not arrive; `all`: what arrived and what never went there too; `chosen`: by state. */
export const SCOPES = ['failed', 'all', 'chosen'] as const;
export type Scope = (typeof SCOPES)[number];

/** The API's `state`; undefined for everything, articles without a delivery included. */
export function statesOf(scope: Scope, chosen: readonly Repeatable[]): Repeatable[] | undefined {
  if (scope === 'all') return undefined;
  return scope === 'failed' ? ['dead', 'unknown'] : REPEATABLE.filter((state) => chosen.includes(state));
}

/** An instant (milliseconds since 1970) as a field for date and time has it, in Shanghai's time. */
export function fieldOf(at: number): string {
  return new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 16);
}

/** What stands in such a field as RFC 3339; an empty field stays one, which the API refuses by name. */
export function instantOf(field: string): string {
  return field === '' ? '' : `${field.length === 16 ? `${field}:00` : field}+08:00`;
}

/** The window of the last hours, up to and with the minute that is running. */
export function lastHours(hours: number, now: number): { since: string; until: string } {
  const until = Math.ceil((now + 1) / MINUTE_MS) * MINUTE_MS;
  return { since: fieldOf(until - hours * 3_600_000), until: fieldOf(until) };
}
