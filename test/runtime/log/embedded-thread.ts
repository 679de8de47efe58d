/** A further thread on the log that a test opened; what it does is named by `task`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SharedLog } from '../../../runtime/log/embedded/shared.ts';
import { openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Log } from '../../../runtime/log/port.ts';
import { packValues } from '../../../runtime/log/values.ts';

export interface ThreadTask {
  readonly folder: string;
  readonly shared: SharedLog;
  readonly task: keyof typeof TASKS;
  readonly partition: number;
  readonly count: number;
}

const { folder, shared, task, partition, count } = workerData as ThreadTask;

function one(topic: string, text: string) {
  return { topic, partition, fingerprint: '00112233445566aa', values: packValues([Buffer.from(text)]) };
}

const TASKS = {
  /** Answers each record of `decisions` with one of `alerts`, in a commit. */
  async echo(log: Log) {
    const committer = log.committer(`echo-${partition}`);
    await committer.fence();
    const reader = log.reader('decisions', partition, 0, { durable: false });
    for (let answered = 0; answered < count; answered++) {
      const batch = await reader.next();
      await committer.commit({
        outputs: [one('alerts', `echo of ${batch.values.body}`)],
        positions: [{ topic: 'decisions', partition, offset: reader.position }],
        state: Buffer.alloc(0),
      });
    }
  },

  /** Commits one decision after the other. */
  async commit(log: Log) {
    const committer = log.committer(`commit-${partition}`);
    await committer.fence();
    for (let index = 1; index <= count; index++) {
      const positions = [{ topic: 'journal', partition, offset: index }];
      await committer.commit({ outputs: [one('decisions', `${index}`)], positions, state: Buffer.from(`${index}`) });
    }
  },

  /** Commits until it is shut out. */
  async commitUntilFenced(log: Log) {
    const committer = log.committer('contested');
    await committer.fence();
    for (let index = 1; ; index++) {
      const positions = [{ topic: 'journal', partition, offset: index }];
      await committer.commit({ outputs: [one('decisions', `old ${index}`)], positions, state: Buffer.alloc(0) });
      if (index === count) parentPort?.postMessage('under way');
    }
  },

  /** Waits for a record, with nothing else that would keep the thread alive. */
  async wait(log: Log) {
    await log.reader('decisions', partition, 0, { durable: true }).next();
  },

  /** Waits for a record, but is told to close first. */
  async waitAndClose(log: Log) {
    const waiting = log.reader('decisions', partition, 0, { durable: true }).next();
    setImmediate(() => log.close());
    await waiting;
  },
};

const log = await openEmbeddedLog({ folder, shared });
parentPort?.postMessage('ready');
let outcome = 'done';
try {
  await TASKS[task](log);
} catch (error) {
  outcome = (error as { code?: string }).code ?? String(error);
}
await log.close();
parentPort?.postMessage(outcome);
