/**
 * How tests run: in processes of their own, since LMDB and chDB hold native resources.
 *
 * What proves that nothing is lost, doubled or decided otherwise has one try. The rest waits for processes,
 * browsers and servers on machines that others share: in CI it has a second try, and the run ends with the
 * names of those that needed it.
 */
import { defineConfig } from 'vitest/config';
import { PlainReporter } from './test/support/plain-reporter.ts';

const PROOFS = ['crash', 'golden', 'processors', 'property', 'simulation'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'proofs', include: PROOFS } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: PROOFS,
          retry: process.env.CI === 'true' ? 1 : 0,
        },
      },
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ['default', new PlainReporter()],
    env: { TZ: 'UTC' },
  },
});
