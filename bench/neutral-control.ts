/**
 * The neutral control of the AMLSim samples: the same transfers without what only their generator does.
 * Planted amounts (all below 100, where no ordinary one lies) move into the ordinary range by one factor
 * a data set, ordinary amounts (always the same of one payer) vary with a log-sd of 0.3, and of several
 * transfers of one pair on one day the first stays. Figures on the samples mean little except beside it.
 */
import { Random } from '../producers/demo/random.ts';
import type { RowTransform } from '../producers/files/lines.ts';

const PLANTED_BELOW = 100;
/** Fans plant about 2.5 to 5, rings 10 to 20; ordinary amounts run from 100 to 600. */
const FAN_BELOW = 6;
const FAN_FACTOR = 60;
const RING_FACTOR = 15;
const ORDINARY_LOG_SD = 0.3;

export function neutralControl(seed: number): { readonly name: string; readonly row: RowTransform } {
  const random = new Random(seed);
  let day = '';
  let pairs = new Set<string>();
  return {
    name: `neutral-${seed}`,
    row: (row, columns, member) => {
      if (!member.endsWith('/transactions.csv')) return row;
      const cell = (name: string) => row[columns.get(name) as number] as string;
      if (cell('time') !== day) {
        day = cell('time');
        pairs = new Set();
      }
      const pair = `${cell('sourceNodeId')} ${cell('targetNodeId')}`;
      const repeated = pairs.has(pair);
      pairs.add(pair);
      // Drawn for every line, so that what stays does not depend on what was left out.
      const jitter = Math.exp(ORDINARY_LOG_SD * random.normal());
      if (repeated) return null;
      const changed = [...row];
      changed[columns.get('value') as number] = neutralAmount(Number(cell('value')), jitter).toFixed(2);
      return changed;
    },
  };
}

function neutralAmount(value: number, jitter: number): number {
  if (value >= PLANTED_BELOW) return value * jitter;
  return value * (value < FAN_BELOW ? FAN_FACTOR : RING_FACTOR);
}
