/** What a person sees when a command fails: what was wrong for their mistakes, all of it for ours. */
import { CommanderError } from 'commander';
import { isWeirError } from '../runtime/errors.ts';
import { EXIT_CODES, exitReasonOf } from '../runtime/lifecycle.ts';
import type { Terminal } from './terminal.ts';

/** Prints the failure and answers the exit code. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  // Commander has printed what was wrong, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok.code : EXIT_CODES.usage.code;
  if (isWeirError(error)) {
    terminal.complain(`weir: ${error.code}\n${error.message}`);
    for (const { path, message } of error.fields) terminal.complain(`  ${path.slice(1)}: ${message}`);
  } else terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT_CODES[exitReasonOf(error)].code;
}
