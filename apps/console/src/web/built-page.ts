import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What `vite build` made of `apps/console/web`; the same folder from the sources and from what is compiled. */
const SITE = join(import.meta.dirname, '../../web/dist/site');

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Asset {
  type: string;
  plain: Buffer;
  /** Compressed at build time; null where that is not worth it. */
  brotli: Buffer | null;
  gzip: Buffer | null;
}

/** The built page, read once into memory: a few hundred kilobytes, under names that carry their content's hash. */
export interface BuiltPage {
  index: string;
  assets: Map<string, Asset>;
}

/** Null if the page was not built. */
export async function readBuiltPage(folder = SITE): Promise<BuiltPage | null> {
  try {
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    const names = await readdir(join(folder, 'assets'));
    const read = async (name: string) =>
      names.includes(name) ? readFile(join(folder, 'assets', name)) : Promise.resolve(null);
    const assets = new Map<string, Asset>();
    for (const name of names) {
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      const plain = await readFile(join(folder, 'assets', name));
      assets.set(name, { type, plain, brotli: await read(`${name}.br`), gzip: await read(`${name}.gz`) });
    }
    return { index, assets };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
