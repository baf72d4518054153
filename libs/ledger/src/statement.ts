import { CompiledQuery, sql, type RawBuilder } from 'kysely';
import type { Ledger } from './database.js';
import { nameStatement } from './statement-names.js';

/** A value that a statement gets when it runs. */
class Given {
  constructor(readonly name: string) {}
}

/** Stands for a value of `Values` where the statement is put together. */
export type GiveValue<Values extends object> = <K extends keyof Values & string>(
  name: K,
) => RawBuilder<Values[K]>;

/**
 * A statement that runs for every delivery: put together once in this process, parsed and planned once by each connection
 * of PostgreSQL, which takes longer than running it. Its text is the same each time, and it names its columns: a `select *`
 * that was planned before a migration adds one would be refused ("cached plan must not change result type").
 */
export class Statement<Values extends object, Row> {
  #compiled: CompiledQuery<Row> | undefined;

  constructor(
    readonly name: string,
    private readonly build: (ledger: Ledger, given: GiveValue<Values>) => CompiledQuery<Row>,
  ) {}

  async run(ledger: Ledger, values: Values): Promise<Row[]> {
    const compiled = (this.#compiled ??= this.#compile(ledger));
    const named = new Map<string, unknown>(Object.entries(values));
    const parameters = compiled.parameters.map((each) =>
      each instanceof Given ? named.get(each.name) : each,
    );
    return (await ledger.executeQuery<Row>(CompiledQuery.raw(compiled.sql, parameters))).rows;
  }

  #compile(ledger: Ledger): CompiledQuery<Row> {
    const compiled = this.build(ledger, (name) => sql`${new Given(name)}`);
    nameStatement(compiled.sql, this.name);
    return compiled;
  }
}
