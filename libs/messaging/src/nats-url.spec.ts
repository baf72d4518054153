import { describe, expect, it } from '@jest/globals';
import { InvalidNatsUrl, natsOptionsOf, serverNamesOf } from './nats-url.js';

describe('natsOptionsOf', () => {
  it.each([
    ['nats://host', { servers: ['host:4222'] }],
    ['nats://host:1', { servers: ['host:1'] }],
    ['nats://u:p%40ss@host:1', { servers: ['host:1'], user: 'u', pass: 'p@ss' }],
    ['nats://s3cret@host:1', { servers: ['host:1'], token: 's3cret' }],
    ['tls://host', { servers: ['host:4222'], tls: {} }],
    ['nats://[::1]:7', { servers: ['[::1]:7'] }],
    ['nats://u:p@a:1, nats://b:2', { servers: ['a:1', 'b:2'], user: 'u', pass: 'p' }],
  ])('%s', (url, options) => {
    expect(natsOptionsOf(url)).toEqual(options);
  });

  it.each(['', 'host:4222', 'http://host', 'nats://', 'redis://u:hidden@host'])('refuses %p', (url) => {
    expect(() => natsOptionsOf(url)).toThrow(InvalidNatsUrl);
    expect(() => natsOptionsOf(url)).not.toThrow(/hidden/);
  });

  it('names servers without credentials', () => {
    expect(serverNamesOf('nats://u:p@a:1,nats://b')).toBe('a:1, b:4222');
  });
});
