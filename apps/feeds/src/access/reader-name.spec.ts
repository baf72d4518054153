import { describe, expect, it } from '@jest/globals';
import { readerNameOf } from './reader-name.js';

describe('the name of a reader', () => {
  it.each([
    ['newsboat/2.32.0 (Linux 6.1.0-18-amd64; x86_64)', 'newsboat/2.32.0'],
    [
      'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)',
      'Feedly/1.0',
    ],
    ['Mozilla/5.0 (compatible; Miniflux/2.1; +https://miniflux.app)', 'Miniflux/2.1'],
    [
      'NewsBlur Feed Fetcher - 42 subscribers - https://a.example',
      'NewsBlur Feed Fetcher - - https://a.example',
    ],
    ['rss2email\r\n/3.14 \u0000(x)', 'rss2email /3.14'],
    ['', ''],
    ['((((', '(((('],
    [`curl nrf_${'a'.repeat(43)}/8`, 'curl nrf_…/8'],
  ])('of %j is %j', (userAgent, name) => {
    expect(readerNameOf(userAgent)).toBe(name);
  });
  it('is nothing where nothing is said, and never long', () => {
    expect(readerNameOf(undefined)).toBe('');
    expect(readerNameOf('😀'.repeat(5_000)).length).toBeLessThanOrEqual(100);
    expect(readerNameOf(`a${'😀'.repeat(5_000)}`).isWellFormed()).toBe(true);
    const before = performance.now();
    readerNameOf('('.repeat(1_000_000));
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
