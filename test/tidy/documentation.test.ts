/** What operators can meet is documented, from its one declaration; and what is declared is used. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { README } from '../../commands/docs.ts';
import { buildProgram } from '../../commands/program.ts';
import { fillSections, referenceSections } from '../../commands/reference.ts';
import { Terminal } from '../../commands/terminal.ts';
import { meaningOf } from '../../processors/rules/contract.ts';
import { COMMON_EVIDENCE } from '../../processors/rules/evidence.ts';
import { RULES } from '../../processors/rules/index.ts';
import { SETTING_NAMES, settingFacts } from '../../runtime/config.ts';
import { ERROR_CODES } from '../../runtime/errors.ts';
import { METRICS } from '../../runtime/metrics.ts';
import { REFUSALS } from '../../schemas/refusals.ts';
import { ROOT, sources } from '../support/sources.ts';

const CHINESE = /[\u4e00-\u9fff]/;
const PRODUCT = sources().filter(({ path }) => !path.startsWith('test/'));

function programOfNobody() {
  const terminal = new Terminal(process.stdout, process.stderr, 'en');
  return buildProgram({ version: '0', environment: {}, now: () => 0, terminal, exitCode: 0 });
}

/** Paths of product files, other than the declaring one, that hold the word. */
function users(word: string, declaredIn: string): string[] {
  const pattern = new RegExp(`\\b${word}\\b`);
  return PRODUCT.filter(({ path, text }) => path !== declaredIn && pattern.test(text)).map(({ path }) => path);
}

describe('the README', () => {
  const readme = readFileSync(README, 'utf8');

  it('holds the reference as it is now (else: npm run docs)', () => {
    expect(fillSections(readme, referenceSections(programOfNobody()))).toBe(readme);
  });

  it('names every package that it depends on', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const names = Object.keys({ ...dependencies, ...devDependencies });
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] as string);
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('filling the reference', () => {
  it('refuses a marker that names no section, and a section without markers', () => {
    const marked = '<!-- generated: rules -->\nold\n<!-- end: rules -->';
    expect(fillSections(marked, { rules: 'new' })).toBe('<!-- generated: rules -->\nnew\n<!-- end: rules -->');
    expect(() => fillSections(marked, {})).toThrow('names no section');
    expect(() => fillSections('', { rules: 'new' })).toThrow('no markers for rules');
  });
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))('the rule %s', (id, rule) => {
  const file = `processors/rules/${rule.family}/${id}.ts`;

  it('stands in a file of its name, with its false positives and the source of its defaults at the head', () => {
    const source = PRODUCT.find(({ path }) => path === file);
    const head = /^\/\*\*[\s\S]*?\*\//.exec(source?.text ?? '')?.[0] ?? '';
    expect(head, file).toMatch(/False positives?:/);
    expect(head, file).toMatch(/Defaults?:/);
  });

  it('has a test file', () => {
    expect(existsSync(join(ROOT, `test/processors/rules/${rule.family}/${id}.test.ts`))).toBe(true);
  });

  it('has a title and a message in both languages, and a sentence for every option', () => {
    expect(rule.title.zh).toMatch(CHINESE);
    expect(rule.message.zh).toMatch(CHINESE);
    const options = Object.entries(rule.options.shape as { [name: string]: z.ZodType });
    expect(options.filter(([, option]) => (option.description ?? '').length < 10).map(([name]) => name)).toEqual([]);
    expect(options.filter(([, option]) => !CHINESE.test(meaningOf(option).zh)).map(([name]) => name)).toEqual([]);
  });

  it('has words in both languages for its evidence, and for the options that its message names', () => {
    const labels = Object.entries(rule.evidence);
    expect(labels.filter(([, { en, zh }]) => en.length === 0 || !CHINESE.test(zh)).map(([name]) => name)).toEqual([]);
    const named = [...`${rule.message.en}${rule.message.zh}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
    expect(named.filter((name) => !(name in rule.evidence))).toEqual([]);
  });
});

describe('what is declared', () => {
  it('is used, if it is a metric', () => {
    const unused = Object.keys(METRICS).filter((name) => users(name, 'runtime/metrics.ts').length === 0);
    expect(unused).toEqual([]);
  });

  it('is used, if it is an error code', () => {
    // The table of problems names all that a caller over HTTP can meet; a code that stands there alone is never thrown.
    const used = (name: string) => {
      const pattern = new RegExp(`\\b${name}\\b`, 'g');
      const [problems, others] = [true, false].map((inTable) => {
        const files = PRODUCT.filter(({ path }) => (path === 'runtime/http/problem.ts') === inTable);
        return files
          .filter(({ path }) => path !== 'runtime/errors.ts')
          .flatMap(({ text }) => text.match(pattern) ?? []);
      });
      return (others?.length ?? 0) > 0 || (problems?.length ?? 0) > 1;
    };
    expect(Object.keys(ERROR_CODES).filter((name) => !used(name))).toEqual([]);
  });

  it('is used, if it is a setting of the process', () => {
    expect(SETTING_NAMES.filter((name) => users(name, 'runtime/config.ts').length === 0)).toEqual([]);
  });

  it('is told in both languages, if it is a setting or a metric', () => {
    const settings = SETTING_NAMES.map((name) => settingFacts(name));
    expect([...settings, ...Object.values(METRICS)].filter(({ zh }) => !CHINESE.test(zh))).toEqual([]);
  });

  it('is told in both languages, if it is evidence of any rule or a reason of dead letters', () => {
    const words = [...Object.values(COMMON_EVIDENCE), ...Object.values(REFUSALS)];
    expect(words.filter(({ en, zh }) => en.length === 0 || !CHINESE.test(zh))).toEqual([]);
  });

  it('is the only place that names an environment variable of ours', () => {
    const known = new Set([...SETTING_NAMES.map((name) => settingFacts(name).variable), 'WEIR_CONFIG']);
    const named = PRODUCT.flatMap(({ path, text }) =>
      (text.match(/\bWEIR_[A-Z_]+\b/g) ?? []).map((name) => ({ path, name })),
    );
    expect(named.filter(({ name }) => !known.has(name) && !name.startsWith('WEIR_TEST_'))).toEqual([]);
  });
});
