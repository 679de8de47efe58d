/** Whatever a person at the console may be refused with is told in Chinese as well. */
import { expect, it } from 'vitest';
import { PROBLEMS } from '../../../runtime/http/problem.ts';
import { sources } from '../../support/sources.ts';

const SPOKEN_IN = /^(runtime\/http|producers\/http|dashboards\/api|sinks\/webhook)\//;
const REFUSAL = /new WeirError\(\s*'([A-Z_]+)'/g;

/** A call from its beginning to where its parentheses close. */
function callFrom(text: string, start: number): string {
  let depth = 0;
  for (let at = text.indexOf('(', start); at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

it('names what went wrong in both languages, wherever a request is refused', () => {
  const calls = sources()
    .filter(({ path }) => SPOKEN_IN.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(REFUSAL)]
        .filter(([, code]) => (code as string) in PROBLEMS)
        .map((match) => ({ path, call: callFrom(text, match.index) })),
    );
  expect(calls.length).toBeGreaterThan(30);
  const wordless = calls.filter(({ call }) => !/\bzh\b/.test(call)).map(({ path, call }) => `${path}: ${call}`);
  expect(wordless).toEqual([]);
});
