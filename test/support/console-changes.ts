/** What people change in the console, step by step as they do it: the settings of a rule, what a subscription is sent. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { takePicture } from './browser.ts';
import type { RunningWeir } from './running-weir.ts';

const PATIENCE = { timeout: 30_000 };
const REASON = '演练 drill';
const RULE = 'limit-transaction';
/** Each its own, so that what one did is not taken for what the other does. */
const LOWERED = { zh: '5', en: '6' } as const;
const DAYS = { zh: '5', en: '6' } as const;

const SAID = {
  zh: {
    change: '修改设置',
    changeSettings: '修改设置',
    rate: '规则金额的折算汇率',
    back: '返 回',
    expiry: '→ 5 天',
    limit: '单笔金额上限',
    check: '核对变更',
    outOfRange: '超出范围',
    reason: '理由',
    confirm: '确认生效',
    off: '停用规则',
    on: '启用规则',
    changeWebhook: '修 改',
    full: '完整记录，含个人信息',
    save: '保 存',
    conflict: '他人已修改该订阅',
  },
  en: {
    change: 'Change settings',
    changeSettings: 'Change settings',
    rate: 'Rate for amounts of rules',
    back: 'Back',
    expiry: '→ 6 d',
    limit: 'Most that one transfer may be',
    check: 'Check what changes',
    outOfRange: 'Out of range',
    reason: 'Reason',
    confirm: 'Put in force',
    off: 'Switch off',
    on: 'Switch on',
    changeWebhook: 'Change',
    full: 'Whole record, with personal data',
    save: 'Save',
    conflict: 'Somebody else changed it',
  },
} as const;

export type Language = keyof typeof SAID;

async function sayWhy(page: Page, language: Language, action: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(SAID[language].reason).fill(REASON);
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached', ...PATIENCE });
}

/** Lowers a limit, switches the rule off and on again, and sees each judged by and told; all is as before afterwards. */
export async function changeRule(page: Page, weir: RunningWeir, language: Language, decide: () => Promise<string>) {
  const said = SAID[language];
  expect(await decide()).toBe('accept');
  await page.goto(`${weir.address}/rules/${RULE}`);
  const rule = page.locator('[data-part=rule]');
  await rule.getByRole('button', { name: said.change }).click();
  const dialog = page.getByRole('dialog');
  const limit = dialog.getByLabel(said.limit).first();
  await limit.fill('-1');
  await dialog.getByRole('button', { name: said.check }).click();
  await dialog.getByText(said.outOfRange).waitFor(PATIENCE);
  await limit.fill(LOWERED[language]);
  await dialog.getByRole('button', { name: said.check }).click();
  const told = `CNY 5,000,000.00 → CNY ${LOWERED[language]}.00`;
  await dialog.getByText(told).waitFor(PATIENCE);
  await takePicture(page, `rule-change-${language}`);
  await sayWhy(page, language, said.confirm);
  await rule.getByText(told).waitFor(PATIENCE);
  expect(await decide()).toBe('reject');

  await rule.getByRole('button', { name: said.off }).click();
  await sayWhy(page, language, said.off);
  await rule.getByRole('button', { name: said.on }).waitFor(PATIENCE);
  expect(await decide()).toBe('accept');
  await rule.getByRole('button', { name: said.on }).click();
  await sayWhy(page, language, said.on);
  await rule.getByRole('button', { name: said.off }).waitFor(PATIENCE);
  expect(await decide()).toBe('reject');
  const { revision } = (await weir.ask('/v1/rules')).body as { revision: number };
  await weir.ask(`/v1/rules/${RULE}/settings`, { revision, options: { limit: null }, reason: REASON });
}

/** Lets holds wait longer, is told of what was filled in wrongly, and sees who changed it and why. */
export async function changeSettings(page: Page, weir: RunningWeir, language: Language): Promise<void> {
  const said = SAID[language];
  await page.goto(`${weir.address}/settings`);
  await page.getByRole('button', { name: said.changeSettings }).click();
  const dialog = page.getByRole('dialog');
  const expiry = dialog.getByLabel('holdExpiry');
  await expiry.fill('0');
  await dialog.getByRole('button', { name: said.check }).click();
  await dialog.getByText(said.outOfRange).waitFor(PATIENCE);
  await expiry.fill(DAYS[language]);
  await choose(page, dialog.getByLabel('institution.baseCurrency'), 'USD');
  await dialog.getByLabel(said.rate).fill('0.125');
  await dialog.getByRole('button', { name: said.check }).click();
  await dialog.getByText('CNY 5,000,000.00 → USD 625,000.00').first().waitFor(PATIENCE);
  await takePicture(page, `settings-change-${language}`);
  // Only looked at: the base currency stays.
  await dialog.getByRole('button', { name: said.back }).click();
  await choose(page, dialog.getByLabel('institution.baseCurrency'), 'CNY');
  await dialog.getByRole('button', { name: said.check }).click();
  await dialog.getByText(said.expiry).waitFor(PATIENCE);
  await sayWhy(page, language, said.confirm);
  await page.locator('[data-part=history]').getByText(said.expiry).waitFor(PATIENCE);
  await page.locator('[data-part=history]').getByText(REASON).first().waitFor(PATIENCE);
  const { items } = (await weir.ask('/v1/settings')).body as { items: readonly { name: string; value: unknown }[] };
  expect(items.find(({ name }) => name === 'holdExpiry')?.value).toBe(Number(DAYS[language]) * 86_400_000);
}

async function choose(page: Page, field: Locator, value: string): Promise<void> {
  await field.click();
  await field.fill(value);
  await page.locator('.ant-select-item-option:visible').filter({ hasText: value }).first().click();
}

/** Has personal data sent along, though somebody else changed the subscription meanwhile, and is told of that. */
export async function changeSubscription(page: Page, weir: RunningWeir, language: Language, complaints: string[]) {
  const said = SAID[language];
  const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  await page.getByRole('button', { name: said.changeWebhook, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(said.full).click();
  await dialog.getByLabel(said.reason).fill(REASON);
  await weir.ask(`/v1/webhooks/${id}/disable`, {});
  await weir.ask(`/v1/webhooks/${id}/enable`, {});
  await dialog.getByRole('button', { name: said.save }).click();
  await dialog.getByText(said.conflict).waitFor(PATIENCE);
  await takePicture(page, `webhook-conflict-${language}`);
  // The browser tells of the refusal by itself.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await dialog.getByRole('button', { name: said.save }).click();
  await dialog.waitFor({ state: 'detached', ...PATIENCE });
  await page.getByText(said.full).waitFor(PATIENCE);
}
