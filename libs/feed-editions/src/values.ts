import type { ListName } from './fields.js';

/** A field's value; null, an empty text and an empty list say nothing. */
export type Value = string | number | Date | readonly string[] | null;

/** What a profile's elements are filled with. */
export interface Values {
  get(field: string): Value;
  /** The rows that an element is repeated for, each with its own fields beside all others. */
  each(list: ListName): Values[];
  /** Place in the order of releases. */
  order: bigint;
}

/** Values by the names of their fields; those that cost something are made when they are asked for. */
export type Fields = Readonly<Record<string, Value | (() => Value)>>;
export type Rows = Readonly<Partial<Record<ListName, readonly Fields[]>>>;

export class FieldValues implements Values {
  constructor(
    private readonly fields: Fields,
    readonly order: bigint,
    private readonly rows: Rows = {},
  ) {}

  get(field: string): Value {
    const value = this.fields[field] ?? null;
    return typeof value === 'function' ? value() : value;
  }

  each(list: ListName): Values[] {
    return (this.rows[list] ?? []).map((row) => this.with(row));
  }

  /** The same with these instead of those of the same names. */
  with(fields: Fields): FieldValues {
    return new FieldValues({ ...this.fields, ...fields }, this.order, this.rows);
  }
}
