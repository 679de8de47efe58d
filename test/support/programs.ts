/** Programs of the system that some tests run; where one is missing, they are skipped by its name. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { RealPart } from './real-parts.ts';

export interface Program extends RealPart {
  /** The spelling that answered. */
  readonly command: readonly [string, ...string[]];
  /** Runs it and answers what it printed; throws with all that it said where it fails. */
  run(args: readonly string[], options?: { cwd?: string; env?: { [name: string]: string } }): string;
}

/** The first of some spellings, such as `['docker', 'compose']`, that answers to `probe`. */
export function program(name: string, spellings: readonly (readonly string[])[], probe: readonly string[]): Program {
  const found = spellings.find(([file, ...before]) => {
    return spawnSync(file as string, [...before, ...probe], { stdio: 'ignore' }).status === 0;
  });
  return {
    name,
    missing: found === undefined ? `none of ${spellings.map((one) => one.join(' ')).join(', ')} runs here` : null,
    command: (found ?? spellings[0]) as readonly [string, ...string[]],
    run: (args, { cwd, env } = {}) => {
      const [file, ...before] = found as readonly [string, ...string[]];
      const environment = { ...process.env, ...env };
      try {
        return execFileSync(file, [...before, ...args], { cwd, env: environment, encoding: 'utf8', stdio: 'pipe' });
      } catch (cause) {
        const { stdout, stderr } = cause as { stdout: string; stderr: string };
        throw new Error(`${name} ${args.join(' ')}:\n${stdout}${stderr}`, { cause });
      }
    },
  };
}
