import { describe, expect, it } from 'vitest';
import { defaultSettings, parseSettings } from '../../../processors/rules/settings.ts';
import { differencesBetween, type RuleChange, withChange } from '../../../processors/rules/settings-edit.ts';

const DEFAULTS = defaultSettings();

function changed(settings: string, rule: string, change: RuleChange): string {
  return parseSettings(withChange(settings, rule, change), 'test');
}

function differences(rule: string, change: RuleChange, settings = DEFAULTS) {
  return differencesBetween(settings, changed(settings, rule, change)).get(rule) ?? [];
}

describe('a change of one rule', () => {
  it('says what differs in what is in force, for all customers and for groups of them', () => {
    const merchants = { when: { tag: 'merchant' }, options: { count: 60, window: '2h' } };
    expect(differences('velocity', { options: { count: 8 }, shadow: true, segments: [merchants] })).toEqual([
      { what: 'shadow', name: null, when: null, before: false, after: true },
      { what: 'option', name: 'count', when: null, before: 6, after: 8 },
      { what: 'segment', name: null, when: { kind: 'organisation' }, before: true, after: false },
      { what: 'option', name: 'count', when: { kind: 'organisation' }, before: 40, after: null },
      { what: 'enabled', name: null, when: { tag: 'merchant' }, before: false, after: null },
      { what: 'option', name: 'count', when: { tag: 'merchant' }, before: null, after: 60 },
      { what: 'option', name: 'window', when: { tag: 'merchant' }, before: null, after: 7_200_000 },
      { what: 'segment', name: null, when: { tag: 'payroll' }, before: true, after: false },
      { what: 'enabled', name: null, when: { tag: 'payroll' }, before: false, after: null },
    ]);
  });

  it('leaves all else as it stands', () => {
    const before = parseSettings(
      'lateness: 12h\nrules:\n  velocity: {options: {count: 9, window: 2h}}\n  fan-in: {enabled: false}\n',
      'test',
    );
    const after = JSON.parse(changed(before, 'velocity', { options: { count: 10 } })) as object;
    expect(after).toEqual({
      lateness: '12h',
      rules: { velocity: { options: { count: 10, window: '2h' } }, 'fan-in': { enabled: false } },
    });
  });

  it('goes back to the default of an option, and to the groups of the rule itself', () => {
    const own = changed(DEFAULTS, 'velocity', { options: { count: 9 }, segments: [] });
    const back = changed(own, 'velocity', { options: { count: null }, segments: null });
    expect(differencesBetween(DEFAULTS, back).size).toBe(0);
    expect(differencesBetween(own, back).get('velocity')).toHaveLength(7);
  });

  it('is none where a default is written down', () => {
    expect(differences('velocity', { options: { count: 6 }, enabled: true })).toEqual([]);
  });

  it('tells of exemptions how many there are, and not whom they are for', () => {
    const exempted = parseSettings(
      'rules:\n  velocity:\n    exemptions:\n      - {subject: C-1, reason: r, by: chen, until: "2030-01-01T00:00:00Z"}\n',
      'test',
    );
    expect(differencesBetween(DEFAULTS, exempted).get('velocity')).toEqual([
      { what: 'exemptions', name: null, when: null, before: 0, after: 1 },
    ]);
  });
});
