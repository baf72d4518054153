/*
 * Exit code 0 if node_modules of the folder given holds what its package-lock.json asks for: the launcher then
 * needs no `npm ci`. Runs before anything is installed, so it imports nothing and any Node.js can run it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function packagesOf(...path) {
  return JSON.parse(readFileSync(join(process.argv[2], ...path), 'utf8')).packages;
}

const wanted = packagesOf('package-lock.json');
const installed = packagesOf('node_modules', '.package-lock.json');
const differs = Object.entries(wanted).some(([path, { version, link, optional, os, cpu, libc }]) => {
  // The root and the workspaces are this repo itself.
  if (!path.includes('node_modules/') || link) return false;
  const present = installed[path];
  if (present === undefined) {
    // npm leaves out optional packages that are for other machines.
    const forThisMachine =
      (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true) && libc === undefined;
    return !(optional && !forThisMachine);
  }
  return present.version !== version;
});
process.exit(differs ? 1 : 0);
