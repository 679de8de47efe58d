/** Runs one command line from beginning to end and answers the exit code. */
import packageFile from '../package.json' with { type: 'json' };
import { systemNow } from '../runtime/clock.ts';
import type { ConfigSources } from '../runtime/config.ts';
import { type Cli, languageOf } from './cli.ts';
import { reportFailure } from './failure.ts';
import { buildProgram } from './program.ts';
import { Terminal } from './terminal.ts';

export async function runCommandLine(environment: ConfigSources['environment']): Promise<number> {
  // Whoever reads our output may stop early, as `head` does: then there is nobody left to print for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const terminal = new Terminal(process.stdout, process.stderr, languageOf(environment));
  const cli: Cli = { version: packageFile.version, environment, now: systemNow, terminal, exitCode: 0 };
  try {
    await buildProgram(cli).parseAsync();
    return cli.exitCode;
  } catch (error) {
    return reportFailure(error, terminal);
  }
}
