import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const SITE = join(import.meta.dirname, 'dist/site');

/** Compressed once here, at the best level, instead of at every request. */
function compressed(): Plugin {
  return {
    name: 'newsrelay-compressed',
    async closeBundle() {
      const folder = join(SITE, 'assets');
      for (const name of await readdir(folder)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const bytes = await readFile(join(folder, name));
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
        await writeFile(join(folder, `${name}.br`), brotliCompressSync(bytes, quality));
        await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  // Nothing of the environment belongs into the page.
  envDir: false,
  plugins: [react(), compressed()],
  build: {
    outDir: SITE,
    emptyOutDir: true,
    // The rules of the page allow no inline content: every file is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
  },
});
