/**
 * Serves the console: the files that `npm run console` built, and its one page for each of its addresses. Files with a
 * hash in their name never change and are kept by browsers; the page itself is asked for each time.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { App } from '../runtime/http/app.ts';
import { addPages } from '../runtime/http/pages.ts';

export const CONSOLE_FOLDER = join(import.meta.dirname, 'console/dist');

/** Addresses of the console’s pages; whatever stands behind one belongs to it. */
export const CONSOLE_PAGES: readonly string[] = [
  ...[
    'overview',
    'alerts',
    'approvals',
    'parties',
    'transfers',
    'rules',
    'settings',
    'system',
    'webhooks',
    'emergency',
  ],
];

const YEAR_SECONDS = 31_536_000;

/** False in an installation for services alone. */
export function isConsoleBuilt(folder = CONSOLE_FOLDER): boolean {
  return existsSync(join(folder, 'index.html'));
}

/** False where the console was not built. */
export async function addConsole(app: App, folder = CONSOLE_FOLDER): Promise<boolean> {
  if (!isConsoleBuilt(folder)) return false;
  await addPages(app, async (pages) => {
    await pages.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/assets/',
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const kept = path.endsWith('.html') ? 'no-cache' : `public, max-age=${YEAR_SECONDS}, immutable`;
        reply.header('cache-control', kept);
      },
    });
    const hidden = { schema: { hide: true } };
    const send = (_: unknown, reply: { sendFile(name: string, root: string): unknown }) =>
      reply.sendFile('index.html', folder);
    pages.get('/', hidden, send);
    for (const page of CONSOLE_PAGES) {
      pages.get(`/${page}`, hidden, send);
      pages.get(`/${page}/*`, hidden, send);
    }
  });
  return true;
}
