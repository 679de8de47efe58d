/** Ends a test run with one plain line that people and machines read: `N passed, N failed, N skipped`. */
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

export class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'failed' : state]++;
      }
      // A file that cannot be loaded, or whose hooks throw, has no failed test to its name.
      if (module.state() === 'failed' && counts.failed === before) counts.failed++;
    }
    if (errors.length > 0 || (reason === 'interrupted' && counts.failed === 0)) counts.failed++;
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
