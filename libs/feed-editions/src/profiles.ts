import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Profile } from './profile.js';
import { readProfile, type ProfileRead } from './read-profile.js';

/** The profiles that come with Newsrelay. */
export const BUILT_IN_FOLDER = fileURLToPath(new URL('../profiles/', import.meta.url));

const ENDINGS = ['.yaml', '.yml', '.json'];

/** The profiles of this process, and what keeps others from being among them. */
export interface Profiles {
  byName: ReadonlyMap<string, Profile>;
  /** One line a fault, each with its file; a file with faults is left out, the others are not disturbed. */
  faults: readonly string[];
}

/**
 * Reads the built-in profiles, then an operator's own. Reading is all that it does: a changed file counts from the next start.
 *
 * @param folder of the operator's profiles; null for none
 * @throws Error for a built-in profile that is wrong: then the software is
 */
export function loadProfiles(folder: string | null): Profiles {
  const byName = new Map<string, Profile>();
  const broken = addFolder(BUILT_IN_FOLDER, byName);
  if (broken.length > 0) throw new Error(broken.join('\n'));
  const faults = folder === null ? [] : addFolder(folder, byName);
  return { byName, faults };
}

function addFolder(folder: string, byName: Map<string, Profile>): string[] {
  let names: string[];
  try {
    // Sorted, so that it does not depend on the disk which of two files with one name comes first.
    names = readdirSync(folder).sort();
  } catch (error) {
    return [`${folder} cannot be read (${codeOf(error)}): name a folder that this account may read`];
  }
  return names
    .filter((name) => ENDINGS.includes(extname(name)) && !name.startsWith('.'))
    .flatMap((name) => addFile(join(folder, name), byName));
}

function addFile(file: string, byName: Map<string, Profile>): readonly string[] {
  const { profile, faults } = readProfileFile(file);
  if (profile === undefined) return faults;
  const name = profile.edition;
  if (byName.has(name)) return [`${file}: there is an edition "${name}" already: choose another name`];
  byName.set(name, profile);
  return [];
}

/** A profile from its file, which has its name, or all that is wrong with it. */
export function readProfileFile(file: string): ProfileRead {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { faults: [`${file}: cannot be read (${codeOf(error)})`] };
  }
  return readProfile(text, file, basename(file, extname(file)));
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
