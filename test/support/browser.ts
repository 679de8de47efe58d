/** A real browser, which npm brings, on the console as it was built. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { CONSOLE_FOLDER } from '../../dashboards/console-pages.ts';
import { beside, KEPT, keepAs } from './kept-folder.ts';
import type { RealPart } from './real-parts.ts';
import { ROOT } from './sources.ts';

/** Pictures of what tests saw, for people to look at. */
const PICTURES = join(ROOT, 'coverage/console');

export const CONSOLE: RealPart = {
  name: 'the built console',
  missing: whyNotBuilt(),
};

/** What was built before its source changed shows what is no more, and not what is new. */
function whyNotBuilt(): string | null {
  const built = statSync(join(CONSOLE_FOLDER, 'index.html'), { throwIfNoEntry: false });
  if (built === undefined) return 'npm run console has not been run';
  const sources = join(ROOT, 'dashboards/console/src');
  const changed = readdirSync(sources, { recursive: true, encoding: 'utf8' }).find(
    (file) => file.includes('.') && statSync(join(sources, file)).mtimeMs > built.mtimeMs,
  );
  return changed === undefined ? null : `npm run console has not been run since ${changed} changed`;
}

// Nothing here draws with WebGL, and to imitate its hardware takes most of a processor.
chromium.setGraphicsMode = false;

/** With these two arguments a second page would hang. */
const HANGS = new Set(['--single-process', '--no-zygote']);

const PACKAGE = readFileSync(join(ROOT, 'node_modules/@sparticuz/chromium/package.json'), 'utf8');
/** Where the browser lies once it is unpacked; another version gets another folder. */
const UNPACKED = join(KEPT, `chromium-${JSON.parse(PACKAGE).version}`);
/** It unpacks itself into the folder for temporary files. */
const UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
/** How long a page may take over anything, while others have the processors. */
const PATIENCE_MS = 90_000;

export type OpenBrowser = Pick<Browser, 'newContext'>;

/** One for the tests of a file. */
export function useBrowser(): OpenBrowser {
  let browser: Browser | null = null;
  beforeAll(async () => {
    const args = chromium.args.filter((one) => !HANGS.has(one));
    const executablePath = join(unpacked(), 'chromium');
    browser = await playwright.launch({ args, executablePath, headless: true, timeout: PATIENCE_MS });
  });
  afterAll(() => browser?.close());
  return { newContext: (options) => (browser as Browser).newContext(options) };
}

function unpacked(): string {
  if (existsSync(UNPACKED)) return UNPACKED;
  const own = beside(UNPACKED);
  const environment = { ...process.env, TMPDIR: own };
  execFileSync(process.execPath, ['--input-type=module', '-e', UNPACK], { cwd: ROOT, env: environment });
  keepAs(UNPACKED, own);
  return UNPACKED;
}

export interface Look {
  readonly language: 'zh' | 'en';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

export interface Tab {
  readonly page: Page;
  /** What the browser complained of: nothing should be there. */
  readonly complaints: string[];
}

/** A tab of its own, with a person's choices made. */
export async function openTab(browser: OpenBrowser, { language, theme = 'light', width = 1_400 }: Look): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  await context.addInitScript(
    (chosen) => localStorage.setItem('weir-preferences', chosen),
    JSON.stringify({ language, theme, zone: null }),
  );
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}

export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
