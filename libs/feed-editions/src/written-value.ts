import { writeDate } from './dates.js';
import type { Profile, ProfileNode, ValueSource } from './profile.js';
import type { Value, Values } from './values.js';

/** What an element, attribute or member says; null where there is nothing to say. */
export type Written = string | number | boolean | readonly string[] | null;

const saysNothing = (value: Value) =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Null, too, where the source is neither a field nor a constant. */
export function writtenValue(source: ValueSource, values: Values, { dates }: Profile): Written {
  if (source.text !== undefined) return source.text;
  for (const field of [source.value ?? []].flat()) {
    const value = values.get(field);
    if (value === null || saysNothing(value)) continue;
    const written = plainly(value, source, values.order, dates);
    return source.pattern === undefined ? written : source.pattern.replace('{}', () => String(written));
  }
  return null;
}

function plainly(
  value: NonNullable<Value>,
  source: ValueSource,
  order: bigint,
  dates: Profile['dates'],
): NonNullable<Written> {
  if (value instanceof Date)
    return writeDate(value, { format: source.date ?? dates.format, zone: source.zone ?? dates.zone }, order);
  if (typeof value === 'object') return source.join === undefined ? value : value.join(source.join);
  return value;
}

/** True if every condition of the element holds. */
export function conditionsHold({ when }: ProfileNode, values: Values): boolean {
  return [when ?? []].flat().every((condition) => {
    const [word, field = ''] = condition.split(' ');
    return saysNothing(values.get(field)) === (word === 'no');
  });
}

/** The values that an element is written with: once, or once a row of its list. */
export function rowsOf({ each, role }: ProfileNode, values: Values): Values[] {
  if (each === undefined) return [values];
  const rows = values.each(each);
  return role === undefined ? rows : rows.filter((row) => row.get('byline.role') === role);
}
