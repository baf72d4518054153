import { describe, expect, it } from '@jest/globals';
import { DELIVERY_STATES } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from '@newsrelay/ledger/claim-candidates';
import { claimVerdict } from './claim-verdict.js';

const channel: ClaimCandidate['channel'] = {
  id: 'partner',
  type: 'webhook',
  name: 'Partner',
  enabled: true,
  filter: { sections: [], sources: [], keywords: [] },
  settings: {},
  paused: null,
  createdAt: new Date(0),
  sealedSecrets: '',
  platform: null,
};
const paused = { ...channel, paused: { since: new Date(0), reason: 'x' } };

function verdictOf(fields: Partial<ClaimCandidate> = {}) {
  const candidate: ClaimCandidate = {
    id: 'dlv_x',
    articleId: 'a',
    version: 1,
    action: 'publish',
    state: 'queued',
    epoch: 0,
    attemptsInRound: 0,
    lastOutcome: null,
    roundStartedAt: new Date(0),
    dueInMs: 0,
    begun: false,
    body: null,
    previousVersion: null,
    sequence: 1,
    eventAt: new Date(0),
    note: null,
    withdrawn: false,
    overtaken: false,
    behindWithdrawal: false,
    renditionId: 'rnd_x',
    renditionContent: {},
    channel,
    channelDeleted: false,
    breaker: null,
    backlogHolder: null,
    ...fields,
  };
  return claimVerdict(candidate, 'us');
}

describe('claimVerdict', () => {
  it('sends what waits and is due', () => {
    expect(verdictOf()).toEqual({ verdict: 'send' });
    expect(verdictOf({ state: 'retrying', dueInMs: -5 })).toEqual({ verdict: 'send' });
  });
  it('leaves alone whatever does not wait', () => {
    for (const state of DELIVERY_STATES.filter((each) => each !== 'queued' && each !== 'retrying'))
      expect(verdictOf({ state, withdrawn: true, overtaken: true })).toEqual({
        verdict: 'nothing',
        why: 'state',
        silentForMs: 0,
      });
  });
  it('comes again for what is not due yet', () => {
    expect(verdictOf({ dueInMs: 40 })).toEqual({ verdict: 'later', inMs: 40 });
  });
  it('ends what must not go out, due or not, paused or not', () => {
    for (const fields of [{}, { dueInMs: 40 }, { channel: paused }]) {
      expect(verdictOf({ ...fields, withdrawn: true })).toMatchObject({ verdict: 'end', state: 'canceled' });
      expect(verdictOf({ ...fields, overtaken: true })).toMatchObject({
        verdict: 'end',
        state: 'superseded',
      });
      expect(verdictOf({ ...fields, channelDeleted: true })).toMatchObject({
        verdict: 'end',
        state: 'canceled',
      });
    }
    expect(verdictOf({ withdrawn: true, overtaken: true })).toMatchObject({ state: 'canceled' });
  });
  it('keeps articles back while a breaker is open, and withdrawals never', () => {
    const open = { failures: 5, failingForMs: 1_000, opensInMs: 400 };
    expect(verdictOf({ breaker: open })).toEqual({ verdict: 'nothing', why: 'breaker', silentForMs: 400 });
    expect(verdictOf({ breaker: { ...open, opensInMs: 3_600_000 } })).toMatchObject({ silentForMs: 1_000 });
    expect(verdictOf({ breaker: open, action: 'withdraw' })).toEqual({ verdict: 'send' });
    for (const opensInMs of [null, -1])
      expect(verdictOf({ breaker: { ...open, opensInMs } })).toEqual({ verdict: 'send' });
  });
  it('leaves a backlog to the process that works it off', () => {
    expect(verdictOf({ backlogHolder: 'them' })).toMatchObject({ verdict: 'nothing', why: 'elsewhere' });
    expect(verdictOf({ backlogHolder: 'us' })).toEqual({ verdict: 'send' });
    expect(verdictOf({ backlogHolder: 'them', withdrawn: true })).toMatchObject({ verdict: 'end' });
  });
  it('keeps articles back where a channel is paused or disabled, and withdrawals nowhere', () => {
    for (const silent of [paused, { ...channel, enabled: false }]) {
      expect(verdictOf({ channel: silent })).toMatchObject({ verdict: 'nothing', why: 'paused' });
      expect(verdictOf({ channel: silent, action: 'withdraw' })).toEqual({ verdict: 'send' });
    }
  });
});
