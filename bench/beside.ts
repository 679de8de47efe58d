/** What intake carries while an officer has the console open and webhooks are sent, against what it carries alone. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { OVERVIEW } from '../dashboards/panels/overview.ts';
import type { VisitMessage } from './console-visitor.ts';
import { measure } from './http.ts';
import { subscribeByHttp, withReceivers } from './webhooks.ts';
import { BENCH_KEY, withWholeProcess } from './whole-process.ts';

export interface BesideResult {
  readonly aloneEventsPerSecond: number;
  readonly besideEventsPerSecond: number;
  readonly besidePercent: number;
  readonly besideWebhooks: number;
  readonly besideUnexpectedAnswers: number;
}

/** By turns, each on a process of its own, since what else the machine does changes on the way. */
const ROUNDS = 3;
const SETTINGS = { WEIR_RATE_LIMIT: '10000000', WEIR_WEBHOOK_ALLOW: 'localhost' };
const BATCH_SIZE = 100;
const LOAD = { warmUpMs: 3_000, durationMs: 15_000, connections: 8, parties: 5_000, requestsPerSecond: 0 } as const;
const CHARTS = OVERVIEW.map(({ id }) => id);

type Whole = Parameters<Parameters<typeof withWholeProcess>[1]>[0];

export async function benchBeside(): Promise<BesideResult> {
  return withReceivers(async (receivers) => {
    const [alone, beside]: [number[], number[]] = [[], []];
    let failed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      alone.push(await withWholeProcess(SETTINGS, carried));
      await withWholeProcess(SETTINGS, async (whole) => {
        await subscribeByHttp(whole.address, [receivers.healthy]);
        const close = await openConsole(whole.address);
        beside.push(await carried(whole));
        failed += await close();
      });
    }
    return {
      aloneEventsPerSecond: Math.round(mean(alone)),
      besideEventsPerSecond: Math.round(mean(beside)),
      besidePercent: (100 * mean(beside)) / mean(alone),
      besideWebhooks: (await receivers.ask('count')).count,
      besideUnexpectedAnswers: failed,
    };
  });
}

/** Events a second that are acknowledged while it is loaded; all of them are judged when this is over. */
async function carried({ address, engine }: Whole): Promise<number> {
  const task = { ...LOAD, address, key: BENCH_KEY, prefix: 'bench', kind: 'batches', batchSize: BATCH_SIZE } as const;
  const { requests, seconds } = await measure(task);
  await engine.caughtUp();
  return (requests * BATCH_SIZE) / seconds;
}

/** Answers how to close it, which tells how many answers were not as expected. */
async function openConsole(address: string): Promise<() => Promise<number>> {
  const child = fork(join(import.meta.dirname, 'console-visitor.ts'));
  child.send({ address, key: BENCH_KEY, panels: CHARTS });
  await once(child, 'message');
  return async () => {
    child.send('close');
    const [message] = (await once(child, 'message')) as [VisitMessage];
    return 'failed' in message ? message.failed : 0;
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
