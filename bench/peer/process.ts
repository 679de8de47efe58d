/** Other programs, run to their end, and what processes have cost so far. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Answers what it printed; rejects with that where it failed. */
export function runToEnd(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with code ${code}: ${output.slice(-4_000)}`));
    });
  });
}

/** Ticks of a clock in which Linux counts CPU time. */
const TICK_MICROS = 10_000;

/** CPU time of a process so far, user and system, µs. */
export function cpuMicrosOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}
