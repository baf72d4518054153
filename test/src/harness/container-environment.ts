import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSetting, readEnvironment, SECRET_SETTINGS } from '@newsrelay/config/environment';
import {
  consoleSettings,
  feedsSettings,
  ingestSettings,
  migrateSettings,
  publishSettings,
  transformSettings,
} from '@newsrelay/config/processes';

/** What each image reads from its environment. */
export const SETTINGS = {
  ingest: ingestSettings,
  transform: transformSettings,
  publish: publishSettings,
  feeds: feedsSettings,
  console: consoleSettings,
  migrate: migrateSettings,
};
export type App = keyof typeof SETTINGS;
export const APPS = Object.keys(SETTINGS) as App[];

/** Variables that the Dockerfile sets for the stage of an app, those of the stages below it included. */
export function imageEnvironment(root: string, app: string): Record<string, string> {
  const stages = new Map<string, { from: string; env: Record<string, string> }>();
  let current = { from: '', env: {} as Record<string, string> };
  for (const line of readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n')) {
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (name !== undefined) stages.set(name, (current = { from: from ?? '', env: {} }));
    const set = /^ENV (.+)$/.exec(line)?.[1];
    for (const [, key, value] of set?.matchAll(/(\w+)=(\S+)/g) ?? []) current.env[key ?? ''] = value ?? '';
  }
  const found: Record<string, string> = {};
  for (let stage = stages.get(app); stage !== undefined; stage = stages.get(stage.from)) {
    for (const [key, value] of Object.entries(stage.env)) found[key] ??= value;
  }
  return found;
}

/**
 * Reads the environment of a container by the schema of its app.
 * @param secretFile where the file lies here that the container sees under a path
 * @returns names that the app does not read
 * @throws SettingsError for what the app would refuse to start with
 */
export function readAsApp(
  app: App,
  environment: Record<string, string>,
  secretFile: (path: string) => string,
): string[] {
  const here = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      name.endsWith('_FILE') ? secretFile(value) : value,
    ]),
  );
  readEnvironment(SETTINGS[app], here);
  const read = Object.keys(SETTINGS[app].shape).flatMap((name) =>
    SECRET_SETTINGS.includes(name) ? [name, fileSetting(name)] : [name],
  );
  return Object.keys(environment).filter((name) => !read.includes(name) && name !== 'NODE_ENV');
}
