/** Changing settings that are of no rule: what a change comes to, and, on a whole process, what is judged and told by it. */
import { describe, expect, it } from 'vitest';
import { generalChanged } from '../../commands/general-settings.ts';
import { parseSettings } from '../../processors/rules/settings.ts';
import { largeTransfer } from '../support/console.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ADMIN_KEY, DECIDED, type RunningWeir, startWeir } from '../support/running-weir.ts';

const DEFAULTS = parseSettings('{}', 'defaults');

function settingsOf(change: Parameters<typeof generalChanged>[1], before = DEFAULTS) {
  return JSON.parse(generalChanged(before, change).settings) as {
    readonly rules: { readonly [rule: string]: { readonly options: object; readonly segments?: readonly object[] } };
  };
}

describe('another base currency', () => {
  const toDollars = { values: { 'institution.baseCurrency': 'USD' }, rate: '0.125' };

  it('restates all amounts of rules, those of defaults and groups included, in its minor units', () => {
    const { rules } = settingsOf(toDollars);
    expect(rules['limit-transaction']).toMatchObject({
      options: { limit: { minor: 62_500_000, currency: 'USD' } },
      segments: [{ when: { kind: 'organisation' }, options: { limit: { minor: 625_000_000, currency: 'USD' } } }],
    });
    const yen = settingsOf({ values: { 'institution.baseCurrency': 'JPY' }, rate: '20.3' });
    expect(yen.rules['limit-transaction']?.options).toEqual({ limit: { minor: 101_500_000, currency: 'JPY' } });
    expect(JSON.stringify(rules)).not.toContain('CNY');
  });

  it('keeps what else was said of rules, and rounds half to even', () => {
    const own = {
      enabled: false,
      options: { limit: { minor: 500_000_020, currency: 'CNY' } },
      exemptions: [{ subject: 'C-1', reason: 'x', by: 'chen', until: '2099-01-01T00:00:00Z' }],
    };
    const before = parseSettings(JSON.stringify({ rules: { 'limit-transaction': own } }), 'test');
    const { rules } = settingsOf(toDollars, before);
    expect(rules['limit-transaction']).toMatchObject({
      ...{ enabled: false, exemptions: own.exemptions },
      options: { limit: { minor: 62_500_002, currency: 'USD' } },
    });
  });

  it('tells what changes of rules, and comes back by the inverse rate', () => {
    const { rules, changes, settings } = generalChanged(DEFAULTS, toDollars);
    expect(changes).toEqual([{ name: 'institution.baseCurrency', before: 'CNY', after: 'USD' }]);
    expect(rules.find(({ rule }) => rule === 'limit-day')?.changes).toMatchObject([
      { what: 'option', name: 'limit', when: null, after: { currency: 'USD' } },
      { what: 'option', name: 'limit', when: { kind: 'organisation' }, after: { currency: 'USD' } },
    ]);
    const back = generalChanged(settings, { values: { 'institution.baseCurrency': null }, rate: '8' });
    const limit = (JSON.parse(back.settings) as ReturnType<typeof settingsOf>).rules['limit-transaction']?.options;
    expect(limit).toEqual({ limit: { minor: 500_000_000, currency: 'CNY' } });
  });

  it.each([
    ['no rate', undefined],
    ['a rate of zero', '0.00'],
    ['a rate that no amount can bear', '999999999'],
  ])('is refused with %s, by field', (_, rate) => {
    const asked = { values: toDollars.values, rate };
    expect(() => generalChanged(DEFAULTS, asked)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', fields: [expect.objectContaining({ path: '/rate' })] }),
    );
  });
});

