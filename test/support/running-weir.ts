/** A Weir as people run it: a process of its own, on a folder of its own, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readAdminFile } from '../../commands/admin/client.ts';
import { eventually } from './eventually.ts';
import { ROOT } from './sources.ts';

export const ADMIN_KEY = 'key-of-the-tests-administrator';

/** Where transfers are answered with their decision, however long it takes while others have the processors. */
export const DECIDED = '/v1/transfers?wait=decision&timeoutMs=30000';

export interface RunningWeir {
  readonly process: ChildProcess;
  readonly address: string;
  /** What it has printed so far, to both outputs. */
  printed(): string;
  /** Asks the API as its administrator; answers status and JSON. */
  ask(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Sends the signal and waits for the end; answers the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly environment?: { readonly [name: string]: string };
}

/** Starts and resolves when it listens; whatever happens, it ends with the test. */
export async function startWeir(options: StartOptions): Promise<RunningWeir> {
  const child = spawnWeir(options);
  const printed = captured(child);
  const file = await eventually('Weir listens', () => {
    if (child.exitCode !== null) return 'ended' as const;
    const found = readAdminFile(options.dataDir);
    return found?.pid === child.pid ? found : null;
  });
  if (file === 'ended') throw new Error(`Weir ended with ${child.exitCode} before it listened:\n${printed()}`);
  const { address } = file;
  const ask = async (path: string, body?: unknown) => {
    const headers = {
      authorization: `Bearer ${ADMIN_KEY}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(address + path, { headers, ...sent });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { process: child, address, printed, ask, end: (signal) => endOf(child, signal) };
}

/** Starts a process that is expected to end by itself; answers its exit code and what it printed. */
export async function runToEnd(
  options: StartOptions,
): Promise<{ readonly exitCode: number | null; readonly printed: string }> {
  const child = spawnWeir(options);
  const printed = captured(child);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, printed: printed() };
}

/** Starts a process and does not wait for anything. */
export function spawnWeir({ dataDir, args = ['start'], environment = {} }: StartOptions): ChildProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WEIR_')));
  const child = spawn(process.execPath, [join(ROOT, 'weir.ts'), ...args], {
    cwd: ROOT,
    env: {
      ...inherited,
      WEIR_DATA_DIR: dataDir,
      WEIR_PORT: '0',
      WEIR_ADMIN_KEY: ADMIN_KEY,
      WEIR_PARTITIONS: '4',
      // Whatever language this machine speaks.
      WEIR_LANG: 'en',
      // Each thread takes half a second of a processor to start; with several of them the process is killed.
      WEIR_FOLD_THREADS: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return child;
}

/** What the process prints from now on, to both outputs. */
export function captured(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return () => text;
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  const [exitCode] = (await closed) as [number | null];
  return exitCode;
}
