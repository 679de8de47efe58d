/**
 * What the crash test kills: appends and commits without end, in two threads, and notes in a file what was
 * acknowledged. A line is in the file before the next thing happens.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type EmbeddedLogOptions, openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { packValues } from '../../runtime/log/values.ts';

const FINGERPRINT = '00112233445566aa';
const CALLERS = 8;
/** The file of notes, opened by the parent. */
const NOTES = 3;

/** Arguments: the log's folder, a name for this run, and where a small disk asks for it the reserve in bytes. */
const [folder, name, reserve] = process.argv.slice(2);
const options: EmbeddedLogOptions = isMainThread
  ? { folder, partitions: 4, ...(reserve ? { reserveBytes: Number(reserve) } : {}) }
  : workerData;
const log = await openEmbeddedLog(options);
if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url), { workerData: { ...options, shared: log.shared } });
  await once(thread, 'message');
  writeSync(1, 'both threads work');
} else {
  parentPort?.postMessage('open');
}
for (const partition of isMainThread ? [0, 1] : [2, 3]) run(commitWithoutEnd(log, partition));
for (let caller = 0; isMainThread && caller < CALLERS; caller++) {
  run(appendWithoutEnd(log, `${name}-${caller}`));
}

function run(work: Promise<never>): void {
  work.catch((error) => {
    note(`failed ${error.code ?? error.stack}`);
    process.exit(1);
  });
}

function note(line: string): void {
  writeSync(NOTES, `${line}\n`);
}

/** Batches of different size, each value unlike any other. */
async function appendWithoutEnd(to: Log, name: string): Promise<never> {
  for (let round = 0; ; round++) {
    const values = Array.from({ length: 1 + (round % 7) }, (_, index) => `${name}-${round}-${index}`);
    const packed = packValues(values.map((value) => Buffer.from(value)));
    await to.append({ topic: 'transfers', partition: 0, fingerprint: FINGERPRINT, values: packed });
    note(`appended ${values.join(' ')}`);
  }
}

/** Decisions numbered without a gap, going on where the last commit stands. */
async function commitWithoutEnd(to: Log, partition: number): Promise<never> {
  const committer = to.committer(`score-${partition}`);
  const { state } = await committer.fence();
  let done = state.length === 0 ? 0 : Number(state.toString());
  for (;;) {
    const numbers = Array.from({ length: 1 + (done % 5) }, (_, index) => done + index + 1);
    // Now and then one that takes many pages.
    const padding = done % 20 === 0 ? 100_000 : 10;
    const values = packValues(numbers.map((number) => Buffer.from(`${number} `.padEnd(padding, '.'))));
    done += numbers.length;
    await committer.commit({
      outputs: [
        { topic: 'decisions', partition, fingerprint: FINGERPRINT, values },
        { topic: 'alerts', partition, fingerprint: FINGERPRINT, values: packValues([Buffer.from(`${done}`)]) },
      ],
      positions: [{ topic: 'journal', partition, offset: done }],
      state: Buffer.from(`${done}`),
    });
    await committer.flushed();
    note(`committed ${partition} ${done}`);
  }
}
