import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { FeedAccess } from '@newsrelay/contracts/feed-token';
import { hashOfFeedToken, type FeedGrant } from '@newsrelay/ledger/feed-tokens';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { ChannelGrants, type ChannelGrantsOptions } from './channel-grants.js';

const newToken = () => `nrf_${randomBytes(32).toString('base64url')}`;
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A ledger that answers each reading when it is told to, with what stood there when the reading began. */
class SlowLedger {
  access: FeedAccess = 'token';
  grants: FeedGrant[] = [];
  begun = 0;
  readonly #readings: (() => void)[] = [];

  readonly read: ChannelGrantsOptions['read'] = (channelId) => {
    this.begun += 1;
    const seen = { access: this.access, grants: [...this.grants] };
    return new Promise((resolve) => {
      this.#readings.push(() => {
        resolve(channelId === 'absent' ? undefined : seen);
      });
    });
  };

  grant(token: string, validForMs: number | null = null): void {
    const hash = hashOfFeedToken(token).toString('hex');
    this.grants.push({ tokenId: 'id', name: '合作方', hash, replaced: false, validForMs });
  }

  async answer(): Promise<void> {
    await settle();
    this.#readings.shift()?.();
    await settle();
  }
}

describe('who may read a channel', () => {
  const granted = { kind: 'granted', access: 'token', holder: { id: 'id', name: '合作方', replaced: false } };

  async function known(ledger: SlowLedger, options: Partial<ChannelGrantsOptions> = {}) {
    const grants = new ChannelGrants({ read: ledger.read, heard: () => true, ...options });
    const asked = grants.ask('daily', undefined);
    await ledger.answer();
    await asked;
    return grants;
  }

  it('is read once, and known by heart until the channel changes', async () => {
    const ledger = new SlowLedger();
    const token = newToken();
    ledger.grant(token);
    const grants = await known(ledger);
    expect(grants.peek('daily', token)).toEqual(granted);
    expect(grants.peek('daily', newToken())).toEqual({ kind: 'refused', shown: true });
    expect(grants.peek('daily', 'no token at all')).toEqual({ kind: 'refused', shown: true });
    expect(grants.peek('daily', undefined)).toEqual({ kind: 'refused', shown: false });
    expect(ledger.begun).toBe(1);
    ledger.grants = [];
    grants.changed('daily');
    expect(grants.peek('daily', token)).toBeUndefined();
    const asked = grants.ask('daily', token);
    await ledger.answer();
    expect(await asked).toEqual({ kind: 'refused', shown: true });
  });

  it('is nobody’s secret where everybody may, and a token is known there too', async () => {
    const ledger = new SlowLedger();
    ledger.access = 'public';
    const token = newToken();
    ledger.grant(token);
    const grants = await known(ledger);
    expect(grants.peek('daily', undefined)).toEqual({ kind: 'granted', access: 'public', holder: null });
    expect(grants.peek('daily', newToken())).toEqual({ kind: 'granted', access: 'public', holder: null });
    expect(grants.peek('daily', token)).toEqual({ ...granted, access: 'public' });
  });

  it('is not told by a reading that a change overtook', async () => {
    const ledger = new SlowLedger();
    const token = newToken();
    ledger.grant(token);
    const grants = new ChannelGrants({ read: ledger.read, heard: () => true });
    const before = grants.ask('daily', token);
    await settle();
    ledger.grants = [];
    grants.changed('daily');
    const after = grants.ask('daily', token);
    await ledger.answer();
    expect(await before).toEqual(granted);
    expect(grants.peek('daily', token)).toBeUndefined();
    await ledger.answer();
    expect(await after).toEqual({ kind: 'refused', shown: true });
    expect(grants.peek('daily', token)).toEqual({ kind: 'refused', shown: true });
  });

  it('is asked of the ledger each time while changes are not heard, and read anew when they are', async () => {
    const ledger = new SlowLedger();
    const token = newToken();
    ledger.grant(token);
    let heard = true;
    const grants = await known(ledger, { heard: () => heard });
    heard = false;
    for (let asked = 0; asked < 3; asked += 1) {
      const verdict = grants.ask('daily', token);
      await ledger.answer();
      expect(await verdict).toEqual(granted);
    }
    expect(ledger.begun).toBe(4);
    ledger.grants = [];
    heard = true;
    grants.forget();
    const verdict = grants.ask('daily', token);
    await ledger.answer();
    expect(await verdict).toEqual({ kind: 'refused', shown: true });
  });

  it('ends with the token, without anybody saying so', async () => {
    const ledger = new SlowLedger();
    const token = newToken();
    ledger.grant(token, 150);
    const grants = await known(ledger);
    expect(grants.peek('daily', token)).toEqual(granted);
    await pollUntil('over', () => Promise.resolve(grants.peek('daily', token)?.kind === 'refused'), {
      timeoutMs: 2_000,
      everyMs: 10,
    });
    expect(ledger.begun).toBe(1);
  });

  it('remembers what is not there, and no more than it may', async () => {
    const ledger = new SlowLedger();
    const grants = await known(ledger, { most: 2 });
    for (const id of ['absent', 'other']) {
      const asked = grants.ask(id, newToken());
      await ledger.answer();
      expect((await asked).kind).toBe(id === 'absent' ? 'absent' : 'refused');
    }
    expect(grants.peek('absent', undefined)).toEqual({ kind: 'absent' });
    expect(grants.peek('daily', undefined)).toBeUndefined();
  });

  it('is asked again after a reading that failed', async () => {
    const ledger = new SlowLedger();
    let fails = true;
    const grants = new ChannelGrants({
      read: (id) => (fails ? Promise.reject(new Error('away')) : ledger.read(id)),
      heard: () => true,
    });
    await expect(grants.ask('daily', undefined)).rejects.toThrow('away');
    fails = false;
    const asked = grants.ask('daily', undefined);
    await ledger.answer();
    expect((await asked).kind).toBe('refused');
  });
});
