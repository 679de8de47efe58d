/** The name by which other processes know this one: it stays with the data folder, so that a process that comes again takes its old place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemRandomBytes } from '../runtime/clock.ts';
import { replacePrivateFile } from '../runtime/private-file.ts';

const FILE = 'instance';

export function instanceOf(dataDir: string): string {
  const path = join(dataDir, FILE);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    const instance = `weir-${systemRandomBytes(8).toString('hex')}`;
    replacePrivateFile(path, `${instance}\n`);
    return instance;
  }
}
