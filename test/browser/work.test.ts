/** People at work in the console: officers on alerts, a second person on a report, approvers on what is held. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { CONSOLE, openTab, takePicture, useBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith } from '../support/real-parts.ts';
import { type RunningWeir, startWeir } from '../support/running-weir.ts';
import { SAID, type Said } from '../support/work-words.ts';

const SECONDS = 1_000;
const PASSWORD = 'a long one, and not complicated';

type Json = { readonly [name: string]: unknown };

function transfer(transferId: string, party: string, fields: Json = {}) {
  const { purpose: _, eventId: __, batch: ___, ...example } = transferRecord.render(transferRecord.example);
  const debtor = { party, account: `62220202001${party.length}${party}`.slice(0, 30), name: '王小明' };
  const amount = { minor: 100, currency: 'CNY' };
  return { ...example, transferId, debtor, amount, at: new Date().toISOString(), ...fields };
}

/** As each language works on parties of its own, one does not see what the other did. */
function partiesOf({ language }: Said) {
  return { busy: [`C-${language}-1`, `C-${language}-2`, `C-${language}-3`], lost: `C-${language}-9` } as const;
}

async function send(weir: RunningWeir, events: readonly object[]): Promise<void> {
  expect((await weir.ask('/v1/transfers', events)).status).toBe(202);
}

/**
 * Three parties that are too busy; one whose held transfer settled all the same, which says louder that it was busy;
 * and a batch of three, one of which the approver entered.
 */
async function sendEvents(weir: RunningWeir, said: Said): Promise<void> {
  const { busy, lost } = partiesOf(said);
  const { language } = said;
  const held = { amount: { minor: 30_000_000, currency: 'CNY' } };
  await send(weir, [
    ...busy.flatMap((party) => Array.from({ length: 6 }, (_, index) => transfer(`T-${party}-${index}`, party))),
    ...Array.from({ length: 5 }, (_, index) => transfer(`T-${lost}-${index}`, lost)),
    transfer(`T-${lost}-LOST`, lost, held),
    transfer(`B-${language}-1`, `C-${language}-5`, { ...held, batch: `B-${language}` }),
    transfer(`B-${language}-2`, `C-${language}-6`, { ...held, batch: `B-${language}` }),
    transfer(`T-${language}-OWN`, `C-${language}-7`, { ...held, batch: `B-${language}`, maker: `boss-${language}` }),
  ]);
  await eventually('it is held', async () => {
    const { body } = await weir.ask(`/v1/decisions/T-${lost}-LOST`);
    return (body as Json).outcome === 'hold' ? true : null;
  });
  await send(weir, [transfer(`T-${lost}-LOST`, lost, { ...held, status: 'settled' })]);
}

async function alertsOf(weir: RunningWeir, query: string): Promise<Json[]> {
  return ((await weir.ask(`/v1/alerts?${query}`)).body as { items?: Json[] }).items ?? [];
}

async function alertOf(weir: RunningWeir, subject: string, rule: string): Promise<Json> {
  return eventually(`${rule} on ${subject}`, async () => {
    const [found] = await alertsOf(weir, `subject=${subject}&rule=${rule}`);
    return found ?? null;
  });
}

/** An officer, somebody of compliance, an approver, and one who only looks on. */
async function makeUsers(weir: RunningWeir, language: string): Promise<void> {
  const roles = { chen: 'officer', wang: 'compliance', boss: 'approver', look: 'viewer' } as const;
  for (const [name, role] of Object.entries(roles)) {
    const user = { name: `${name}-${language}`, roles: [role], password: PASSWORD };
    expect((await weir.ask('/v1/users', user)).status).toBe(201);
  }
}

