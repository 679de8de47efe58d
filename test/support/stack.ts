/** docker-compose.yml started for real, under a name of its own, so that it meets nothing else on this machine. */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { eventually } from './eventually.ts';
import { program } from './programs.ts';
import { describeWith, type RealPart } from './real-parts.ts';
import { ROOT } from './sources.ts';

const run = promisify(execFile);
const docker = program('Docker', [['docker']], ['version']);
const compose = program('docker compose', [['docker', 'compose'], ['docker-compose']], ['version']);

/** What containers are made and started with. */
export const containers: RealPart = {
  name: [docker, compose].find(({ missing }) => missing !== null)?.name ?? 'Docker',
  missing: docker.missing ?? compose.missing,
};

/** Describes tests of containers that work together, where `.ci/containers` found nothing in their way. */
export function describeTogether(title: string, tests: () => void): void {
  const why = process.env.WEIR_TEST_STACK_MISSING;
  if (why === undefined) describeWith(containers, title, tests);
  else describe.skip(`${title} (${why})`, tests);
}

const PRINTED_BYTES_MAX = 64 * 1024 * 1024;
/** Building the image is installing all packages twice. */
const UP_DEADLINE_MS = 280_000;
const LOOK_INTERVAL_MS = 500;

export interface Container {
  readonly id: string;
  readonly service: string;
  readonly state: string;
  /** Empty where nobody asks it. */
  readonly health: string;
  readonly exitCode: number;
}

export class Stack {
  readonly name = process.env.WEIR_TEST_STACK ?? `weir-test-${process.pid}`;
  readonly #files: readonly string[];
  readonly #environment: { readonly [name: string]: string };

  constructor(files: readonly string[], environment: { readonly [name: string]: string }) {
    this.#files = files;
    this.#environment = environment;
  }

  /** Runs a command of Compose on these services; answers what it printed. */
  async compose(...args: readonly string[]): Promise<string> {
    const files = this.#files.flatMap((file) => ['--file', file]);
    // The passwords of this folder's own installation stay out of it.
    const [file, ...before] = compose.command;
    const options = ['--project-directory', ROOT, '--project-name', this.name, '--env-file', '/dev/null', ...files];
    return said(file, [...before, ...options, ...args], this.#environment);
  }

  /** Builds, creates and starts; resolves when all that goes on is healthy and all that ends has ended well. */
  async up(): Promise<void> {
    await this.compose('--progress', 'plain', 'up', '--build', '--detach');
    await inTime('all containers are well', async () => (await this.containers()).every(isWell), UP_DEADLINE_MS);
  }

  /** Stops and removes all that it made, volumes included. */
  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '30');
  }

  async containers(service?: string): Promise<Container[]> {
    const printed = await this.compose('ps', '--all', '--no-trunc', '--format', 'json');
    const lines = printed.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as { readonly [name: string]: string })
      .map(({ ID, Service, State, Health, ExitCode }) => {
        return { id: ID, service: Service, state: State, health: Health, exitCode: Number(ExitCode) } as Container;
      })
      .filter((one) => service === undefined || one.service === service)
      .sort((one, two) => (one.service + one.id < two.service + two.id ? -1 : 1));
  }

  /** Runs a script by the Node of a container, with `given` as its argument; answers the JSON that it prints. */
  async inside<T>({ id }: Container, script: string, given = ''): Promise<T> {
    return JSON.parse(await inDocker('exec', id, 'node', '--input-type=module', '--eval', script, '--', given)) as T;
  }

  /** What they printed last, for whoever looks why a test failed. */
  lastWords(): Promise<string> {
    return this.compose('logs', '--no-color', '--tail', '40');
  }

  /** Where a port of a service is reached from this machine. */
  async addressOf(service: string, port: number): Promise<string> {
    return `http://${(await this.compose('port', service, String(port))).trim()}`;
  }
}

/** As `eventually`, but at leisure: each look into a container starts a process. */
export function inTime<T>(what: string, check: () => Promise<T>, deadlineMs?: number) {
  const look = async () => {
    await pause(LOOK_INTERVAL_MS);
    return check();
  };
  return eventually(what, look, deadlineMs);
}

export function isWell({ state, health, exitCode }: Container): boolean {
  return state === 'running' ? health === 'healthy' : state === 'exited' && exitCode === 0;
}

export function inDocker(...args: readonly string[]): Promise<string> {
  return said('docker', args);
}

async function said(file: string, args: readonly string[], environment = {}): Promise<string> {
  const env = { ...process.env, ...environment };
  try {
    return (await run(file, args, { cwd: ROOT, env, maxBuffer: PRINTED_BYTES_MAX })).stdout;
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')}:\n${stdout.slice(-8_000)}${stderr.slice(-8_000)}`, { cause });
  }
}

/** A transfer that nothing speaks against, unless its amount does. */
export function transferOf(transferId: string, payer: string, minor = 12_500) {
  return {
    transferId,
    kind: 'transfer',
    status: 'submitted',
    at: new Date().toISOString(),
    amount: { minor, currency: 'CNY' },
    debtor: { party: payer, account: `A-${payer}` },
    creditor: { account: 'A-shop', country: 'CN' },
    channel: 'mobile',
  };
}

export async function volumes(): Promise<string[]> {
  return (await inDocker('volume', 'ls', '--quiet')).split('\n').filter((name) => name !== '');
}
