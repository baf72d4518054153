import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openTestLedger, type TestLedger } from './ledger.fixture.js';
import { Statement, type GiveValue } from './statement.js';

interface Values {
  text: string;
  number: number | null;
}

describe('a statement that is kept', () => {
  let test: TestLedger;
  beforeAll(async () => {
    test = await openTestLedger();
  }, 60_000);
  afterAll(async () => {
    await test.close();
  });

  const statement = new Statement('of-the-spec', (ledger, given: GiveValue<Values>) =>
    sql<{ text: string; number: number | null; again: string }>`
      select ${given('text')}::text as text, ${given('number')}::int as number, ${'fixed'} || ${given('text')} as again
    `.compile(ledger),
  );

  it('gets its values wherever they stand, anew at each run', async () => {
    expect(await statement.run(test.ledger, { text: 'a', number: 1 })).toEqual([
      { text: 'a', number: 1, again: 'fixeda' },
    ]);
    expect(await statement.run(test.ledger, { number: null, text: '二' })).toEqual([
      { text: '二', number: null, again: 'fixed二' },
    ]);
  });

  it('is planned once by a connection, and others are not kept', async () => {
    await test.ledger.connection().execute(async (connection) => {
      for (const number of [1, 2, 3]) await statement.run(connection, { text: 'a', number });
      await sql`select ${1}::int as other`.execute(connection);
      const { rows } = await sql<{ name: string; runs: number }>`
        select name, (generic_plans + custom_plans)::int as runs from pg_prepared_statements
        where name like 'newsrelay-%'`.execute(connection);
      const kept = rows.filter(({ name }) => name === 'newsrelay-of-the-spec');
      expect(kept).toHaveLength(1);
      expect(kept[0]?.runs).toBeGreaterThanOrEqual(3);
      expect(rows.length - kept.length).toBe(0);
    });
  });

  it('runs within a transaction, and leaves nothing of one that failed', async () => {
    const failing = test.ledger.transaction().execute(async (tx) => {
      await sql`create temporary table left_over on commit drop as select 1`.execute(tx);
      await statement.run(tx, { text: 'a', number: 1 });
      await sql`select 1 / 0`.execute(tx);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await statement.run(test.ledger, { text: 'b', number: 2 })).toHaveLength(1);
  });
});
