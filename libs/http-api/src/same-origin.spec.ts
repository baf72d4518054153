import { describe, expect, it } from '@jest/globals';
import { Problem } from '@newsrelay/contracts/problem';
import { refuseForeignLogin, refuseForeignPages } from './same-origin.js';

const HTTP = 'http://127.0.0.1:8080';
const HTTPS = 'https://news.example/desk';

function isTaken(
  ask: typeof refuseForeignPages,
  method: string,
  headers: object,
  publicUrl = HTTPS,
): boolean {
  try {
    ask({ method, headers: { ...headers }, host: 'news.example' }, publicUrl);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 403) return false;
    throw error;
  }
}

describe('a change by a session', () => {
  it.each<[object, boolean]>([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://news.example' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ 'sec-fetch-site': '' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://news.example' }, false],
    [{ origin: 'https://news.example' }, true],
    [{ origin: 'http://news.example' }, false],
    [{ origin: 'https://news.example:444' }, false],
    [{ origin: 'https://news.example.evil.example' }, false],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{ referer: 'https://news.example/' }, false],
    [{}, false],
  ])('with %j: %s', (headers, taken) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(isTaken(refuseForeignPages, method, headers)).toBe(taken);
  });

  it('may come by the address that the browser used, where that is not the public one', () => {
    expect(isTaken(refuseForeignPages, 'POST', { origin: 'http://news.example' }, HTTP)).toBe(true);
    expect(isTaken(refuseForeignPages, 'POST', { origin: HTTP }, HTTP)).toBe(true);
    expect(isTaken(refuseForeignPages, 'POST', { origin: 'http://127.0.0.1:8081' }, HTTP)).toBe(false);
  });
});

describe('reading by a session', () => {
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  it.each<[object, boolean]>([
    [{}, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none', ...link }, true],
    [{ 'sec-fetch-site': 'same-site', ...link }, true],
    [{ 'sec-fetch-site': 'same-site', ...link, 'sec-fetch-dest': 'iframe' }, false],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, false],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, false],
    [{ 'sec-fetch-site': 'cross-site', ...link }, false],
  ])('with %j: %s', (headers, taken) => {
    for (const method of ['GET', 'HEAD']) expect(isTaken(refuseForeignPages, method, headers)).toBe(taken);
  });
});

describe('a login', () => {
  it.each<[object, boolean]>([
    [{}, true],
    [{ origin: 'https://news.example' }, true],
    [{ origin: 'https://evil.example' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
  ])('with %j: %s', (headers, taken) => {
    expect(isTaken(refuseForeignLogin, 'POST', headers)).toBe(taken);
  });
});
