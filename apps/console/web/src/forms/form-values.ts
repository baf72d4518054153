import type { JsonSchema, JsonSchemaField } from '../api/shapes.js';

/** What stands in the fields of a form, by name; null: what is stored is to be taken away. */
export type Values = Record<string, string | null>;

/** What a masked secret reads as. */
const MASKED = /^\*+$/;

/** A list as people type it: by commas of either width, enumeration commas or line breaks. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\n]+/).map((part) => part.trim()))].filter((part) => part !== '');
}

/** A field without the null that it may be: that it may is told apart. */
export function plainField(field: JsonSchemaField): JsonSchemaField & { nullable: boolean } {
  const { anyOf, ...own } = field;
  if (anyOf === undefined) return { ...own, nullable: false };
  const [only] = anyOf.filter(({ type }) => type !== 'null');
  return { ...only, ...own, nullable: anyOf.some(({ type }) => type === 'null') };
}

/** Every value as the text that stands in its field. */
export function textsOf(values: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, string][] => {
      if (Array.isArray(value)) return [[name, value.join(', ')]];
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [];
    }),
  );
}

/**
 * What stands in a form as what the schema wants. An empty field is left out, so that the default holds; in a patch it is
 * null, which takes the value away.
 */
export function settingsOf(schema: JsonSchema, texts: Readonly<Values>, isPatch: boolean): object {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]): [string, unknown][] => {
      const { type } = plainField(schema.properties?.[name] ?? {});
      if (text === null || text.trim() === '') return isPatch ? [[name, null]] : [];
      if (type === 'array') return [[name, listOf(text)]];
      if (type === 'integer' || type === 'number') return [[name, Number(text)]];
      if (type === 'boolean') return [[name, text === 'true']];
      return [[name, text.trim()]];
    }),
  );
}

/** The secrets that a form changes: an empty field leaves what is stored as it is. */
export function secretsOf(texts: Readonly<Values>): Values {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

/** Secrets of an answer that nobody gave: they were made just now, and are not shown a second time. */
export function madeSecrets(
  answered: Readonly<Record<string, unknown>>,
  given: Readonly<Values>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answered).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && !MASKED.test(entry[1]) && (given[entry[0]] ?? '') === '',
    ),
  );
}
