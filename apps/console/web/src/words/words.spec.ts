import { describe, expect, it } from '@jest/globals';
import { en } from './en.js';
import { fieldProblem } from './field-words.js';
import { fill } from './fill.js';
import { problemKey } from './problem-words.js';
import { reasonWords } from './reason-words.js';
import { waitingKey } from './waiting-words.js';
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
        !/[\u4e00-\u9fff]/.test(text) &&
        !['nav.language', 'nav.signedInAs', 'board.and', 'board.of', 'board.count'].includes(key),
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
    [409, 'There can be no replay: the channel is disabled: enable it first.', 'error.409.replayDisabled'],
    [
      409,
      'There can be no replay: replay 1-2 of the channel is running: wait or cancel it.',
      'error.409.replayRunning',
    ],
    [412, '', 'error.412'],
    [418, '', 'error.500'],
    [0, 'not reached', 'error.0'],
  ])('%s %s', (status, detail, key) => {
    expect(problemKey({ status, problem: { detail } })).toBe(key);
  });
  it.each([
    ['is taken', 'fieldError.taken', {}],
    ['is required: array', 'fieldError.required', {}],
    ['must be after since', 'fieldError.order', {}],
    ['must be at most 31 days after since: replay a shorter window', 'fieldError.window', { days: '31' }],
    ['must be at most 50', 'fieldError.most', { n: '50' }],
    ['must be in the future', 'fieldError.future', {}],
  ])('of a field: %s', (message, key, values) => {
    expect(fieldProblem(message)).toEqual({ key, values });
  });
  it('leaves alone what it does not know of a field, and of what keeps a replay back', () => {
    expect(fieldProblem('must be "whsec_" and 24 to 64 bytes in base64')).toBeNull();
    expect(waitingKey('something new')).toBeNull();
    expect(waitingKey('the outlet, which fails')).toBe('replays.waits.failing');
  });
});
