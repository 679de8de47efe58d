/**
 * What the crash test kills: appends alerts without end, and sends them to the receiver that the subscription
 * in the log names. It says `working` when the first attempt is made.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { startWebhookSender } from '../../sinks/webhook/sender.ts';
import { outputs } from '../support/records.ts';
import { alertOf, LOCAL, PARTITIONS, TEST_KEY } from '../support/webhooks.ts';

const [folder] = process.argv.slice(2) as [string];
const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: PARTITIONS });
await startWebhookSender({
  ...{ log, key: TEST_KEY, allow: LOCAL, now: Date.now, random: Math.random, version: '0.0.0' },
  onAttempt: () => writeSync(1, 'working\n'),
  onFault: (error) => {
    writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
});
for (let round = 0; ; round++) {
  const partition = round % PARTITIONS;
  const end = log.end('alerts', partition);
  const alerts = Array.from({ length: 1 + ((round * 7) % 30) }, (_, index) =>
    alertOf({ alertId: `a-${partition}-${end + index}`, seen: Date.now() }),
  );
  await log.append(outputs('alerts', partition, alerts));
  await wait(2);
}
