import type { JsonSchema } from '../api/shapes.js';

/** A list as people type it: by commas of either width, enumeration commas or line breaks. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\n]+/).map((part) => part.trim()))].filter((part) => part !== '');
}

/**
 * What stands in a form as what the schema wants. An empty field is left out, so that the default holds; in a patch it is
 * null, which takes the value away.
 */
export function numbersOf(
  schema: JsonSchema,
  texts: Readonly<Record<string, string>>,
  isPatch: boolean,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]): [string, unknown][] => {
      const type = schema.properties?.[name]?.type;
      if (text.trim() === '') return isPatch ? [[name, null]] : [];
      if (type === 'integer' || type === 'number') return [[name, Number(text)]];
      if (type === 'boolean') return [[name, text === 'true']];
      return [[name, text.trim()]];
    }),
  );
}
