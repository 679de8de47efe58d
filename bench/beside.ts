/**
 * What intake carries while an officer has the console open and webhooks are sent, against what it carries alone.
 *
 * Load, receiver and console are processes of their own, on the same processors: they take from what intake gets. So
 * the CPU of the server itself is told beside, until all is judged. As many transfers a second ring either way, however
 * many intake carries: parties are so many that nothing else rings.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { OVERVIEW } from '../dashboards/panels/overview.ts';
import type { VisitMessage } from './console-visitor.ts';
import { measure } from './http.ts';
import { type Receivers, settled, subscribeByHttp, withReceivers } from './webhooks.ts';
import { BENCH_KEY, withWholeProcess } from './whole-process.ts';

export interface BesideResult {
  readonly aloneEventsPerSecond: number;
  readonly besideEventsPerSecond: number;
  readonly besidePercent: number;
  readonly besideWebhooksPerSecond: number;
  readonly aloneServerCpuMicrosPerEvent: number;
  readonly besideServerCpuMicrosPerEvent: number;
  readonly besideManyPercent: number;
  readonly besideManyWebhooksPerSecond: number;
  readonly besideUnexpectedAnswers: number;
}

/** By turns, each on a process of its own, since what else the machine does changes on the way. */
const ROUNDS = 3;
const SETTINGS = { WEIR_RATE_LIMIT: '10000000', WEIR_WEBHOOK_ALLOW: 'localhost' };
const BATCH_SIZE = 100;
const LOAD = { warmUpMs: 3_000, durationMs: 10_000, connections: 8, parties: 300_000, requestsPerSecond: 0 } as const;
/** Each rings twice: 500 alerts a second, and three times as many. */
const [LARGE_PER_SECOND, MANY_LARGE_PER_SECOND] = [250, 750];
/** So that no endpoint is sent to more slowly than alerts come. */
const CHOICES = { ratePerSecondMax: 5_000, concurrencyMax: 32 };
const CHARTS = OVERVIEW.map(({ id }) => id);

type Whole = Parameters<Parameters<typeof withWholeProcess>[1]>[0];

interface Carried {
  readonly eventsPerSecond: number;
  readonly serverCpuMicrosPerEvent: number;
  /** Time of the load, its warm-up included. */
  readonly loadSeconds: number;
}

interface Beside extends Carried {
  readonly webhooksPerSecond: number;
  readonly failed: number;
}

export async function benchBeside(): Promise<BesideResult> {
  return withReceivers(async (receivers) => {
    const usual = await compare(receivers, LARGE_PER_SECOND, ROUNDS);
    const many = await compare(receivers, MANY_LARGE_PER_SECOND, 1);
    const of = (rounds: readonly Carried[], figure: 'eventsPerSecond' | 'serverCpuMicrosPerEvent') =>
      mean(rounds.map((one) => one[figure]));
    const percent = ({ alone, beside }: typeof usual) =>
      (100 * of(beside, 'eventsPerSecond')) / of(alone, 'eventsPerSecond');
    const webhooks = ({ beside }: typeof usual) => mean(beside.map(({ webhooksPerSecond }) => webhooksPerSecond));
    return {
      aloneEventsPerSecond: Math.round(of(usual.alone, 'eventsPerSecond')),
      besideEventsPerSecond: Math.round(of(usual.beside, 'eventsPerSecond')),
      besidePercent: percent(usual),
      besideWebhooksPerSecond: Math.round(webhooks(usual)),
      aloneServerCpuMicrosPerEvent: of(usual.alone, 'serverCpuMicrosPerEvent'),
      besideServerCpuMicrosPerEvent: of(usual.beside, 'serverCpuMicrosPerEvent'),
      besideManyPercent: percent(many),
      besideManyWebhooksPerSecond: Math.round(webhooks(many)),
      besideUnexpectedAnswers: [...usual.beside, ...many.beside].reduce((sum, { failed }) => sum + failed, 0),
    };
  });
}

async function compare(receivers: Receivers, largePerSecond: number, rounds: number) {
  const [alone, beside]: [Carried[], Beside[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    alone.push(await withWholeProcess(SETTINGS, (whole) => carry(whole, largePerSecond)));
    beside.push(await withWholeProcess(SETTINGS, (whole) => carryBeside(whole, receivers, largePerSecond)));
  }
  return { alone, beside };
}

/** Events a second that are acknowledged while it is loaded, and what each costs until all of them are judged. */
async function carry({ address, engine }: Whole, largePerSecond: number): Promise<Carried> {
  const task = { ...LOAD, largePerSecond, address, key: BENCH_KEY, prefix: 'bench', batchSize: BATCH_SIZE } as const;
  const before = process.cpuUsage();
  const { requests, requestsInAll, seconds } = await measure({ ...task, kind: 'batches' });
  await engine.caughtUp();
  const { user, system } = process.cpuUsage(before);
  return {
    eventsPerSecond: (requests * BATCH_SIZE) / seconds,
    serverCpuMicrosPerEvent: (user + system) / (requestsInAll * BATCH_SIZE),
    loadSeconds: seconds + LOAD.warmUpMs / 1_000,
  };
}

/** The same with everything else that a process is asked to do meanwhile. */
async function carryBeside(whole: Whole, receivers: Receivers, largePerSecond: number): Promise<Beside> {
  await subscribeByHttp(whole.address, [receivers.healthy], CHOICES);
  const before = (await receivers.ask('count')).count;
  const close = await openConsole(whole.address);
  const carried = await carry(whole, largePerSecond);
  await settled(receivers);
  const webhooks = (await receivers.ask('count')).count - before;
  return { ...carried, webhooksPerSecond: webhooks / carried.loadSeconds, failed: await close() };
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
