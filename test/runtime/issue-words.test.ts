import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueInChinese, SENTENCES } from '../../runtime/issue-words.ts';
import { sources } from '../support/sources.ts';

/** Where schemas stand whose mistakes people meet in the console. */
const SPOKEN_IN = /^(schemas|processors\/rules|producers\/http|sinks\/webhook|dashboards\/api)\//;
const SENTENCE = /'(must [^']+)'/g;

function issueOf(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  return issueInChinese((error as z.ZodError).issues[0] as z.core.$ZodIssue);
}

describe('what is wrong with a field, in Chinese', () => {
  it('has words for every sentence of the schemas', () => {
    const said = sources()
      .filter(({ path }) => SPOKEN_IN.test(path))
      .flatMap(({ text }) => [...text.matchAll(SENTENCE)].map(([, one]) => one as string));
    expect(said.length).toBeGreaterThan(20);
    expect(said.filter((one) => !(one in SENTENCES))).toEqual([]);
  });

  it('says what was expected, and how much', () => {
    expect(issueOf(z.int().min(1).max(100), 0)).toBe('不得小于 1');
    expect(issueOf(z.int().max(100), 101)).toBe('不得大于 100');
    expect(issueOf(z.number().gt(0), 0)).toBe('须大于 0');
    expect(issueOf(z.string().min(3), 'a')).toBe('至少 3 个字符');
    expect(issueOf(z.array(z.string()).max(1), ['a', 'b'])).toBe('最多 1 项');
    expect(issueOf(z.number(), 'x')).toBe('须为数字');
    expect(issueOf(z.strictObject({ name: z.string() }), {})).toBe('必填');
    expect(issueOf(z.enum(['A', 'B']), 'C')).toBe('须为 A、B 之一');
    expect(issueOf(z.int(), 1.5)).toBe('须为整数');
    expect(issueOf(z.email(), 'x')).toContain('电子邮件');
  });
});
