/** A real browser, which npm brings, on the console as it was built. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { CONSOLE_FOLDER } from '../../dashboards/console-pages.ts';
import type { RealPart } from './real-parts.ts';
import { ROOT } from './sources.ts';

/** Pictures of what tests saw, for people to look at. */
const PICTURES = join(ROOT, 'coverage/console');

export const CONSOLE: RealPart = {
  name: 'the built console',
  missing: existsSync(join(CONSOLE_FOLDER, 'index.html')) ? null : 'npm run console has not been run',
};

/** With these two arguments a second page would hang. */
const HANGS = new Set(['--single-process', '--no-zygote']);

export async function openBrowser(): Promise<Browser> {
  const args = chromium.args.filter((one) => !HANGS.has(one));
  return playwright.launch({ args, executablePath: await chromium.executablePath(), headless: true });
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
export async function openTab(browser: Browser, { language, theme = 'light', width = 1_400 }: Look): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  await context.addInitScript(
    (chosen) => localStorage.setItem('weir-preferences', chosen),
    JSON.stringify({ language, theme, zone: null }),
  );
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
