import { describe, expect, it } from '@jest/globals';
import type { AttemptResult } from '@newsrelay/channel-kit/connector';
import { afterAttempt, type AttemptFacts } from './after-attempt.js';

const SCHEDULE = [0, 5, 300];

function step(result: Partial<AttemptResult>, facts: Partial<AttemptFacts> = {}) {
  return afterAttempt(
    { outcome: 'transient', status: 500, error: 'the outlet failed (500)', response: '', ...result },
    {
      action: 'publish',
      attemptsInRound: 1,
      refusedBefore: false,
      ageSeconds: 0,
      capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'server-key' },
      random: 0,
      ...facts,
    },
    SCHEDULE,
  );
}
const repeatsShow: Partial<AttemptFacts> = {
  capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'none' },
};

describe('afterAttempt', () => {
  it('ends with success, and says nothing of it', () => {
    const done = { reason: null, nextAttemptInMs: null, pauseReason: null };
    expect(step({ outcome: 'delivered', error: null })).toEqual({ ...done, state: 'delivered' });
    expect(step({ outcome: 'pending', error: null })).toEqual({ ...done, state: 'accepted' });
  });
  it('waits after a failure, and is dead with its reason when the schedule is over', () => {
    expect(step({})).toEqual({
      state: 'retrying',
      reason: 'the outlet failed (500)',
      nextAttemptInMs: 5000,
      pauseReason: null,
    });
    expect(step({}, { attemptsInRound: 3 })).toMatchObject({
      state: 'dead',
      reason: 'the outlet failed (500)',
    });
  });
  it('sends what may have arrived again only where a repeat does not show', () => {
    expect(step({ outcome: 'unknown' })).toMatchObject({ state: 'retrying' });
    expect(step({ outcome: 'unknown' }, repeatsShow)).toMatchObject({
      state: 'unknown',
      nextAttemptInMs: null,
    });
  });
  it('asks the outlet first where it can be asked, and leaves it to a person when the schedule is over', () => {
    const findFirst: Partial<AttemptFacts> = {
      capabilities: { delivery: 'push', edits: true, deletes: true, repeat: 'find-first' },
    };
    expect(step({ outcome: 'unknown' }, findFirst)).toMatchObject({
      state: 'retrying',
      nextAttemptInMs: 5000,
    });
    expect(step({ outcome: 'unknown' }, { ...findFirst, attemptsInRound: 3 }).state).toBe('unknown');
    expect(step({}, { ...findFirst, attemptsInRound: 3 }).state).toBe('dead');
  });
  it('pauses the channel and keeps the delivery for when it is resumed', () => {
    expect(step({ outcome: 'auth-expired', pauseReason: 'refused (401)' }, { attemptsInRound: 3 })).toEqual({
      state: 'queued',
      reason: 'the channel is paused: refused (401)',
      nextAttemptInMs: null,
      pauseReason: 'refused (401)',
    });
  });
  it('goes on with a withdrawal by schedule, paused or not', () => {
    const refused = { outcome: 'auth-expired', pauseReason: 'refused (401)' } as const;
    expect(step(refused, { action: 'withdraw' })).toMatchObject({
      state: 'retrying',
      nextAttemptInMs: 5000,
      pauseReason: 'refused (401)',
    });
    expect(step(refused, { action: 'withdraw', attemptsInRound: 3 }).state).toBe('dead');
    const gone = { outcome: 'permanent', pauseReason: 'gone (410)' } as const;
    expect(step(gone, { action: 'withdraw', attemptsInRound: 2, refusedBefore: true }).state).toBe(
      'retrying',
    );
  });
  it('gives a refusal its second look', () => {
    expect(step({ outcome: 'permanent' }).state).toBe('retrying');
    expect(step({ outcome: 'permanent' }, { attemptsInRound: 2, refusedBefore: true }).state).toBe('dead');
  });
});
