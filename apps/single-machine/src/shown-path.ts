import { relative } from 'node:path';

/** A path as a person in the working directory would type it. */
export function shownPath(path: string, workingDirectory = process.cwd()): string {
  const short = relative(workingDirectory, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
