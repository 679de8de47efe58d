/** What the console is told of rules: words in both languages for whatever records name by a code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rulesFacts } from '../../commands/workplace.ts';
import type { Evidence } from '../../schemas/reason.ts';
import { ROOT } from '../support/sources.ts';

const CHINESE = /[\u4e00-\u9fff]/;

interface Told {
  readonly rule?: string;
  readonly evidence?: readonly Pick<Evidence, 'name'>[];
  readonly reasons?: readonly Told[];
}

/** Alerts, and reasons of decisions, as golden replays recorded them. */
function recorded(): Told[] {
  const golden = join(ROOT, 'test/golden');
  const files = readdirSync(golden, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /(alerts|decisions)\.ndjson$/.test(file))
    .flatMap((file) => readFileSync(join(golden, file), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .flatMap((line) => {
      const told = JSON.parse(line) as Told;
      return told.reasons ?? [told];
    });
}

it('has a word for all evidence that was ever recorded', () => {
  const { items, evidence } = rulesFacts(null);
  const common = evidence.map(({ name }) => name);
  const known = new Map(
    items.map(({ id, evidence: own }) => [id, new Set([...common, ...own.map(({ name }) => name)])]),
  );
  const told = recorded().flatMap(({ rule, evidence: own = [] }) => own.map(({ name }) => [rule ?? '', name] as const));
  const wordless = told.filter(([rule, name]) => !(known.get(rule)?.has(name) ?? common.includes(name)));
  expect(told.length).toBeGreaterThan(100);
  expect(new Set(wordless.map(([rule, name]) => `${rule}: ${name}`))).toEqual(new Set());
});

it('tells the meaning of options, and words for single values, in both languages', () => {
  const { items } = rulesFacts(null);
  const wordless = items.flatMap(({ id, options }) =>
    options.filter(({ meaning }) => meaning.en === '' || !CHINESE.test(meaning.zh)).map(({ name }) => `${id}.${name}`),
  );
  expect(wordless).toEqual([]);
  const { evidence } = items.find(({ id }) => id === 'settled-without-release')!;
  expect(evidence.find(({ name }) => name === 'decision')).toEqual({
    name: 'decision',
    label: { en: 'Decision before', zh: '原决定' },
    values: {
      hold: { en: 'held and not released', zh: '处于待审、未获放行' },
      reject: { en: 'rejected', zh: '已被拒绝' },
    },
  });
});
