/*
 * Puts what one app needs at run time, and nothing else, into a folder:
 *
 *   assemble.mjs APP FOLDER     e.g. assemble.mjs feeds /out
 *
 * FOLDER then has the production packages of that app, and its own and our libraries' compiled code in the places they
 * have here. The tree must have been built. The Dockerfile runs it; so may you, to see what an image would hold.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
const [app, folder] = process.argv.slice(2);
if (app === undefined || folder === undefined || !existsSync(join(root, 'apps', app, 'dist/main.js'))) {
  console.error('Usage: assemble.mjs APP FOLDER, after a build; APP is one that has a dist/main.js');
  process.exit(2);
}

const copy = (path, filter) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  cpSync(join(root, path), join(folder, path), { recursive: true, filter });
};

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// A page is built into files: its packages are no app's, and npm would take them along as the app's own.
const workspaces = manifest.workspaces.filter((pattern) => !/^apps\/.*\/web$/.test(pattern));
const manifests = globSync(
  workspaces.map((pattern) => join(pattern, 'package.json')),
  { cwd: root },
);
// npm asks for the manifests of all workspaces, or the lock file does not fit.
for (const path of ['package-lock.json', '.npmrc', ...manifests]) copy(path);
writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, workspaces }));
execFileSync(
  'npm',
  [
    ...['ci', `--workspace=apps/${app}`, '--include-workspace-root=false'],
    // Optional packages are accelerators and the embedded servers; none of ours is needed here.
    ...['--omit=dev', '--omit=optional', '--ignore-scripts'],
  ],
  { cwd: folder, stdio: 'inherit' },
);

/** Compiled code without what only developers and tests read. */
const isRunTime = (path) => !/\.(d\.[cm]?ts|map|tsbuildinfo)$|\.(spec|fixture)\.js$/.test(path);
const base = realpathSync(folder);
const scope = join(base, 'node_modules/@newsrelay');
const used = readdirSync(scope).map((name) => relative(base, realpathSync(join(scope, name))));
for (const path of used) copy(join(path, 'dist'), isRunTime);
// The editions that come with it are data beside their code.
if (used.includes('libs/feed-editions')) copy('libs/feed-editions/profiles');
// The console's page, which Vite builds.
const page = join('apps', app, 'web/dist/site');
if (existsSync(join(root, page))) copy(page);

// Folders of workspaces that this app has nothing of.
for (const path of manifests.map(dirname)) {
  if (!used.some((kept) => kept === path || kept.startsWith(`${path}/`)))
    rmSync(join(base, path), { recursive: true, force: true });
}
for (const path of ['package-lock.json', '.npmrc', 'node_modules/.package-lock.json'])
  rmSync(join(base, path), { force: true });
// Licences stay; types, source maps and sources in TypeScript are of no use to a process.
for (const path of globSync('node_modules/**/*.{ts,mts,cts,map,md,markdown,flow}', { cwd: base })) {
  if (!/licen[cs]e|notice|copying/i.test(path)) rmSync(join(base, path), { force: true });
}
