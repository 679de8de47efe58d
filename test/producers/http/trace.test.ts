/** A request’s trace context goes with its events into the log. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Intake } from '../../../producers/intake.ts';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Append } from '../../../runtime/log/port.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { temporaryFolder } from '../../support/folder.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it('goes with the append, and a log that has no place for it takes the events all the same', async () => {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: 1 });
  onTestFinished(() => log.close());
  const appended: Append[] = [];
  const append = (one: Append) => {
    appended.push(one);
    return log.append(one);
  };
  const intake = new Intake({ append, declareSchema: (...all) => log.declareSchema(...all) });
  await intake.submit('transfers', [transferRecord.render(transferRecord.example)], { trace: TRACE });
  await intake.append('transfers', [transferRecord.example]);
  expect(appended.map(({ trace }) => trace)).toEqual([TRACE, undefined]);
  expect(log.end('transfers', 0)).toBe(2);
});
