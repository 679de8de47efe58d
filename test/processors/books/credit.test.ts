import { describe, expect, it } from 'vitest';
import { limitScaleOf, rate } from '../../../processors/books/credit.ts';
import { GRADES } from '../../../schemas/credit-rating.ts';

const LINE = 10_000;

function gradeOf(overdueDaysMax: number, openMinor: number, limit: number | null = LINE): string {
  const overdueInvoices = overdueDaysMax > 0 ? 1 : 0;
  return rate({ overdueDaysMax, overdueMinor: 0, openMinor, overdueInvoices }, limit).grade;
}

describe('the grade by overdue days', () => {
  it.each([
    [0, 'A'],
    [1, 'B'],
    [30, 'B'],
    [31, 'C'],
    [90, 'C'],
    [91, 'D'],
    [4_000, 'D'],
  ])('of %i is %s', (days, grade) => {
    expect(gradeOf(days, 1)).toBe(grade);
    expect(gradeOf(days, 1, null)).toBe(grade);
  });
});

describe('the grade by use of the credit line', () => {
  it.each([
    [7_999, 79, 'A'],
    [8_000, 80, 'B'],
    [9_999, 99, 'B'],
    [10_000, 100, 'C'],
    [90_000, 900, 'C'],
  ])('with %i of 10,000 unpaid (%i percent) is %s', (open, percent, grade) => {
    expect(gradeOf(0, open)).toBe(grade);
    const overdue = { overdueDaysMax: 0, overdueMinor: 0, openMinor: open, overdueInvoices: 0 };
    expect(rate(overdue, LINE).utilisationPercent).toBe(percent);
  });

  it('is never better than the worse of both', () => {
    expect(gradeOf(91, 0)).toBe('D');
    expect(gradeOf(10, 10_000)).toBe('C');
    expect(gradeOf(31, 8_000)).toBe('C');
  });

  it('without a line is 0 percent; a line of nothing is used up by anything', () => {
    expect(gradeOf(0, 1_000_000, null)).toBe('A');
    expect(gradeOf(0, 0, 0)).toBe('A');
    expect(gradeOf(0, 1, 0)).toBe('C');
  });

  it('is exact for amounts near the greatest integer', () => {
    const limit = Number.MAX_SAFE_INTEGER;
    const overdue = { overdueDaysMax: 0, overdueMinor: 0, openMinor: limit - 1, overdueInvoices: 0 };
    expect(rate(overdue, limit).utilisationPercent).toBe(99);
    expect(rate({ ...overdue, openMinor: limit }, limit).utilisationPercent).toBe(100);
    expect(rate({ ...overdue, openMinor: limit }, 1).utilisationPercent).toBe(9_999);
  });
});

describe('the rating', () => {
  it('tells what it was made of', () => {
    const overdue = { overdueDaysMax: 33, overdueMinor: 1_000, openMinor: 1_800, overdueInvoices: 1 };
    expect(rate(overdue, LINE)).toEqual({
      grade: 'C',
      overdueDaysMax: 33,
      overdueMinor: 1_000,
      openMinor: 1_800,
      utilisationPercent: 18,
      limitScalePercent: 50,
    });
  });

  it('scales limits down from grade to grade', () => {
    expect(GRADES.map(limitScaleOf)).toEqual([100, 80, 50, 20]);
  });
});
