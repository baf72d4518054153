import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  /** Where the demo's one public port answers on this machine. */
  url: z.string(),
  partnerUrl: z.string(),
  /** The page of the demo's Mastodon account. */
  timelineUrl: z.string(),
  /** In page order, with the version that the page itself made. */
  articles: z.array(z.object({ id: z.string(), version: z.number() })),
});
/** What a demo leaves in its folder for the commands that try something on it, and for its next run. */
export type DemoRecord = z.infer<typeof schema>;

const fileIn = (demoDir: string): string => join(demoDir, 'demo.json');

/** @returns null where no demo has taken the page in yet */
export function readDemoRecord(demoDir: string): DemoRecord | null {
  const file = fileIn(demoDir);
  if (!existsSync(file)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Torn by a full disk or a kill: the next run writes it anew.
    return null;
  }
}

export function writeDemoRecord(demoDir: string, record: DemoRecord): void {
  writeFileSync(fileIn(demoDir), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}
