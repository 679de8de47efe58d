/**
 * Routes that a browser shows as pages get the headers of helmet. The other answers are JSON, and helmet
 * would build its headers anew for each of them.
 */
import helmet from '@fastify/helmet';
import type { App } from './app.ts';

export async function addPages(app: App, add: (pages: App) => void | Promise<void>): Promise<void> {
  await app.register(async (pages: App) => {
    await pages.register(helmet, {
      // Weir itself speaks plain HTTP; with TLS in front, whoever terminates it adds these two.
      hsts: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    });
    await add(pages);
  });
}
