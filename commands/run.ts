/** `weir run`: one process of several, with some of the roles or all. */
import type { ProcessRole } from '../runtime/roles.ts';
import { PROCESS_ROLES } from '../runtime/roles.ts';
import { type Cli, type Declare, settingsOf } from './cli.ts';
import { runProcess } from './process.ts';
import { announce } from './start.ts';

export const declareRun: Declare = (program, cli) => {
  program
    .command('run')
    .description('Run one process of a cluster, with the roles that are named, on Kafka.')
    .option(
      '--roles <roles>',
      `separated by commas: ${PROCESS_ROLES.join(', ')}; goes before WEIR_ROLES; all unless said`,
    )
    .action(async ({ roles }: { roles?: string }) => runRoles(cli, roles));
};

async function runRoles(cli: Cli, written: string | undefined): Promise<void> {
  const loaded = settingsOf(cli, {}, written === undefined ? {} : { roles: written });
  const roles: ReadonlySet<ProcessRole> = new Set(loaded.config.roles ?? PROCESS_ROLES);
  await runProcess(cli, loaded, roles, async (parts, serving, evaluation) => {
    await announce(cli, parts, serving, { demo: null, evaluation });
  });
}
