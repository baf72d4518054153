import { describe, expect, it } from '@jest/globals';
import { nextPlace } from './next-place.js';

describe('where a login leads', () => {
  it.each(['/queues', '/queues/queue/newsrelay-deliveries', '/queues/?status=failed'])(
    '%s is ours',
    (next) => {
      expect(nextPlace(`?next=${encodeURIComponent(next)}`)).toBe(next);
    },
  );
  it.each([
    'https://evil.example',
    '//evil.example',
    '/queues/../api',
    '/queuesx',
    'javascript:alert(1)',
    '/\\evil',
    '/',
  ])('%s is not', (next) => {
    expect(nextPlace(`?next=${encodeURIComponent(next)}`)).toBeNull();
  });
});
