/** The console in a real browser, on a Weir of its own whose data came in over HTTP and through the whole pipeline. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { CONSOLE, openTab, takePicture, useBrowser } from '../support/browser.ts';
import { sendHeldTransfers } from '../support/console.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith } from '../support/real-parts.ts';
import { ADMIN_KEY, startWeir } from '../support/running-weir.ts';

const SECONDS = 1_000;

const SAID = {
  zh: {
    overview: '总览',
    alerts: '预警',
    approvals: '审批',
    rules: '规则',
    system: '系统',
    signIn: '登 录',
    waiting: '待审批',
    approve: '批 准',
    rule: '未放行即结算',
    refused: '密钥无效',
  },
  en: {
    overview: 'Overview',
    alerts: 'Alerts',
    approvals: 'Approvals',
    rules: 'Rules',
    system: 'System',
    signIn: 'Sign in',
    waiting: 'Waiting for approval',
    approve: 'Approve',
    rule: 'Settled without release',
    refused: 'not in force',
  },
} as const;

async function signIn(page: Page, address: string, label: string): Promise<void> {
  await page.goto(address);
  await page.locator('input[type=password]').fill(ADMIN_KEY);
  await page.getByRole('button', { name: label }).click();
}

describeWith(CONSOLE, 'the console', () => {
  const browser = useBrowser();

  it(
    'shows what came in, opens an alert, and lets a person release what is held, in both languages',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      await sendHeldTransfers(weir);
      for (const language of ['zh', 'en'] as const) {
        const said = SAID[language];
        const { page, complaints } = await openTab(browser, { language, theme: language === 'en' ? 'dark' : 'light' });
        await signIn(page, weir.address, said.signIn);
        await page.getByRole('heading', { name: said.overview }).waitFor();
        const decided = page.locator('[data-panel=decisions-total] .ant-statistic-content').first();
        await expect.poll(() => decided.textContent(), { timeout: 60 * SECONDS }).toBe('3');
        await page.locator('[data-panel=decisions-by-outcome] canvas').waitFor();
        await takePicture(page, `overview-${language}`);

        await page.getByRole('link', { name: said.alerts, exact: true }).click();
        await page.locator('table').getByRole('link', { name: said.rule }).first().click();
        await page.getByText('CNY 300,000.00').first().waitFor();
        await page.locator('canvas').waitFor();
        await expect.poll(() => page.getByRole('link', { name: 'T-LOST' }).count()).toBeGreaterThan(0);
        await takePicture(page, `alert-${language}`);

        await page.getByRole('link', { name: said.approvals, exact: true }).click();
        await page.getByRole('heading', { name: said.waiting }).waitFor();
        const row = page.getByRole('row', { name: `T-HELD-${language}` });
        await row.getByRole('checkbox').check();
        await takePicture(page, `approvals-${language}`);
        await page.getByRole('button', { name: said.approve }).click();
        await page.getByRole('dialog').getByRole('textbox').fill('合同已核对');
        await page.getByRole('dialog').getByRole('button', { name: said.approve }).click();
        await row.waitFor({ state: 'detached' });
        const { body } = await weir.ask(`/v1/decisions/T-HELD-${language}`);
        expect(body).toMatchObject({ outcome: 'accept', by: 'admin', revision: 2 });

        for (const name of ['rules', 'system'] as const) {
          await page.getByRole('link', { name: said[name], exact: true }).click();
          await page.getByRole('heading', { name: said[name] }).waitFor();
          await page.locator('.ant-table-row, .ant-statistic').first().waitFor();
          await takePicture(page, `${name}-${language}`);
        }
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
    300 * SECONDS,
  );

  it(
    'refuses a key that is not in force, and is readable on a phone',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      await sendHeldTransfers(weir);
      const { page } = await openTab(browser, { language: 'zh', width: 390 });
      await page.goto(`${weir.address}/alerts`);
      await page.locator('input[type=password]').fill('weir_nobody');
      await page.getByRole('button', { name: SAID.zh.signIn }).click();
      await page.getByText(SAID.zh.refused).waitFor();
      await page.locator('input[type=password]').fill(ADMIN_KEY);
      await page.getByRole('button', { name: SAID.zh.signIn }).click();
      await page.getByText(SAID.zh.rule).first().waitFor();
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      expect(wide).toBeLessThanOrEqual(0);
      await takePicture(page, 'alerts-phone');
      await page.context().close();
    },
    300 * SECONDS,
  );
});
