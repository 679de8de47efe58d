/** A process whose thread is in the middle of transactions when it meets a fault: started by lifecycle.test.ts. */
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { exitAtOnce, Lifecycle } from '../../runtime/lifecycle.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';

const folder = process.argv[2] as string;
const log = await openEmbeddedLog({ folder, partitions: 1 });
const logger = pino({ level: 'silent' });
const lifecycle = new Lifecycle({ logger, stopDeadlineMs: 5_000, exit: exitAtOnce });
lifecycle.listen();
const thread = new Worker(new URL('./lifecycle-thread.ts', import.meta.url), {
  workerData: { folder, shared: log.shared },
});
thread.once('message', () => {
  // Nobody catches it: it is a fault.
  throw new TypeError('a fault');
});
