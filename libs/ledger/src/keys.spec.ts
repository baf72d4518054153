import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { createKey, deleteKey, findKeyHolder, hashOfKey, listKeys } from './keys.js';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { closeSession, findSession, openSession } from './sessions.js';

const createdBy = { id: 'built-in', name: 'spec' };

describe('keys and sessions in the ledger', () => {
  let test: TestLedger;
  beforeAll(async () => {
    test = await openTestLedger();
  }, 90_000);
  afterAll(async () => {
    await test.close();
  });

  const make = (name: string, key = randomUUID()) =>
    test.ledger
      .transaction()
      .execute((tx) =>
        createKey(tx, { id: randomUUID(), name, role: 'editor', hash: hashOfKey(key), createdBy }),
      );
  async function madeKey(): Promise<string> {
    const made = await make(randomUUID());
    if (made === null) throw new Error('the name is taken');
    return made.id;
  }
  const open = (keyId: string | null, seconds = 60, tokenHash = randomBytes(32)) =>
    test.ledger.transaction().execute(async (tx) => ({
      tokenHash,
      expiresAt: await openSession(tx, { tokenHash, keyId, seconds }),
    }));

  it('finds a key by its hash alone, and keeps a name to one', async () => {
    const key = randomUUID();
    const made = await make('一个名字', key);
    expect(await findKeyHolder(test.ledger, hashOfKey(key))).toEqual({
      id: made?.id,
      name: '一个名字',
      role: 'editor',
      source: null,
      useDue: true,
    });
    expect(await findKeyHolder(test.ledger, hashOfKey(`${key}x`))).toBeUndefined();
    expect(await make('一个名字')).toBeNull();
  });

  it('lists keys newest first, going on after a position', async () => {
    for (let count = 0; count < 4; count += 1) await madeKey();
    const all = await listKeys(test.ledger, 500, null);
    const [first] = all;
    if (first === undefined) throw new Error('there are keys');
    const rest = await listKeys(test.ledger, 500, { id: first.id, createdAt: first.createdAt.toISOString() });
    expect(rest).toEqual(all.slice(1));
    expect(await listKeys(test.ledger, 2, null)).toEqual(all.slice(0, 3));
  });

  it('ends a session with its time, and clears it away at a later login', async () => {
    const { tokenHash } = await open(null, 0);
    expect(await findSession(test.ledger, tokenHash)).toBeUndefined();
    const later = await open(null);
    expect(await findSession(test.ledger, later.tokenHash)).toEqual({
      key: null,
      expiresAt: later.expiresAt,
    });
    const { rows } = await sql`select from sessions where token_hash = ${tokenHash}`.execute(test.ledger);
    expect(rows).toEqual([]);
    const close = () => test.ledger.transaction().execute((tx) => closeSession(tx, later.tokenHash));
    expect([await close(), await close()]).toEqual([true, false]);
    expect(await findSession(test.ledger, later.tokenHash)).toBeUndefined();
  });

  it('leaves no session of a key that is deleted while somebody logs in with it', async () => {
    const id = await madeKey();
    const tokenHash = randomBytes(32);
    const opened = Promise.withResolvers<undefined>();
    const commit = Promise.withResolvers<undefined>();
    const login = test.ledger.transaction().execute(async (tx) => {
      await openSession(tx, { tokenHash, keyId: id, seconds: 60 });
      opened.resolve(undefined);
      await commit.promise;
    });
    await opened.promise;
    const deletion = test.ledger.transaction().execute((tx) => deleteKey(tx, id));
    await pollUntil(
      'the deletion waits for the login',
      async () => {
        const { rows } = await sql`select from pg_locks where not granted`.execute(test.ledger);
        return rows.length > 0;
      },
      { timeoutMs: 10_000 },
    );
    commit.resolve(undefined);
    await login;
    expect(await deletion).toMatchObject({ id });
    expect(await findSession(test.ledger, tokenHash)).toBeUndefined();
    expect((await open(id)).expiresAt).toBeUndefined();
  });
});