it('is told, changed by administrators and audited, and refused in the language of who asks', async () => {
  const weir = await startWeir({ dataDir: temporaryFolder() });
  const { revision } = (await settings(weir)) as { revision: number };
  const values = { holdExpiry: '2h', 'institution.zone': 'Europe/Berlin' };
  const change = { name: 'holdExpiry', before: 86_400_000, after: 7_200_000 };
  const changes = [{ name: 'institution.zone', before: 'Asia/Shanghai', after: 'Europe/Berlin' }, change];

  const preview = await weir.ask('/v1/settings/preview', { revision, values });
  expect(preview).toEqual({ status: 200, body: { revision, changes, rules: [] } });
  expect(await settings(weir)).toMatchObject({ revision });

  const told = await weir.ask('/v1/settings', { revision, values, reason: '缩短待审' });
  expect(told).toMatchObject({ status: 200, body: { changes } });
  const after = await settings(weir);
  expect(after.items.find(({ name }) => name === 'holdExpiry')).toMatchObject({ value: 7_200_000, kind: 'duration' });
  expect((await weir.ask('/v1/me')).body).toMatchObject({ zone: 'Europe/Berlin', baseCurrency: 'CNY' });
  const { body: decided } = await weir.ask(DECIDED, largeTransfer('T-1'));
  const { outcome, seen, expiresAt } = decided as { outcome: string; seen: string; expiresAt: string };
  expect(outcome).toBe('hold');
  expect(Date.parse(expiresAt) - Date.parse(seen)).toBeLessThanOrEqual(7_200_000);

  const stale = await weir.ask('/v1/settings', { revision, values, reason: 'later' });
  expect(stale).toMatchObject({ status: 409, body: { type: 'urn:weir:problem:conflict' } });
  const same = await weir.ask('/v1/settings', { revision: after.revision, values, reason: 'again' });
  expect(same).toMatchObject({ status: 400, body: { type: 'urn:weir:problem:request-invalid' } });

  await eventually('the change is told', async () => (await changesOf(weir)).length === 2);
  const said = { at: expect.any(String), by: 'admin', reason: '缩短待审' };
  expect(await changesOf(weir)).toEqual(expect.arrayContaining(changes.map((one) => ({ ...one, ...said }))));
  // Rules have not changed.
  expect((await weir.ask('/v1/rule-changes')).body).toMatchObject({ items: [] });
  await refusesByField(weir, after.revision);
});

async function settings(weir: RunningWeir) {
  const { body } = await weir.ask('/v1/settings');
  return body as { readonly revision: number; readonly items: readonly { name: string; value: unknown }[] };
}

async function changesOf(weir: RunningWeir): Promise<readonly unknown[]> {
  const { body } = await weir.ask('/v1/setting-changes');
  return (body as { readonly items: readonly unknown[] }).items;
}

async function refusesByField(weir: RunningWeir, revision: number): Promise<void> {
  const refused = async (asked: object, language: string) => {
    const response = await fetch(`${weir.address}/v1/settings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'accept-language': language,
      },
      body: JSON.stringify({ revision, reason: 'x', ...asked }),
    });
    const { errors } = (await response.json()) as { errors: unknown };
    return { status: response.status, errors };
  };
  const one = (path: string, message: unknown) => ({ status: 400, errors: [{ path, message }] });
  expect(await refused({ values: { 'institution.zone': 'Mars' } }, 'zh-CN')).toEqual(
    one('/values/institution.zone', '须为 IANA 时区，例如 Asia/Shanghai'),
  );
  expect(await refused({ values: { 'institution.zone': 'Mars' } }, 'en')).toEqual(
    one('/values/institution.zone', 'must be an IANA time zone like Asia/Shanghai'),
  );
  expect(await refused({ values: { 'alerts.reportWithin': 61 } }, 'zh')).toEqual(
    one('/values/alerts.reportWithin', '不得大于 60'),
  );
  expect(await refused({ values: { 'institution.baseCurrency': 'USD' } }, 'zh')).toEqual(
    one('/rate', '须注明 1 CNY 折合多少 USD：规则中的金额将随本位币一并换算'),
  );
  expect(await refused({ values: { lateness: '1h' }, rate: '7' }, 'zh')).toEqual(one('/rate', '仅在变更本位币时填写'));
  expect(await refused({ values: { horizn: '1d' } }, 'zh')).toEqual(
    one('/values/horizn', expect.stringContaining('未知项；可用项：institution.zone')),
  );
  // Windows that are longer than history would be kept are rules’ own.
  expect(await refused({ values: { horizon: '1d' } }, 'zh')).toMatchObject({ status: 400 });
  expect((await settings(weir)).revision).toBe(revision);
}
