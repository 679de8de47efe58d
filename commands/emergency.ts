/** `weir stop-payouts`, `weir tighten`, `weir undo`: measures of an emergency, and their undoing (应急措施). */
import { InvalidArgumentError } from 'commander';
import { SEGMENT } from '../schemas/events/control.ts';
import { accessOf, type Declare, settingsOf, withFolder } from './cli.ts';
import { type ControlRequest, tellControl } from './control.ts';
import { askByReason, type ByReason } from './people.ts';

interface MeasureOptions extends ByReason {
  readonly segment?: string;
  readonly until?: string;
}

const SEGMENT_MEANING = 'the customers it is for: kind:person, tag:merchant or grade:D; all unless said';
const UNTIL_MEANING = 'when it ends by itself, ISO 8601 with zone; until undone unless said';

export const declareEmergency: Declare = (program, cli) => {
  const tell = async (request: ControlRequest, en: string, zh: string): Promise<void> => {
    const told = await withFolder(settingsOf(cli), (holder) => tellControl(accessOf(holder), cli.now, request));
    const undo = request.kind === 'undo' ? '' : told.controlId;
    cli.terminal.print(
      cli.terminal.say({
        en: undo === '' ? en : `${en}; to undo it: weir undo ${undo}`,
        zh: undo === '' ? zh : `${zh}；撤销：weir undo ${undo}`,
      }),
    );
  };

  const stop = program
    .command('stop-payouts')
    .description('Reject all outgoing transfers of customers from now on.')
    .option('--segment <segment>', SEGMENT_MEANING, checkedSegment)
    .option('--until <time>', UNTIL_MEANING);
  askByReason(stop).action((options: MeasureOptions) =>
    tell({ kind: 'stop-payouts', ...given(options) }, 'Payouts are stopped', '已暂停出金'),
  );

  const tighten = program
    .command('tighten')
    .argument('<percent>', 'what limits are multiplied by, 0 to 99', checkedPercent)
    .description('Multiply the limits of customers by so many percent from now on.')
    .option('--segment <segment>', SEGMENT_MEANING, checkedSegment)
    .option('--until <time>', UNTIL_MEANING);
  askByReason(tighten).action((percent: number, options: MeasureOptions) =>
    tell({ kind: 'tighten', percent, ...given(options) }, `Limits are at ${percent} %`, `限额已收紧至 ${percent}%`),
  );

  const undo = program
    .command('undo')
    .argument('<measure>', 'what the measure is named by; see GET /v1/emergency')
    .description('Undo a measure: a freeze, payouts stopped, limits tightened.');
  askByReason(undo).action((measure: string, { by, reason }: ByReason) =>
    tell({ kind: 'undo', measure, by, reason }, `${measure} is undone`, `${measure} 已撤销`),
  );
};

function given({ by, reason, segment, until }: MeasureOptions) {
  return { by, reason, ...(segment === undefined ? {} : { segment }), ...(until === undefined ? {} : { until }) };
}

function checkedSegment(written: string): string {
  if (SEGMENT.test(written)) return written;
  throw new InvalidArgumentError('must be like kind:person, tag:merchant or grade:D');
}

function checkedPercent(written: string): number {
  const percent = Number(written);
  if (/^\d{1,2}$/.test(written)) return percent;
  throw new InvalidArgumentError('must be a whole number from 0 to 99');
}
