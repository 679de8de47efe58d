#!/usr/bin/env node
import { languageOf } from './commands/cli.ts';
import { reportFailure } from './commands/failure.ts';
/** The command line. Each command stands in a file of its own in `commands/`. */
import { buildProgram } from './commands/program.ts';
import { Terminal } from './commands/terminal.ts';
import packageFile from './package.json' with { type: 'json' };
import { systemNow } from './runtime/clock.ts';

const terminal = new Terminal(process.stdout, process.stderr, languageOf(process.env));
const cli = { version: packageFile.version, environment: process.env, now: systemNow, terminal, exitCode: 0 };

// Whoever reads our output may stop early, as `head` does: then there is nobody left to print for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await buildProgram(cli).parseAsync();
  process.exitCode = cli.exitCode;
} catch (error) {
  process.exitCode = reportFailure(error, terminal);
}
