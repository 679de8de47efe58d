/** One process a data folder, against real processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isWeirError } from '../../../runtime/errors.ts';
import { lockFolder } from '../../../runtime/store/folder-lock.ts';

let folder: string;
let holder: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-lock-'));
});

afterEach(() => {
  holder?.kill('SIGKILL');
  holder = null;
  rmSync(folder, { recursive: true });
});

async function holdElsewhere(): Promise<ChildProcess> {
  const module = new URL('../../../runtime/store/folder-lock.ts', import.meta.url).href;
  const script = `import { lockFolder } from '${module}';
    lockFolder(process.argv[1]); process.stdout.write('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  holder = child;
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(complaints.join('')).toBe('');
  return child;
}

function refusal(): unknown {
  try {
    lockFolder(folder).release();
    return null;
  } catch (error) {
    return error;
  }
}

it('refuses a folder that another process holds, naming folder and process', async () => {
  const child = await holdElsewhere();
  const error = refusal();
  expect(isWeirError(error, 'FOLDER_IN_USE')).toBe(true);
  expect((error as Error).message).toBe(`The data folder ${folder} is in use by another process (pid ${child.pid}).`);
});

it('is free at once when the holder is killed', async () => {
  const child = await holdElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(refusal()).toBeNull();
});

it('is free again after release, and refused to a second holder in the same process', async () => {
  const lock = lockFolder(folder);
  expect(isWeirError(refusal(), 'FOLDER_IN_USE')).toBe(true);
  expect(isWeirError(refusal(), 'FOLDER_IN_USE')).toBe(true);
  lock.release();
  expect(refusal()).toBeNull();
});