describeWith(CONSOLE, 'work in the console', () => {
  const browser = useBrowser();

  it(
    'finds alerts, takes steps on them, releases what is held, and says what was refused, in both languages',
    async () => {
      const weir = await startWeir({ dataDir: temporaryFolder() });
      for (const said of [SAID.zh, SAID.en]) {
        const { language } = said;
        const { busy, lost } = partiesOf(said);
        await makeUsers(weir, language);
        await sendEvents(weir, said);
        const noisy = await Promise.all(busy.map((party) => alertOf(weir, party, 'velocity')));
        const critical = await alertOf(weir, lost, 'settled-without-release');
        const quieted = await alertOf(weir, lost, 'velocity');
        // They take turns at one browser.
        const { page, complaints } = await openTab(browser, said);
        await page.goto(`${weir.address}/alerts`);
        await signIn(page, said, `chen-${language}`, 'not the password');
        await page.getByText(said.wrong).waitFor();
        await signIn(page, said, `chen-${language}`, PASSWORD);
        await page.getByText(`chen-${language} · ${said.role}`).waitFor();
        await assignByKeys(weir, page, said, noisy);
        await keepView(page, said);
        await closeOne(weir, page, said);
        await askForReport(page, said, critical);
        await handOver(page, said, 'chen', 'wang');
        await confirmReport(page, said);
        await seeQuiet(page, said, critical, quieted);
        await handOver(page, said, 'wang', 'look');
        await lookOnly(page, said);
        await handOver(page, said, 'look', 'boss');
        await release(weir, page, said);
        expect(complaints.filter((one) => !/ (401|422) /.test(one))).toEqual([]);
        await page.context().close();
      }
    },
    300 * SECONDS,
  );
});

async function assignByKeys(weir: RunningWeir, page: Page, said: Said, noisy: readonly Json[]): Promise<void> {
  await page.getByRole('heading', { name: said.alerts, exact: true }).waitFor();
  for (const { id } of noisy) await page.locator(`tr[data-alert="${id}"]`).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: said.keys }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const first = (await page.locator('tr[data-alert]').first().getAttribute('data-alert')) as string;
  await page.keyboard.press('j');
  expect(await page.evaluate('document.activeElement.closest("[data-alert]").dataset.alert')).toBe(first);
  for (const key of ['x', 'j', 'x']) await page.keyboard.press(key);
  await page.getByText(said.chosen).waitFor();
  await takePicture(page, `work-alerts-${said.language}`);
  await page.keyboard.press('a');
  await eventually('both are assigned', async () =>
    (await alertsOf(weir, `assignee=chen-${said.language}`)).length === 2 ? true : null,
  );
}

/** The address reproduces what is shown, and a view keeps it under a name; both outlive the page. */
async function keepView(page: Page, said: Said): Promise<void> {
  const rows = () => page.locator('tr[data-alert]').count();
  await page.getByRole('button', { name: said.views }).click();
  await page.getByRole('menuitem', { name: said.mine, exact: true }).click();
  await expect.poll(() => page.url()).toContain('assignee=%40me');
  await expect.poll(rows, { timeout: 60 * SECONDS }).toBe(2);
  await page.getByRole('button', { name: said.views }).click();
  await page.getByRole('menuitem', { name: said.save }).click();
  await page.getByLabel(said.viewName).fill('今早 2/3');
  await page.getByRole('dialog').getByRole('button', { name: said.ok, exact: true }).click();
  await page.reload();
  await expect.poll(rows, { timeout: 60 * SECONDS }).toBe(2);
  await page.getByRole('button', { name: said.views }).click();
  await page.getByRole('menuitem', { name: said.todo, exact: true }).click();
  await expect.poll(rows, { timeout: 60 * SECONDS }).toBeGreaterThan(2);
  await page.getByRole('button', { name: said.views }).click();
  await page.getByRole('menuitem', { name: '今早 2/3' }).click();
  await expect.poll(rows, { timeout: 60 * SECONDS }).toBe(2);
}

