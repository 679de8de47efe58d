/** A disk so small that a test can fill it: a file system in memory, which only root on Linux may mount. */
import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './folder.ts';
import type { RealPart } from './real-parts.ts';

export const smallDisk: RealPart = { name: 'a small disk', missing: whyNot() };

function whyNot(): string | null {
  if (process.platform !== 'linux') return 'it is mounted with Linux’s tmpfs';
  if (process.getuid?.() !== 0) return 'only root may mount one';
  try {
    // In a name space of its own, so that the attempt leaves nothing behind.
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `mounting one failed: ${(error as Error).message.trim()}`;
  }
}

/** The folder of a disk of so many MiB, gone when the test is over. */
export function mountSmallDisk(megabytes: number): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  // Lazily: it goes as soon as the last file in it is closed.
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}
