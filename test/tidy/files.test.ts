/** Every file reads in one sitting and says at its head what it is for. */
import { describe, expect, it } from 'vitest';
import { sources } from '../support/sources.ts';

const LINES_MAX = 400;

describe('source files', () => {
  it(`have at most ${LINES_MAX} lines`, () => {
    const long = sources().map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  it('open with a comment that says what they are for, tests by what they describe', () => {
    const silent = sources().filter(({ path, text }) => !path.endsWith('.test.ts') && !/^(#!.*\n)?\/\*\*/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('hold no test that is switched off or runs alone', () => {
    const marked = sources().filter(
      ({ path, text }) => path.endsWith('.test.ts') && /\b(?:it|test|describe)\.(?:skip|only|todo)\(/.test(text),
    );
    expect(marked.map(({ path }) => path).filter((path) => !path.startsWith('test/tidy/'))).toEqual([]);
  });
});
