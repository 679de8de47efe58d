/** Running Weir from the console: measures of an emergency, webhooks, and changes that show by themselves. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { CONSOLE, takePicture, useBrowser } from '../support/browser.ts';
import { largeTransfer, openSignedIn, sendHeldTransfers, settleWithoutRelease } from '../support/console.ts';
import { changeRule, changeSettings, changeSubscription } from '../support/console-changes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith } from '../support/real-parts.ts';
import { DECIDED, startWeir } from '../support/running-weir.ts';
import { startReceiver } from '../support/webhooks.ts';

const SECONDS = 1_000;
const PATIENCE = { timeout: 60 * SECONDS };

const SAID = {
  zh: {
    emergency: '应急',
    party: '客户编号或账号',
    check: '核对影响',
    freeze: '冻结当事方',
    effect: (party: string) => `拒绝 ${party} 的全部转出，以及向 ${party} 的全部转入。`,
    until: '将于',
    reason: '理由',
    banner: '应急措施生效中',
    undo: '撤 销',
    undoMeasure: '撤销措施',
    unfreeze: '解 冻',
    webhooks: '回调推送',
    create: '新建订阅',
    purpose: '用途',
    address: '地址',
    haveIt: '已保存',
    test: '发送测试',
    taken: '接收成功',
    delivered: '成功',
    rotate: '轮换密钥',
    off: '停 用',
    isOff: '已停用',
    on: '启 用',
    replay: '重 放',
    replaying: '正在重放',
    live: '实时',
    alerts: '预警',
  },
  en: {
    emergency: 'Emergency',
    party: 'Party or account',
    check: 'Check what it does',
    freeze: 'Freeze a party',
    effect: (party: string) => `Every transfer from ${party} and every transfer to ${party} is rejected.`,
    until: 'It ends by itself at',
    reason: 'Reason',
    banner: 'Emergency measure in force',
    undo: 'Undo',
    undoMeasure: 'Undo a measure',
    unfreeze: 'Unfreeze',
    webhooks: 'Webhooks',
    create: 'New subscription',
    purpose: 'Purpose',
    address: 'Address',
    haveIt: 'I have it',
    test: 'Send a test',
    taken: 'Taken',
    delivered: 'Delivered',
    rotate: 'New secret',
    off: 'Switch off',
    isOff: 'Off',
    on: 'Switch on',
    replay: 'Replay',
    replaying: 'Being sent again',
    live: 'Live',
    alerts: 'Alerts',
  },
} as const;

type Said = (typeof SAID)[keyof typeof SAID];

const LANGUAGES = ['zh', 'en'] as const;

function lookOf(language: (typeof LANGUAGES)[number]) {
  return { language, theme: language === 'en' ? 'dark' : 'light', width: 1_280 } as const;
}

async function sayWhy(page: Page, said: Said, action: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(said.reason).fill('演练 drill');
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function outcomeOf(weir: Awaited<ReturnType<typeof startWeir>>, transferId: string, party: string) {
  const { body } = await weir.ask(
    DECIDED,
    largeTransfer(transferId, {
      amount: { minor: 1_000, currency: 'CNY' },
      debtor: { party, account: '6222020200112233', name: 'Ming' },
    }),
  );
  return (body as { outcome: string }).outcome;
}

describeWith(CONSOLE, 'running Weir from the console', () => {
  const browser = useBrowser();

  it(
    'freezes a party, changes a rule and settings once it has said what that does, and undoes it, in both languages',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      for (const language of LANGUAGES) {
        const said = SAID[language];
        const party = `C-FROZEN-${language}`;
        const { page, complaints } = await openSignedIn(browser, lookOf(language));
        expect(await outcomeOf(weir, `T-1-${language}`, party)).toBe('accept');
        await page.goto(`${weir.address}/emergency`);
        await page.getByLabel(said.party).fill(party);
        await page.getByRole('button', { name: said.check }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText(said.effect(party)).waitFor();
        await dialog.getByText(said.until).waitFor();
        await takePicture(page, `emergency-asked-${language}`);
        await sayWhy(page, said, said.freeze);
        await page.locator('[data-banner=emergency]').getByText(said.effect(party)).waitFor(PATIENCE);
        await page.getByRole('row', { name: party }).getByText('演练 drill').waitFor();
        expect(await outcomeOf(weir, `T-2-${language}`, party)).toBe('reject');

        await page.goto(`${weir.address}/parties/${party}`);
        await page.getByText(said.banner).waitFor();
        await page.getByRole('button', { name: said.unfreeze }).click();
        await sayWhy(page, said, said.unfreeze);
        await page.locator('[data-banner=emergency]').waitFor({ state: 'detached', ...PATIENCE });
        expect(await outcomeOf(weir, `T-3-${language}`, party)).toBe('accept');
        await page.reload();
        await page.locator('[data-part=flow] canvas').waitFor(PATIENCE);
        await page.locator('[data-part=changes]').getByText('演练 drill').first().waitFor(PATIENCE);
        await takePicture(page, `party-${language}`);

        await page.getByRole('button', { name: said.freeze }).click();
        await sayWhy(page, said, said.freeze);
        await page.getByText(said.banner).click(PATIENCE);
        await page.getByRole('row', { name: party }).getByRole('button', { name: said.undo }).click();
        await sayWhy(page, said, said.undoMeasure);
        await page.locator('[data-banner=emergency]').waitFor({ state: 'detached', ...PATIENCE });

        let sent = 3;
        await changeRule(page, weir, language, () => outcomeOf(weir, `T-${++sent}-${language}`, party));
        await changeSettings(page, weir, language);
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
    300 * SECONDS,
  );

  it(
    'makes a subscription, shows its secret once, tests and changes it, and tells of each attempt, in both languages',
    async () => {
      const receiver = await startReceiver();
      const weir = await startWeir({
        dataDir: temporaryFolder(),
        environment: { WEIR_WEBHOOK_ALLOW: 'localhost' },
      });
      for (const language of LANGUAGES) {
        const said = SAID[language];
        const { page, complaints } = await openSignedIn(browser, lookOf(language));
        await page.goto(`${weir.address}/webhooks`);
        await page.getByRole('button', { name: said.create }).click();
        await page.getByLabel(said.purpose).fill(`Cases ${language}`);
        await page.getByLabel(said.address).fill(receiver.url);
        await page.getByRole('dialog').getByRole('button', { name: said.create }).click();
        const secret = page.getByRole('dialog').getByText(/whsec_/);
        await secret.waitFor();
        await takePicture(page, `webhook-secret-${language}`);
        await page.getByRole('button', { name: said.haveIt }).click();
        await secret.waitFor({ state: 'detached' });

        await page.getByRole('link', { name: `Cases ${language}` }).click();
        await page.getByRole('button', { name: said.test }).click();
        await page.getByText(said.taken).waitFor(PATIENCE);
        await page.locator('.ant-table-row').getByText(said.delivered, { exact: true }).first().waitFor(PATIENCE);
        expect(receiver.received.at(-1)?.headers).toHaveProperty('webhook-id');
        await changeSubscription(page, weir, language, complaints);

        await page.getByRole('button', { name: said.rotate }).click();
        await sayWhyFor(page, said, said.rotate);
        await page.getByRole('button', { name: said.haveIt }).click();
        await page.getByRole('button', { name: said.replay }).click();
        await page.getByRole('dialog').getByRole('button', { name: said.replay }).click();
        await page.getByText(said.replaying).waitFor();
        await page.getByRole('button', { name: said.off }).click();
        await sayWhy(page, said, said.off);
        await page.getByText(said.isOff, { exact: true }).waitFor();
        await page.getByText('演练 drill').first().waitFor();
        await takePicture(page, `webhook-off-${language}`);
        await page.getByRole('button', { name: said.on }).click();
        await sayWhy(page, said, said.on);
        await page.getByRole('button', { name: said.off }).waitFor();
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
    300 * SECONDS,
  );

  it(
    'says when it cannot show what changes by itself, and does when it can',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      await sendHeldTransfers(weir);
      const said = SAID.zh;
      const { page } = await openSignedIn(browser, lookOf('zh'));
      await page.route('**/v1/live', (route) => route.abort());
      await page.goto(`${weir.address}/alerts`);
      await page.locator('[data-live=stale]').waitFor(PATIENCE);
      await takePicture(page, 'stale');
      await page.unroute('**/v1/live');
      await page.locator('[data-live=live]').getByText(said.live).waitFor(PATIENCE);
      const told = page.waitForRequest((request) => new URL(request.url()).pathname === '/v1/alerts', PATIENCE);
      await settleWithoutRelease(weir, 'T-HELD-zh');
      await told;
      await page.context().close();
    },
    300 * SECONDS,
  );
});

/** The dialog that follows shows a secret. */
async function sayWhyFor(page: Page, said: Said, action: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(said.reason).fill('演练 drill');
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  await page
    .getByRole('dialog')
    .getByText(/whsec_/)
    .waitFor();
}
