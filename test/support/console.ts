/** The console as tests use it: events that give its pages something to show, and tabs in which somebody is signed in. */
import { transferRecord } from '../../schemas/events/transfer.ts';
import { type Look, type OpenBrowser, openTab, type Tab } from './browser.ts';
import { eventually } from './eventually.ts';
import { ADMIN_KEY, DECIDED, type RunningWeir } from './running-weir.ts';

/** Large enough to wait for an approval. */
export function largeTransfer(transferId: string, fields: object = {}) {
  const at = new Date().toISOString();
  const amount = { minor: 30_000_000, currency: 'CNY' };
  return { ...transferRecord.render(transferRecord.example), transferId, at, amount, eventId: undefined, ...fields };
}

/** Transfers that are held, one of which settles all the same: that rings a bell. */
export async function sendHeldTransfers(weir: RunningWeir): Promise<void> {
  for (const id of ['T-HELD-zh', 'T-HELD-en', 'T-LOST']) {
    const { body } = await weir.ask(DECIDED, largeTransfer(id));
    if ((body as { outcome?: string }).outcome !== 'hold')
      throw new Error(`${id} was not held: ${JSON.stringify(body)}`);
  }
  await settleWithoutRelease(weir, 'T-LOST');
}

/** Rings the bell of a transfer that settled though it was held; resolves when the alert can be queried. */
export async function settleWithoutRelease(weir: RunningWeir, transferId: string): Promise<void> {
  await weir.ask('/v1/transfers', largeTransfer(transferId, { status: 'settled' }));
  await eventually('the alert can be queried', async () => {
    const { body } = await weir.ask('/v1/alerts?rule=settled-without-release');
    return (body as { items?: { transferId?: string }[] }).items?.some((one) => one.transferId === transferId);
  });
}

/** A tab in which the administrator is signed in. */
export async function openSignedIn(browser: OpenBrowser, look: Look): Promise<Tab> {
  const tab = await openTab(browser, look);
  await tab.page.addInitScript((key) => sessionStorage.setItem('weir-key', key), ADMIN_KEY);
  return tab;
}
