import { expect, it } from 'vitest';
import { generalChanged } from '../../../commands/general-settings.ts';
import { settingsFacts } from '../../../commands/workplace.ts';
import { changedValues, heldSettings, settingWritten } from '../../../dashboards/console/src/settings/values.ts';
import { defaultSettings, readSettings } from '../../../processors/rules/settings.ts';

const { items } = settingsFacts(null);

it('changes nothing where nobody changed anything', () => {
  expect(changedValues(items, heldSettings(items))).toEqual({});
});

it('sends what was changed as settings write it', () => {
  const held = {
    ...heldSettings(items),
    lateness: { count: 12, unit: 'h' },
    'institution.holidays': ['2026-10-02', '2026-10-01'],
    'institution.zone': 'Asia/Tokyo',
    'alerts.escalateAfter.high': { count: 2, unit: 'd' },
  };
  const { settings, changes } = generalChanged(defaultSettings(), { values: changedValues(items, held) });
  const { lateness, institution, alerts } = readSettings(settings);
  expect(lateness).toBe(12 * 3_600_000);
  expect(institution).toMatchObject({ zone: 'Asia/Tokyo', holidays: ['2026-10-01', '2026-10-02'] });
  expect(alerts.escalateAfter).toMatchObject({ high: 2 * 86_400_000, critical: 4 * 3_600_000 });
  expect(changes).toHaveLength(4);
});

it('has a meaning in both languages for each setting, and writes its value with its unit', () => {
  for (const { meaning } of items) expect(Math.min(meaning.en.length, meaning.zh.length)).toBeGreaterThan(5);
  const written = (name: string, language: 'en' | 'zh') => {
    const setting = items.find((one) => one.name === name);
    return setting === undefined ? null : settingWritten(setting, setting.value, language);
  };
  expect(written('holdExpiry', 'zh')).toBe('1 天');
  expect(written('institution.baseCurrency', 'zh')).toBe('CNY 人民币');
  expect(written('institution.baseCurrency', 'en')).toBe('CNY Chinese Yuan');
  expect(written('institution.holidays', 'zh')).toBe('无');
});
