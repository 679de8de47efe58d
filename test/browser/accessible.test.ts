/** Every page for everybody: what axe finds in both themes, how it looks on a phone, and how much the first one loads. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { CONSOLE_FOLDER } from '../../dashboards/console-pages.ts';
import { CONSOLE, openTab, takePicture, useBrowser } from '../support/browser.ts';
import { openSignedIn, sendHeldTransfers } from '../support/console.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith } from '../support/real-parts.ts';
import { type RunningWeir, startWeir } from '../support/running-weir.ts';
import { ROOT } from '../support/sources.ts';

const SECONDS = 1_000;
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
/** WCAG 2.0 and 2.1, levels A and AA. */
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const FIRST_LOAD_BYTES_MAX = 500_000;
const PHONE_WIDTH = 390;
/** What turns for ever, such as the dot of a connection that is being made, never comes to rest. */
const MOVING = '({ playState, effect }) => playState === "running" && effect.getTiming().iterations !== Infinity';

/** Pages with forms behind buttons. */
const FORMS: { readonly [name: string]: readonly string[] } = {
  rules: ['修改设置', '添加豁免'],
  settings: ['修改设置'],
  webhook: ['修 改'],
};

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: ${JSON.stringify(STANDARD)} }).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary.replaceAll('\n', ' ')}`,
    ),
  );
}

/** Addresses of all pages, with something on each of them. */
async function pagesOf(weir: RunningWeir): Promise<{ readonly [name: string]: string }> {
  const { body } = await weir.ask('/v1/alerts?rule=settled-without-release');
  const { items } = body as { items: { id: string; subject: string }[] };
  const [alert] = items;
  const { body: made } = await weir.ask('/v1/webhooks', {
    url: 'https://hooks.example.com/weir',
    title: 'Cases',
    topics: ['alerts'],
  });
  const { subscription } = made as { subscription: { id: string } };
  await weir.ask('/v1/control', { kind: 'stop-payouts', segment: 'tag:drill', reason: 'Drill' });
  await eventually('the measure shows', async () => {
    const { body: shown } = await weir.ask('/v1/emergency');
    return (shown as { items: unknown[] }).items.length === 1;
  });
  return {
    overview: '/',
    alerts: '/alerts',
    alert: `/alerts/${encodeURIComponent(alert?.id ?? '')}`,
    approvals: '/approvals',
    parties: '/parties',
    party: `/parties/${encodeURIComponent(alert?.subject ?? '')}`,
    transfer: '/transfers/T-LOST',
    rules: '/rules/limit-day',
    settings: '/settings',
    system: '/system',
    webhooks: '/webhooks',
    webhook: `/webhooks/${subscription.id}`,
    emergency: '/emergency',
  };
}

/** Resolves when the page shows what it has to show, and nothing moves any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor();
  await page.locator('[data-banner=emergency]').waitFor();
  await expect
    .poll(() => page.locator('.ant-skeleton-active, .ant-spin-spinning').count(), { timeout: 60_000 })
    .toBe(0);
  const moving = () =>
    page.evaluate<number>('document.getAnimations().filter(isMoving).length'.replace('isMoving', MOVING));
  await expect.poll(moving, { timeout: 60_000 }).toBe(0);
}

describeWith(CONSOLE, 'the console', () => {
  const browser = useBrowser();

  it(
    'has no page with a violation of WCAG 2 A or AA in either theme, nor one wider than a phone',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      await sendHeldTransfers(weir);
      const pages = await pagesOf(weir);
      const found: string[] = [];
      const { page, complaints } = await openSignedIn(browser, { language: 'zh', width: 1_280 });
      const look = async (name: string) => {
        await settled(page);
        for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
        await takePicture(page, name);
      };
      const lookAtForm = async (name: string, theme: string) => {
        for (const [index, opens] of (FORMS[name] ?? []).entries()) {
          await page.getByRole('button', { name: opens, exact: true }).click();
          await page.getByRole('dialog').waitFor();
          await look(`${name}-form-${index + 1}-${theme}`);
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'detached' });
        }
      };
      const turnTheme = () => page.getByRole('button', { name: '浅色或深色' }).click();
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(weir.address + path);
        await look(`${name}-light`);
        await lookAtForm(name, 'light');
        await turnTheme();
        await look(`${name}-dark`);
        await lookAtForm(name, 'dark');
        await turnTheme();
        await page.setViewportSize({ width: PHONE_WIDTH, height: 844 });
        const wide = () => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        await expect.poll(wide, { timeout: 60_000, message: `${name} is wider than a phone` }).toBeLessThanOrEqual(0);
        await takePicture(page, `${name}-phone`);
        await page.setViewportSize({ width: 1_280, height: 900 });
      }
      expect(complaints).toEqual([]);
      await page.context().close();
      const signIn = await openTab(browser, { language: 'zh' });
      await signIn.page.goto(weir.address);
      await signIn.page.locator('input[type=password]').waitFor();
      for (const violation of await violations(signIn.page)) found.push(`sign-in: ${violation}`);
      await signIn.page.context().close();
      expect(found).toEqual([]);
    },
    300 * SECONDS,
  );

  it(
    'loads less than 500 KB for its first page, charts and tables included',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      await sendHeldTransfers(weir);
      const { page } = await openSignedIn(browser, { language: 'zh', width: 1_280 });
      const files = new Set<string>();
      page.on('response', (response) => {
        const name = new URL(response.url()).pathname.split('/assets/')[1];
        if (name !== undefined && response.headers()['content-encoding'] === 'br') files.add(name);
        else if (name !== undefined) files.add(`${name} is not compressed`);
      });
      await page.goto(weir.address);
      await page.locator('[data-panel=decisions-by-outcome] canvas').first().waitFor();
      await page.locator('[data-panel=open-alerts] canvas').first().waitFor();
      await page.locator('[data-panel=latest-alerts]').scrollIntoViewIfNeeded();
      await page.locator('[data-panel=latest-alerts] tbody tr').first().waitFor();
      await page.locator('[data-panel=decisions-by-hour]').scrollIntoViewIfNeeded();
      await page.locator('[data-panel=decisions-by-hour] canvas').first().waitFor();
      const sizes = [...files].map((name) => statSync(join(CONSOLE_FOLDER, 'assets', `${name}.br`)).size);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      console.log(`The overview loads ${files.size} files, ${(bytes / 1_000).toFixed(0)} KB compressed.`);
      expect(files.size).toBeGreaterThan(3);
      expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
      await page.context().close();
    },
    300 * SECONDS,
  );
});
