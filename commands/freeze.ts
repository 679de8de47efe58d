/** `weir freeze`, `weir unfreeze`: stop a party’s money at once, and let it go again (应急止付). */
import { accessOf, type Declare, settingsOf, withFolder } from './cli.ts';
import { type ControlRequest, tellControl } from './control.ts';
import { askByReason, type ByReason } from './people.ts';

interface FreezeOptions extends ByReason {
  readonly until?: string;
}

export const declareFreeze: Declare = (program, cli) => {
  const tell = async (request: ControlRequest, en: string, zh: string): Promise<void> => {
    const told = await withFolder(settingsOf(cli), (holder) => tellControl(accessOf(holder), cli.now, request));
    cli.terminal.print(
      cli.terminal.say({ en: `${en} (control/0 at ${told.offset})`, zh: `${zh}（control/0 位置 ${told.offset}）` }),
    );
  };

  const freeze = program
    .command('freeze')
    .argument('<party>', 'party or account')
    .description('Reject all outgoing transfers of a party or account, and all to it, from now on.')
    .option('--until <time>', 'when it ends by itself, ISO 8601 with zone; until unfrozen unless said');
  askByReason(freeze).action(async (party: string, { by, reason, until }: FreezeOptions) => {
    const request = { kind: 'freeze', party, by, reason, ...(until === undefined ? {} : { until }) };
    await tell(request, `${party} is frozen`, `${party} 已冻结`);
  });

  const unfreeze = program.command('unfreeze').argument('<party>', 'party or account').description('Lift a freeze.');
  askByReason(unfreeze).action(async (party: string, { by, reason }: ByReason) => {
    await tell({ kind: 'unfreeze', party, by, reason }, `${party} is no longer frozen`, `${party} 已解冻`);
  });
};
