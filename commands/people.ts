/** Who does something and why: every command that changes what Weir judges asks for both. */
import type { Command } from 'commander';

export interface ByReason {
  readonly by: string;
  readonly reason: string;
}

export function askByReason(command: Command): Command {
  return command
    .requiredOption('--by <name>', 'who does it')
    .requiredOption('--reason <text>', 'why; kept with the change');
}
