/**
 * A replay gives the same judgements only where nothing but the log decides. So clock, random numbers and environment
 * are read in `runtime/` and `weir.ts` alone, and handed on from there.
 */
import { describe, expect, it } from 'vitest';
import { type Source, sources } from '../support/sources.ts';

const FORBIDDEN = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /(?<!new )\bDate\(\s*\)/,
  /\bperformance\.now\b/,
  /\bprocess\.hrtime\b/,
  /\bMath\.random\b/,
  /\brandom(?:Bytes|UUID|Int|Fill|FillSync)\b/,
  /\bgetRandomValues\b/,
  /\bprocess\.env\b/,
];

/** The fold has no timers of its own: a timer is state, due by a tick. */
const FORBIDDEN_IN_FOLD = [/\bset(?:Timeout|Interval|Immediate)\b/];

function offences(source: Source): string[] {
  const patterns = isFold(source.path) ? [...FORBIDDEN, ...FORBIDDEN_IN_FOLD] : FORBIDDEN;
  return withoutComments(source.text)
    .split('\n')
    .flatMap((line, index) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${source.path}:${index + 1}: ${line.trim()}`] : [],
    );
}

function isFold(path: string): boolean {
  return /^processors\/(books|features|rules)\//.test(path);
}

/** Blanks out comments; line numbers stay. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

function mayRead(path: string): boolean {
  // In a browser there is no runtime/; its clock is read in one file, too.
  if (path === 'dashboards/console/src/clock.ts') return true;
  return path === 'weir.ts' || /^(runtime|bench|test)\//.test(path) || path === 'vitest.config.ts';
}

describe('clock, random numbers and environment', () => {
  it('are read in runtime/ and weir.ts alone', () => {
    expect(
      sources()
        .filter(({ path }) => !mayRead(path))
        .flatMap(offences),
    ).toEqual([]);
  });

  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = performance.now();',
    'const r = Math.random();',
    "import { randomUUID } from 'node:crypto';",
    'const port = process.env.PORT;',
  ])('would be found: %s', (line) => {
    expect(offences({ path: 'sinks/planted.ts', text: line })).toHaveLength(1);
  });

  it('would be found as timers in the fold', () => {
    const text = 'setTimeout(fire, 1_000);';
    expect(offences({ path: 'processors/books/planted.ts', text })).toHaveLength(1);
    expect(offences({ path: 'sinks/planted.ts', text })).toEqual([]);
  });

  it('may be spoken of in comments', () => {
    expect(offences({ path: 'sinks/planted.ts', text: '/* never Date.now() */\n// nor Math.random()\n' })).toEqual([]);
  });
});
