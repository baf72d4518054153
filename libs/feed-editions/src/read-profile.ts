import { isCollection, isMap, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import { profileSchema, type Profile } from './profile.js';
import { profileFaults, type Fault } from './profile-rules.js';

export type ProfileRead =
  { profile: Profile; faults?: never } | { profile?: never; faults: readonly string[] };

/** More is no profile. */
const MAX_CHARACTERS = 200_000;

/**
 * A profile from its text, YAML 1.2 or JSON (which YAML 1.2 contains).
 *
 * @param file as the messages name it
 * @param name that its edition must have
 * @returns the profile, or all that is wrong, each as `FILE:LINE:COLUMN: PLACE: WHAT, AND WHAT TO DO`
 */
export function readProfile(text: string, file: string, name: string): ProfileRead {
  if (text.length > MAX_CHARACTERS)
    return { faults: [`${file}: is longer than ${MAX_CHARACTERS} characters`] };
  try {
    return readChecked(text, file, name);
  } catch (error) {
    // Nested deeper than recursion bears, or an alias that expands without end.
    return { faults: [`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function readChecked(text: string, file: string, name: string): ProfileRead {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const unreadable = [...document.errors, ...document.warnings];
  if (unreadable.length > 0)
    return { faults: unreadable.map(({ pos, message }) => `${place(file, lines, pos[0])}: ${message}`) };
  const parsed = profileSchema.safeParse(document.toJS());
  const faults = parsed.success
    ? [...misnamed(parsed.data, name), ...profileFaults(parsed.data)]
    : parsed.error.issues.flatMap(faultsOf);
  if (parsed.success && faults.length === 0) return { profile: parsed.data };
  return {
    faults: faults.map(({ path, message }) => {
      const where = place(file, lines, offsetOf(document, path));
      return path.length === 0 ? `${where}: ${message}` : `${where}: ${spelled(path)}: ${message}`;
    }),
  };
}

function misnamed({ edition }: Profile, name: string): Fault[] {
  if (edition === name) return [];
  return [
    { path: ['edition'], message: `is "${edition}", and the file's name says "${name}": name both alike` },
  ];
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: 'is not a word of profiles: see docs/editions.md, or leave it out',
    }));
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return [{ path: issue.path, message: `is missing: it must be ${articled(issue.expected)}` }];
  return [{ path: issue.path, message: issue.message }];
}

const articled = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** `item[3].attributes.url`. */
function spelled(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : (at === 0 ? '' : '.') + String(part)))
    .join('');
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

/** Where what the path names begins: the key of a mapping; of what is not there, that which it is missing in. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let found: Node | null = document.contents;
  let offset = found?.range?.[0] ?? 0;
  for (const part of path) {
    if (!isCollection(found)) break;
    if (isMap(found)) {
      const pair = found.items.find(({ key }) => String(key) === String(part));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      found = pair.value as Node | null;
    } else {
      found = found.get(part, true) as Node | null;
      offset = found?.range?.[0] ?? offset;
    }
  }
  return offset;
}
