import { describe, expect, it } from 'vitest';
import { RULES } from '../../../processors/rules/index.ts';
import { defaultSettings, parseSettings, readSettings } from '../../../processors/rules/settings.ts';
import { type ERROR_CODES, WeirError } from '../../../runtime/errors.ts';

/** The lines of what is refused, without the file's name that stands before each. */
function problems(yaml: string): string[] {
  try {
    parseSettings(yaml, 'rules.yaml');
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    expect(error.code).toBe('SETTINGS_INVALID' satisfies keyof typeof ERROR_CODES);
    const lines = error.message.split('\n');
    expect(lines[0]).toMatch(/^rules\.yaml: /);
    return lines.map((line) => line.replace(/^rules\.yaml: /, ''));
  }
  return [];
}

const money = (minor: number, currency = 'CNY') => `{minor: ${minor}, currency: ${currency}}`;
const LOOKS_BACK = 'longer than the horizon of 31d';

describe('bad settings', () => {
  it.each([
    ['a list', '- 1', '(top): Invalid input: expected object, received array'],
    [
      'an unknown part',
      'latenes: 1h',
      'latenes: is not known; expected institution, lateness, horizon, holdExpiry, rateMaxAge, alerts, rules',
    ],
    ['a lateness of nothing', 'lateness: 0s', 'lateness: must be a duration like 30m, 24h or 31d'],
    ['a horizon without a unit', 'horizon: "31"', 'horizon: must be a duration like 30m, 24h or 31d'],
    [
      'a zone that is none',
      'institution: {zone: Mars/Olympus}',
      'institution.zone: must be an IANA time zone like Asia/Shanghai',
    ],
    [
      'a currency that is none',
      'institution: {baseCurrency: RMB}',
      'institution.baseCurrency: must be an ISO 4217 currency code like CNY',
    ],
    [
      'an unknown setting of a rule',
      'rules: {velocity: {enable: true}}',
      'rules.velocity.enable: is not known; expected enabled, shadow, options, segments, exemptions',
    ],
    [
      'a switch that is none',
      'rules: {velocity: {enabled: maybe}}',
      'rules.velocity.enabled: Invalid input: expected boolean, received string',
    ],
    [
      'an unknown option',
      'rules: {velocity: {options: {cnt: 3}}}',
      'rules.velocity.options.cnt: is not known; expected count, window',
    ],
    [
      'a number in quotes',
      'rules: {velocity: {options: {count: "3"}}}',
      'rules.velocity.options.count: Invalid input: expected number, received string',
    ],
    [
      'half a transfer',
      'rules: {velocity: {options: {count: 2.5}}}',
      'rules.velocity.options.count: Invalid input: expected int, received number',
    ],
    [
      'a count below the least',
      'rules: {velocity: {options: {count: 1}}}',
      'rules.velocity.options.count: Too small: expected number to be >=2',
    ],
    [
      'more than the whole',
      'rules: {pass-through: {options: {sharePercent: 101}}}',
      'rules.pass-through.options.sharePercent: Too big: expected number to be <=100',
    ],
    [
      'a band that is empty',
      'rules: {structuring: {options: {bandPercent: 100}}}',
      'rules.structuring.options.bandPercent: Too big: expected number to be <=99',
    ],
    [
      'a negative amount',
      `rules: {limit-day: {options: {limit: ${money(-1)}}}}`,
      'rules.limit-day.options.limit.minor: Too small: expected number to be >=0',
    ],
    [
      'an amount without a currency',
      'rules: {limit-day: {options: {limit: 1000}}}',
      'rules.limit-day.options.limit: Invalid input: expected object, received number',
    ],
    [
      'an amount in another currency',
      `rules: {limit-day: {options: {limit: ${money(1, 'USD')}}}}`,
      'rules.limit-day.options.limit.currency: must be the base currency CNY, is USD',
    ],
    [
      'a second tier below the first',
      `rules: {large-amount-approval: {options: {one: ${money(5)}, two: ${money(4)}}}}`,
      'rules.large-amount-approval.options.two: must be no less than one',
    ],
    [
      'a first tier above the default second',
      `rules: {large-amount-approval: {options: {one: ${money(50_000_001)}}}}`,
      'rules.large-amount-approval.options.two: must be no less than one',
    ],
    [
      'a window beyond the horizon',
      'rules: {velocity: {options: {window: 32d}}}',
      `rules.velocity.options: looks back 32d, ${LOOKS_BACK}`,
    ],
    [
      'a window beyond the horizon, told once for all that looks through it',
      'rules: {fan-in: {options: {window: 745h}}}',
      `rules.fan-in.options: looks back 745h, ${LOOKS_BACK}`,
    ],
    [
      'a segment’s window beyond the horizon',
      'rules: {velocity: {segments: [{when: {tag: vip}}, {when: {tag: x}, options: {window: 32d}}]}}',
      `rules.velocity.segments.1.options: looks back 32d, ${LOOKS_BACK}`,
    ],
    [
      'a segment of nobody in particular',
      'rules: {velocity: {segments: [{when: {}}]}}',
      'rules.velocity.segments.0.when: must name a kind, a tag or a grade',
    ],
    [
      'a segment of a grade that is none',
      'rules: {velocity: {segments: [{when: {grade: E}}]}}',
      'rules.velocity.segments.0.when.grade: Invalid option: expected one of "A"|"B"|"C"|"D"',
    ],
    [
      'an unknown option of a segment',
      'rules: {velocity: {segments: [{when: {tag: x}, options: {cnt: 1}}]}}',
      'rules.velocity.segments.0.options.cnt: is not known; expected count, window',
    ],
    [
      'an exemption without an end',
      'rules: {velocity: {exemptions: [{subject: C-1, reason: family, by: wang}]}}',
      'rules.velocity.exemptions.0.until: must be a time with zone like 2026-12-31T00:00:00+08:00',
    ],
    [
      'an exemption of nobody',
      'rules: {velocity: {exemptions: [{reason: r, by: wang, until: "2026-12-31T00:00:00+08:00"}]}}',
      'rules.velocity.exemptions.0: must name either a subject or, under when, the customers',
    ],
    [
      'an exemption of one and of many',
      'rules: {velocity: {exemptions: [{subject: C-1, when: {tag: x}, reason: r, by: b, until: "2026-12-31T00:00:00+08:00"}]}}',
      'rules.velocity.exemptions.0: must name either a subject or, under when, the customers',
    ],
    [
      'an exemption of all',
      'rules: {velocity: {exemptions: [{when: {}, reason: r, by: b, until: "2026-12-31T00:00:00+08:00"}]}}',
      'rules.velocity.exemptions.0.when: must name a kind, a tag or a grade',
    ],
    [
      'an exemption without a reason',
      'rules: {velocity: {exemptions: [{subject: C-1, by: wang, until: "2026-12-31T00:00:00+08:00"}]}}',
      'rules.velocity.exemptions.0.reason: Invalid input: expected string, received undefined',
    ],
    [
      'thresholds that fall',
      'rules: {overdue-days: {options: {thresholds: [{days: 9, severity: low}, {days: 3, severity: high}]}}}',
      'rules.overdue-days.options.thresholds: must name each number of days once, the smallest first',
    ],
  ])('with %s are refused', (_what, yaml, problem) => {
    expect(problems(yaml)).toEqual([problem]);
  });

  it('with an unknown rule are refused, naming those that there are', () => {
    expect(problems('rules: {velocty: {}}')).toEqual([
      `rules.velocty: is no rule; expected one of ${RULES.map((rule) => rule.id).join(', ')}`,
    ]);
  });

  it('that are not YAML are refused with the place', () => {
    const [first] = problems('rules: {velocity: {options: {count: 3}}\nhorizon: [');
    expect(first).toMatch(/^not YAML: .+ at line 2, column 1:$/);
    expect(problems('a: 1\na: 2')[0]).toBe('not YAML: Map keys must be unique at line 2, column 1:');
  });

  it('are refused for all that is wrong with them at once', () => {
    expect(problems('rules: {velocity: {options: {count: 1, cnt: 2}}, velocty: {}}')).toEqual([
      expect.stringMatching(/^rules\.velocty: is no rule/),
      'rules.velocity.options.count: Too small: expected number to be >=2',
      'rules.velocity.options.cnt: is not known; expected count, window',
    ]);
  });

  /** Only rules that the file named were once checked against it. */
  it('with a horizon below what rules look back by default are refused', () => {
    expect(problems('horizon: 10d')).toEqual([
      'rules.fan-in.options: looks back 30d, longer than the horizon of 10d',
      'rules.fan-out.options: looks back 14d, longer than the horizon of 10d',
    ]);
    expect(problems('{horizon: 10d, rules: {fan-in: {options: {window: 10d}}, fan-out: {enabled: false}}}')).toEqual(
      [],
    );
  });

  /** Thresholds in CNY were once read as if they were in the other base currency. */
  it('with another base currency are refused until they say every threshold of their own', () => {
    const said = problems('institution: {baseCurrency: USD}');
    expect(said).toContain('rules.limit-day.options.limit.currency: must be the base currency USD, is CNY');
    const own = `{institution: {baseCurrency: USD}, rules: {limit-day: {options: {limit: ${money(9, 'USD')}}}}}`;
    const left = problems(own).filter((one) => one.startsWith('rules.limit-day'));
    expect(left).toEqual([
      'rules.limit-day.segments (of the rule itself).0.options.limit.currency: must be the base currency USD, is CNY',
    ]);
  });

  /** Each segment held by itself, and the fold died of the first customer who matched both. */
  it('with segments that contradict each other where both match are refused', () => {
    const segments = (first: string, second: string) => `
rules:
  overdue-amount:
    segments:
      - {when: ${first}, options: {graveAmount: ${money(3_000_000)}}}
      - {when: ${second}, options: {amount: ${money(10_000_000)}}}`;
    expect(problems(segments('{tag: a}', '{tag: b}'))).toEqual([
      'rules.overdue-amount.segments.0 and 1.options.graveAmount: must be no less than amount',
    ]);
    expect(problems(segments('{kind: person}', '{kind: organisation}'))).toEqual([]);
  });
});

