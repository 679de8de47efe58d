/** The sender in a thread of its own: what the main thread hears of it, and how it ends. */
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../runtime/config.ts';
import { isWeirError } from '../../../runtime/errors.ts';
import type { EmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { MadeAttempt } from '../../../sinks/webhook/thread.ts';
import { type SenderThreadOptions, startSenderThread } from '../../../sinks/webhook/threaded.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { openWebhooks, startReceiver, TEST_SECRET_KEY } from '../../support/webhooks.ts';

async function begin() {
  const folder = temporaryFolder();
  const bench = await openWebhooks({ folder, sends: false });
  const { shared } = bench.log as EmbeddedLog;
  const receiver = await startReceiver();
  const faults: unknown[] = [];
  const made: MadeAttempt[] = [];
  const environment = {
    WEIR_DATA_DIR: folder,
    WEIR_SECRET_KEY: TEST_SECRET_KEY,
    WEIR_WEBHOOK_ALLOW: 'localhost',
  };
  const start = async (options: Partial<SenderThreadOptions> = {}) => {
    const sender = await startSenderThread({
      log: { kind: 'embedded', options: { folder: `${folder}/log`, shared } },
      config: loadConfig({ environment }).config,
      version: '0.0.0',
      logger: { info: () => {}, warn: () => {} },
      onAttempt: (one) => made.push(one),
      onFault: (error) => faults.push(error),
      ...options,
    });
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await sender.stop();
      isStopped = true;
    };
    onTestFinished(stop);
    return { sender, stop };
  };
  return { bench, receiver, faults, made, start };
}

it('sends, tells of attempts and health, writes down what it did as it stops, and goes on from there', async () => {
  const { bench, receiver, faults, made, start } = await begin();
  const first = await start();
  const { id } = await bench.subscribe(receiver.url);
  await bench.raise({}, {}, {});
  await eventually('all came', () => receiver.received.length === 3);
  await eventually('attempts are told', () => made.length === 3);
  expect(made[0]).toMatchObject({ outcome: 'delivered', attempt: 1, trigger: 'event' });
  await eventually('health is told', () => first.sender.health().some(({ lagRecords }) => lagRecords === 0));
  expect(first.sender.health()).toMatchObject([{ subscriptionId: id, breaker: 'closed', unfinished: 0 }]);
  await first.stop();
  expect(bench.attempts()).toHaveLength(3);
  await bench.raise({}, {});
  await start();
  await eventually('what came meanwhile is sent', () => receiver.received.length === 5);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toHaveLength(5);
  expect(faults).toEqual([]);
});

it('tells that another sender took over', async () => {
  const { bench, receiver, faults, start } = await begin();
  await start();
  await bench.subscribe(receiver.url);
  await bench.sender();
  // It learns of it as it writes down what it sent.
  await bench.raise({});
  const [fault] = await eventually('it is told', () => (faults.length > 0 ? faults : null));
  expect(isWeirError(fault, 'LOG_FENCED')).toBe(true);
  expect(faults).toHaveLength(1);
});

it('tells what keeps it from starting', async () => {
  const { start } = await begin();
  const environment = { WEIR_DATA_DIR: temporaryFolder(), WEIR_SECRET_KEY_FILE: '/no/such/file' };
  const starting = start({ config: loadConfig({ environment }).config });
  await expect(starting).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it('gives up a start that nobody wants any more', async () => {
  const { bench, receiver, faults, start } = await begin();
  const wanted = new AbortController();
  const starting = start({ signal: wanted.signal });
  wanted.abort(new Error('another has it'));
  await expect(starting).rejects.toThrow('another has it');
  await start();
  await bench.subscribe(receiver.url);
  await bench.raise({});
  await eventually('the next sends', () => receiver.received.length > 0);
  expect(faults).toEqual([]);
});
