/** Runs commands in this process, as `weir.ts` would, and catches what they print. */
import { Writable } from 'node:stream';
import type { Cli } from '../../commands/cli.ts';
import { reportFailure } from '../../commands/failure.ts';
import { buildProgram } from '../../commands/program.ts';
import { type Language, type Screen, Terminal } from '../../commands/terminal.ts';
import { systemNow } from '../../runtime/clock.ts';

export interface Ran {
  readonly out: string;
  readonly errors: string;
  readonly exitCode: number;
  /** Output that is one JSON object a line. */
  lines<T>(): T[];
}

export interface RunOptions {
  readonly dataDir: string;
  readonly language?: Language;
  readonly environment?: { readonly [name: string]: string };
}

class Caught extends Writable implements Screen {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export async function runWeir(args: readonly string[], options: RunOptions): Promise<Ran> {
  const [out, errors] = [new Caught(), new Caught()];
  const terminal = new Terminal(out, errors, options.language ?? 'en');
  const environment = { WEIR_DATA_DIR: options.dataDir, ...options.environment };
  const cli: Cli = { version: '0.0.0', environment, now: systemNow, terminal, exitCode: 0 };
  const program = buildProgram(cli);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => errors.write(text) });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    cli.exitCode = reportFailure(error, terminal);
  }
  const { text } = out;
  return {
    out: text,
    errors: errors.text,
    exitCode: cli.exitCode,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
