/**
 * How tests run: each file in a process of its own, since LMDB and chDB hold native resources. Files that only
 * compute share processes, because importing the same modules anew was most of their work. Each test has one try.
 * What it waits for, it waits for long: deadlines cost nothing where all is well, and machines are shared.
 */
import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/support/long-first.ts';
import { PlainReporter } from './test/support/plain-reporter.ts';

/** They put something else in a module’s place, or fold a real log. */
const APART = ['broken-books', 'holds', 'judge', 'restored', 'verify', 'voids'];
const COMPUTES = [
  `test/processors/**/!(${APART.join('|')}).test.ts`,
  'test/{dashboards/console,producers/demo,property}/**/*.test.ts',
];

/** They start containers from images that `.ci/containers` makes, which alone asks for them. */
const UNASKED = process.env.WEIR_TEST_STACK === undefined ? ['test/deploy/stack*.test.ts'] : [];

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'computes', include: COMPUTES, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...COMPUTES, ...UNASKED] } },
    ],
    pool: 'forks',
    // One more than the processors that are asked for: many files wait for processes more than they work.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', new PlainReporter()],
    env: { TZ: 'UTC' },
  },
});
