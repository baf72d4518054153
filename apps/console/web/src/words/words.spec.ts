import { describe, expect, it } from '@jest/globals';
import { en } from './en.js';
import { fill } from './fill.js';
import { problemKey } from './problem-words.js';
import { reasonWords } from './reason-words.js';
import { zh } from './zh.js';

const placesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe('the two dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });
  it('fill in the same values', () => {
    for (const key of Object.keys(zh) as (keyof typeof zh)[])
      expect({ key, places: placesOf(en[key]) }).toEqual({ key, places: placesOf(zh[key]) });
  });
  it('leave no string empty', () => {
    for (const text of [...Object.values(zh), ...Object.values(en)]) expect(text.trim()).not.toBe('');
  });
  it('speak the language they are of', () => {
    const foreign = Object.entries(en).filter(
      ([key, text]) => /[\u4e00-\u9fff]/.test(text) && key !== 'nav.language',
    );
    expect(foreign).toEqual([]);
    const untranslated = Object.entries(zh).filter(
      ([key, text]) =>
        !/[\u4e00-\u9fff]/.test(text) && !['nav.language', 'board.of', 'board.count'].includes(key),
    );
    expect(untranslated).toEqual([]);
  });
});

describe('fill', () => {
  it('puts values in, and is no template of a template', () => {
    expect(fill('{a}/{b}', { a: '{b}', b: 2 })).toBe('{b}/2');
    expect(fill('{a}')).toBe('{a}');
  });
});

describe('what went wrong in words', () => {
  it.each([
    ['the outlet asks to come back later (503)', 'reason.later', { status: '503' }],
    ['the outlet refuses the request (404)', 'reason.refuses', { status: '404' }],
    ['connect ECONNREFUSED 127.0.0.1:9', 'reason.refusedConnection', {}],
    ['getaddrinfo ENOTFOUND partner.example', 'reason.dns', {}],
    ['the channel is paused: 合作方维护', 'reason.paused', { why: '合作方维护' }],
  ])('%s', (reason, key, values) => {
    expect(reasonWords(reason)).toEqual({ key, values });
  });
  it('leaves alone what it does not know', () => {
    expect(reasonWords('<img onerror=alert(1)>')).toBeNull();
  });
  it.each([
    [409, 'The article is at version 2; version 1 is not the one to decide on.', 'error.409.version'],
    [409, 'Version 1 is discarded; only a held version can be approved.', 'error.409.state'],
    [422, 'Every proposed repair must be decided, and nothing else.', 'error.422.undecided'],
    [412, '', 'error.412'],
    [418, '', 'error.500'],
    [0, 'not reached', 'error.0'],
  ])('%s %s', (status, detail, key) => {
    expect(problemKey({ status, problem: { detail } })).toBe(key);
  });
});
