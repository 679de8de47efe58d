import { describe, expect, it } from 'vitest';
import { RULES } from '../../../processors/rules/index.ts';
import { shapeOf } from '../../../processors/rules/option-shape.ts';

function shapeIn(rule: string, option: string) {
  const found = RULES.find(({ id }) => id === rule);
  return shapeOf(found?.options.shape[option] as Parameters<typeof shapeOf>[0]);
}

describe('what may be written for an option', () => {
  it('is known of every option of every rule', () => {
    const kinds = RULES.flatMap(({ options }) => Object.values(options.shape)).map(
      (one) => shapeOf(one as Parameters<typeof shapeOf>[0]).kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['money', 'duration', 'integer', 'number', 'choice', 'rows']));
  });

  it('is its kind, with the bounds that were declared and no others', () => {
    const none = { minimum: null, maximum: null, above: null, choices: [], columns: [], rowsMax: null };
    expect(shapeIn('limit-day', 'limit')).toEqual({ ...none, kind: 'money' });
    expect(shapeIn('velocity', 'window')).toEqual({ ...none, kind: 'duration' });
    expect(shapeIn('velocity', 'count')).toEqual({ ...none, kind: 'integer', minimum: 2 });
    expect(shapeIn('amount-spike', 'expectedPercent')).toEqual({ ...none, kind: 'number', above: 0, maximum: 100 });
    expect(shapeIn('low-rating', 'grade')).toEqual({ ...none, kind: 'choice', choices: ['A', 'B', 'C', 'D'] });
    const rows = shapeIn('overdue-days', 'thresholds');
    expect(rows).toMatchObject({ kind: 'rows', rowsMax: 16 });
    expect(rows.columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(['days: integer', 'severity: choice']);
    expect(rows.columns[0]).toMatchObject({ minimum: 1, maximum: null, meaning: { zh: '逾期天数达到此值即触发。' } });
  });
});
