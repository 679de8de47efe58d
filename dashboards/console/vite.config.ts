/** How the console is built: into `dist/`, with compressed copies beside the files, which are served as they are. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ASSETS = join(import.meta.dirname, 'dist/assets');

function compressed(): Plugin {
  return {
    name: 'compressed-copies',
    apply: 'build',
    // Not when the bundle is closed: that comes after a failure, too, and would hide it.
    writeBundle() {
      for (const name of readdirSync(ASSETS).filter((one) => /\.(js|css)$/.test(one))) {
        const path = join(ASSETS, name);
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes));
      }
    },
  };
}

// biome-ignore lint/style/noDefaultExport: vite reads the default export.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1_500,
    reportCompressedSize: false,
  },
});
