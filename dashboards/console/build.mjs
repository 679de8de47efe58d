/**
 * Builds the console after an installation. An installation for services alone (`npm ci --omit=dev`) has nothing to
 * build it with and serves none, unless `dist/` is copied to it.
 */
import { fileURLToPath } from 'node:url';

const vite = await import('vite').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  return null;
});
if (vite === null) console.log('The console is not built: its build tools are not installed.');
else {
  const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
  await vite.build({ configFile, logLevel: 'warn' });
}
