import { describe, expect, it } from 'vitest';
import { rulesFacts } from '../../../commands/workplace.ts';
import { changeOf, type Held, heldOf, placeOf } from '../../../dashboards/console/src/rules/held.ts';
import { messageWritten, rangeWords, toForm, toSend, written } from '../../../dashboards/console/src/rules/values.ts';
import { RULES } from '../../../processors/rules/index.ts';
import { defaultSettings, parseSettings } from '../../../processors/rules/settings.ts';
import { differencesBetween, withChange } from '../../../processors/rules/settings-edit.ts';

const { items } = rulesFacts(null);

function ruleOf(id: string) {
  const found = items.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no rule ${id}`);
  return found;
}

/** What comes of what somebody filled in. */
function differencesOf(id: string, fill: (held: Held) => Held) {
  const rule = ruleOf(id);
  const change = changeOf(rule, fill(heldOf(rule)), 'CNY');
  const settings = parseSettings(withChange(defaultSettings(), id, change as Parameters<typeof withChange>[2]), 'test');
  return differencesBetween(defaultSettings(), settings).get(id) ?? [];
}

describe('the form of a rule', () => {
  it('changes nothing where nobody changed anything, of any rule', () => {
    for (const { id } of items) {
      expect(differencesOf(id, (held) => held)).toEqual([]);
      const rule = ruleOf(id);
      expect(changeOf(rule, heldOf(rule), 'CNY')).toEqual({ enabled: true, shadow: false, options: {} });
    }
  });

  it('sends each option as settings write it', () => {
    for (const rule of items) {
      const schemas = RULES.find(({ id }) => id === rule.id)?.options.shape ?? {};
      for (const option of rule.options) {
        const sent = toSend(option, toForm(option, option.value), 'CNY');
        const schema = schemas[option.name] as { parse(value: unknown): unknown };
        expect(schema.parse(sent), `${rule.id}.${option.name}`).toEqual(option.value);
      }
    }
  });

  it('changes what was filled in, and leaves other groups as they are', () => {
    const differences = differencesOf('velocity', (held) => ({
      ...held,
      mode: 'shadow',
      options: { ...held.options, window: { count: 2, unit: 'h' } },
      groups: [...held.groups.slice(0, 2), { when: { grade: 'D' }, judged: 'yes', options: { count: 3 } }],
    }));
    expect(differences).toEqual([
      { what: 'shadow', name: null, when: null, before: false, after: true },
      { what: 'option', name: 'window', when: null, before: 1_800_000, after: 7_200_000 },
      { what: 'segment', name: null, when: { tag: 'payroll' }, before: true, after: false },
      { what: 'enabled', name: null, when: { tag: 'payroll' }, before: false, after: null },
      { what: 'segment', name: null, when: { grade: 'D' }, before: false, after: true },
      { what: 'enabled', name: null, when: { grade: 'D' }, before: null, after: true },
      { what: 'option', name: 'count', when: { grade: 'D' }, before: null, after: 3 },
    ]);
  });

  it('finds the field that the server blames', () => {
    const held = heldOf(ruleOf('limit-day'));
    expect(placeOf('/options/limit/minor', held)).toEqual(['options', 'limit']);
    expect(placeOf('/segments/0/options/limit/currency', held)).toEqual(['groups', 0, 'options', 'limit']);
    for (const elsewhere of ['/options', '/options/window', '/segments/7/options/limit', '/revision', '']) {
      expect(placeOf(elsewhere, held)).toBeNull();
    }
  });

  it('tells values and ranges with their unit, in both languages', () => {
    const option = (id: string, name: string) => {
      const found = ruleOf(id).options.find((one) => one.name === name);
      if (found === undefined) throw new Error(`${id} has no option ${name}`);
      return found;
    };
    expect(written({ minor: 1_234_500, currency: 'CNY' }, option('limit-day', 'limit'), 'zh')).toBe('CNY 12,345.00');
    expect(written(1_800_000, option('velocity', 'window'), 'zh')).toBe('30 分');
    expect(written([{ days: 30, severity: 'high' }], option('overdue-days', 'thresholds'), 'zh')).toBe('30 → 高');
    expect(rangeWords(option('velocity', 'count'), 'zh')).toBe('整数，≥ 2');
    expect(rangeWords(option('amount-spike', 'expectedPercent'), 'en')).toBe('> 0, ≤ 100');
    expect(rangeWords(option('limit-day', 'limit'), 'en')).toBeNull();
  });
});

describe('what a rule says', () => {
  it('is told with its options as they are in force, and the names of what is measured, of every rule', () => {
    expect(messageWritten(ruleOf('velocity'), 'en')).toBe('… outgoing transfers within 30 min; the threshold is 6.');
    for (const rule of items) {
      expect(messageWritten(rule, 'en')).not.toMatch(/[{}]/);
      // Nothing but Chinese and currencies: what is measured has a name.
      expect(messageWritten(rule, 'zh')).not.toMatch(/[{}]|[a-z]{3}/);
    }
  });
});