describe('settings as canonical JSON', () => {
  it('are the same text however they were written', () => {
    const yaml = `
# What we changed.
lateness: 2h
rules:
  velocity: {shadow: true, options: {window: 1h, count: 9}}
`;
    const json = '{"rules":{"velocity":{"options":{"count":9,"window":"1h"},"shadow":true}},"lateness":"2h"}';
    expect(parseSettings(yaml, 'a')).toBe(
      '{"lateness":"2h","rules":{"velocity":{"options":{"count":9,"window":"1h"},"shadow":true}}}',
    );
    expect(parseSettings(json, 'b')).toBe(parseSettings(yaml, 'a'));
    expect(parseSettings(parseSettings(yaml, 'a'), 'c')).toBe(parseSettings(yaml, 'a'));
  });

  it('keep the order of lists, which means something', () => {
    const yaml = 'rules: {velocity: {segments: [{when: {tag: b}}, {when: {tag: a}}]}}';
    expect(parseSettings(yaml, 'a')).toBe(
      '{"rules":{"velocity":{"segments":[{"when":{"tag":"b"}},{"when":{"tag":"a"}}]}}}',
    );
  });

  it('are one line, whatever is in their texts', () => {
    const yaml =
      'rules: {velocity: {exemptions: [{subject: a, reason: "two\\nlines", by: b, until: "2026-12-31T00:00:00Z"}]}}';
    expect(parseSettings(yaml, 'a')).not.toContain('\n');
  });

  it.each(['', '{}', '# nothing but a comment'])('of %j are the defaults', (yaml) => {
    expect(parseSettings(yaml, 'a')).toBe(defaultSettings());
  });

  it('are read with the defaults filled in', () => {
    expect(readSettings(defaultSettings())).toEqual({
      institution: { zone: 'Asia/Shanghai', baseCurrency: 'CNY', holidays: [], workedWeekends: [] },
      lateness: 86_400_000,
      horizon: 31 * 86_400_000,
      holdExpiry: 86_400_000,
      rateMaxAge: 72 * 3_600_000,
      alerts: {
        reopenWithin: 30 * 86_400_000,
        reportWithin: 5,
        escalateAfter: { critical: 4 * 3_600_000, high: 24 * 3_600_000, medium: 72 * 3_600_000 },
      },
      rules: {},
    });
  });
});
