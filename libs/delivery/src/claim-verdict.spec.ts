import { describe, expect, it } from '@jest/globals';
import { DELIVERY_STATES } from '@newsrelay/contracts/delivery';
import type { ClaimCandidate } from '@newsrelay/ledger/deliveries';
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
  return claimVerdict({
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
    renditionContent: {},
    channel,
    channelDeleted: false,
    ...fields,
  });
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
  it('keeps articles back where a channel is paused or disabled, and withdrawals nowhere', () => {
    for (const silent of [paused, { ...channel, enabled: false }]) {
      expect(verdictOf({ channel: silent })).toEqual({ verdict: 'nothing', why: 'paused' });
      expect(verdictOf({ channel: silent, action: 'withdraw' })).toEqual({ verdict: 'send' });
    }
  });
});
