import { describe, expect, it } from '@jest/globals';
import type { BoardCell } from '../api/shapes.js';
import { byReason, byUrgency, isTakenDown, retryable } from './cells.js';

function cell(channel: string, fields: Partial<BoardCell>): BoardCell {
  return {
    channel,
    delivery: `dlv_${channel}`,
    state: 'delivered',
    action: 'publish',
    version: 1,
    standing: 'done',
    ...fields,
  };
}

describe('cells of an article', () => {
  const cells = [
    cell('a-done', {}),
    cell('b-paused', { state: 'queued', standing: 'problem' }),
    cell('c-retrying', { state: 'retrying', standing: 'problem', reason: 'the outlet failed (500)' }),
    cell('d-waiting', { state: 'sending', standing: 'waiting' }),
    cell('e-dead', { state: 'dead', standing: 'problem', reason: 'the outlet refuses the request (422)' }),
    cell('f-never', { state: 'canceled', standing: 'none' }),
    cell('g-unknown', { state: 'unknown', standing: 'problem' }),
    cell('h-retrying', { state: 'retrying', standing: 'problem', reason: 'the outlet failed (500)' }),
  ];
  it('come with what needs a person first', () => {
    expect(byUrgency(cells).map(({ channel }) => channel)).toEqual([
      'e-dead',
      'g-unknown',
      'c-retrying',
      'h-retrying',
      'b-paused',
      'd-waiting',
      'a-done',
      'f-never',
    ]);
  });
  it('of one reason are one line', () => {
    const groups = byReason(byUrgency(cells).filter(({ standing }) => standing === 'problem'));
    expect(groups.map((group) => group.map(({ channel }) => channel))).toEqual([
      ['e-dead'],
      ['g-unknown'],
      ['c-retrying', 'h-retrying'],
      ['b-paused'],
    ]);
  });
  it('are tried again together but for those that somebody has to look at first', () => {
    expect(retryable(cells).map(({ channel }) => channel)).toEqual(['c-retrying', 'e-dead', 'h-retrying']);
  });
  it('say that the article is taken down, not before there is something of it', () => {
    expect(isTakenDown({ state: 'published', cells })).toBe(false);
    expect(isTakenDown({ state: 'withdrawn', cells })).toBe(true);
    expect(
      isTakenDown({
        state: 'held',
        cells: [cell('x', { action: 'withdraw', state: 'queued', standing: 'waiting' })],
      }),
    ).toBe(true);
  });
});
