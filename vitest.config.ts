/**
 * How tests run: in processes of their own, since LMDB and chDB hold native resources. Each has one try. What
 * it waits for, it waits for long: deadlines cost nothing where all is well, and machines are shared.
 */
import { defineConfig } from 'vitest/config';
import { PlainReporter } from './test/support/plain-reporter.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 120_000 } },
    reporters: ['default', new PlainReporter()],
    env: { TZ: 'UTC' },
  },
});