/** Two are closed, one of which somebody else has spoken of since: that one is refused, the other closed. */
async function closeOne(weir: RunningWeir, page: Page, said: Said): Promise<void> {
  const rows = page.locator('tr[data-alert]');
  const [told, closed] = await rows.evaluateAll((all) => all.map((row) => row.dataset.alert as string));
  for (const row of await rows.all()) await row.getByRole('checkbox').check();
  await page.getByRole('group').getByRole('button', { name: said.close, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(said.falsePositive, { exact: true }).click();
  await dialog.getByLabel(said.reason).fill('工资代发');
  await takePicture(page, `work-close-${said.language}`);
  await weir.ask('/v1/alert-actions', { alertId: told, action: 'comment', note: '等客户回电' });
  await eventually('the comment is there', async () => {
    const { body } = await weir.ask(`/v1/alerts/${encodeURIComponent(told as string)}`);
    return (body as Json).note === '等客户回电' ? true : null;
  });
  await dialog.getByRole('button', { name: said.close, exact: true }).last().click();
  await page.getByText(said.changed).waitFor();
  await page.getByRole('button', { name: said.gotIt, exact: true }).click();
  await expect.poll(() => rows.count(), { timeout: 60 * SECONDS }).toBe(1);
  const { body } = await weir.ask(`/v1/alerts/${encodeURIComponent(closed as string)}`);
  expect(body).toMatchObject({ status: 'closed', resolution: 'false-positive', closedFor: '工资代发' });
}

async function askForReport(page: Page, said: Said, { id }: Json): Promise<void> {
  await page.locator(`tr[data-alert="${id}"] [data-opens]`).click();
  await page.getByRole('button', { name: said.close, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(said.reported, { exact: true }).click();
  await dialog.getByLabel(said.reason).fill('可疑交易');
  await dialog.getByRole('button', { name: said.close, exact: true }).last().click();
  await page.getByText(said.second).waitFor();
  expect(await page.getByText(said.due).first().textContent()).toMatch(/\d{2}:\d{2}/);
  expect(await page.getByRole('button', { name: said.confirm }).count()).toBe(0);
  await takePicture(page, `work-reporting-${said.language}`);
}

/** The second person, at the same address. */
async function confirmReport(page: Page, said: Said): Promise<void> {
  await page.getByRole('button', { name: said.confirm }).click();
  await page.getByRole('dialog').getByRole('button', { name: said.close, exact: true }).last().click();
  await page.getByText(said.closedAs).waitFor();
}

/** Once the critical one was closed, the lesser speaks for itself again; its time line still says what quieted it. */
async function seeQuiet(page: Page, said: Said, critical: Json, quieted: Json): Promise<void> {
  await page.locator(`tr[data-alert="${quieted.id}"] [data-opens]`).click();
  const link = page.getByRole('link', { name: said.quiet }).first();
  expect(await link.getAttribute('href')).toBe(`/alerts/${encodeURIComponent(critical.id as string)}`);
  await onPhone(page, `work-alert-phone-${said.language}`);
}

/** One signs out, and the other in, on the same page. */
async function handOver(page: Page, said: Said, from: string, to: string): Promise<void> {
  await page.getByRole('button', { name: `${from}-${said.language}` }).click();
  await page.getByRole('menuitem', { name: said.signOut }).click();
  await signIn(page, said, `${to}-${said.language}`, PASSWORD);
}

async function lookOnly(page: Page, said: Said): Promise<void> {
  await page.getByText(said.masked).first().waitFor();
  expect(await page.getByRole('button', { name: said.close, exact: true }).count()).toBe(0);
  await page.getByRole('link', { name: said.approvals, exact: true }).click();
  await page.getByText(`B-${said.language}-1`).waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(0);
  expect(await page.getByRole('button', { name: said.approve, exact: true }).count()).toBe(0);
  await takePicture(page, `work-masked-${said.language}`);
}

async function release(weir: RunningWeir, page: Page, said: Said): Promise<void> {
  const { language } = said;
  const own = page.getByRole('row', { name: `T-${language}-OWN` });
  await expect.poll(() => own.getByRole('checkbox').isDisabled()).toBe(true);
  await takePicture(page, `work-approvals-${language}`);
  await page
    .getByRole('group', { name: `B-${language}` })
    .getByRole('button', { name: said.approveBatch })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(said.transfers).waitFor();
  await dialog.getByRole('textbox').fill('合同已核对');
  await dialog.getByRole('button', { name: said.approve, exact: true }).click();
  await page.getByText(said.makerTold).waitFor();
  await page.getByRole('button', { name: said.gotIt, exact: true }).click();
  await page.getByRole('row', { name: `B-${language}-1` }).waitFor({ state: 'detached' });
  await own.waitFor();
  for (const transferId of [`B-${language}-1`, `B-${language}-2`]) {
    const { body } = await weir.ask(`/v1/decisions/${transferId}`);
    expect(body).toMatchObject({ outcome: 'accept', by: `boss-${language}` });
  }
  await onPhone(page, `work-approvals-phone-${language}`);
}

/** The same page on the screen of a phone: nothing stands out at its side. */
async function onPhone(page: Page, picture: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await expect
    .poll(() => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth'))
    .toBeLessThanOrEqual(0);
  await takePicture(page, picture);
  await page.setViewportSize({ width: 1_400, height: 900 });
}

async function signIn(page: Page, said: Said, name: string, secret: string): Promise<void> {
  await page.getByLabel(said.name, { exact: true }).fill(name);
  await page.getByLabel(said.secret).fill(secret);
  await page.getByRole('button', { name: said.signIn }).click();
}
