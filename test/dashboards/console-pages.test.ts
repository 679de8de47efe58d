import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { addConsole } from '../../dashboards/console-pages.ts';
import { buildServer } from '../../runtime/http/server.ts';
import { temporaryFolder } from '../support/folder.ts';

const SCRIPT = 'console.log("weir");'.repeat(100);

async function serve(folder: string) {
  const server = await buildServer({ access: null, version: '1.0.0', readiness: () => ({ ready: true, checks: {} }) });
  const served = await addConsole(server.app, folder);
  onTestFinished(() => server.close());
  return { served, inject: server.app.inject.bind(server.app) };
}

function builtConsole(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<div id="root"></div>');
  writeFileSync(join(folder, 'assets/index-abc.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/index-abc.js.br'), brotliCompressSync(SCRIPT));
  return folder;
}

it('answers each address of the console with its page, which is asked for each time', async () => {
  const { served, inject } = await serve(builtConsole());
  expect(served).toBe(true);
  for (const url of ['/', '/alerts', '/alerts/fan-in%3AC-1%3A7', '/parties/C-1', '/approvals']) {
    const { statusCode, body, headers } = await inject({ url });
    expect([url, statusCode, body]).toEqual([url, 200, '<div id="root"></div>']);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  }
});

it('sends files compressed in advance, to be kept for ever', async () => {
  const { inject } = await serve(builtConsole());
  const { headers, rawPayload } = await inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } });
  expect(headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' });
  expect(brotliDecompressSync(rawPayload).toString()).toBe(SCRIPT);
});

it('leaves other addresses to be refused, and serves nothing from outside', async () => {
  const { inject } = await serve(builtConsole());
  for (const url of ['/nothing', '/v1/nothing', '/assets/..%2findex.html', '/assets/../../keys.json']) {
    expect((await inject({ url })).statusCode, url).toBeGreaterThanOrEqual(400);
  }
});

it('serves none where none was built', async () => {
  const { served, inject } = await serve(temporaryFolder());
  expect(served).toBe(false);
  expect((await inject({ url: '/' })).statusCode).toBe(404);
});
