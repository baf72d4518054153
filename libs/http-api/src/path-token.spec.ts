import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { pathTokenOf, takePathToken } from './path-token.js';

describe('a token in the path', () => {
  const asked = (url: string) =>
    ({ url, originalUrl: url }) as unknown as IncomingMessage & { originalUrl: string };
  it.each([
    ['/feeds/nrf_abc/daily.rss', '/feeds/daily.rss', 'nrf_abc'],
    ['/feeds/nrf_abc/daily/changes?after=x', '/feeds/daily/changes?after=x', 'nrf_abc'],
    ['/feeds/%6Erf_abc/daily.rss', '/feeds/daily.rss', 'nrf_abc'],
    ['/feeds/nrf_%zz/daily.rss', '/feeds/daily.rss', 'nrf_%zz'],
  ])('is taken out of %s', (url, left, token) => {
    const request = asked(url);
    expect([takePathToken(request), request.originalUrl, pathTokenOf(request)]).toEqual([left, left, token]);
  });
  it.each([
    '/feeds/daily.rss',
    '/feeds/t/changes',
    '/feeds/nrf_abc',
    '/articles/nrf_abc/x',
    '/',
    '*',
    '/feeds/a/nrf_b/c',
  ])('is not what stands in %s', (url) => {
    const request = asked(url);
    expect([takePathToken(request), pathTokenOf(request)]).toEqual([url, undefined]);
  });
});
