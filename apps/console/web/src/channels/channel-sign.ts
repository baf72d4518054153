import type { ChannelView, Status } from '../api/shapes.js';
import type { Sign } from '../parts/entry-head.js';
import { holdsBack } from './breaker.js';
import { FAILING } from './failing.js';

export type Health = Status['channels'][string];

/** How a channel is shown. */
export function signOf({ enabled, paused }: ChannelView, health: Health | undefined): Sign {
  if (!enabled) return { icon: 'minus', tone: 'none', key: 'channels.disabled' };
  if (paused !== null) return { icon: 'pause', tone: 'warn', key: 'channels.paused' };
  if ((health?.failureRate ?? 0) >= FAILING || (health !== undefined && holdsBack(health.breaker)))
    return { icon: 'cross', tone: 'bad', key: 'channels.failing' };
  return { icon: 'check', tone: 'good', key: 'channels.ok' };
}
