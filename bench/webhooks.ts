/**
 * What webhooks carry: deliveries a second and their CPU in one process, with and without ten dead endpoints
 * beside, and how long it takes from an acknowledged event to its webhook, through the whole process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemNow, systemRandom } from '../runtime/clock.ts';
import { openEmbeddedLog } from '../runtime/log/embedded.ts';
import { ValueWriter } from '../runtime/log/values.ts';
import { SecretKey } from '../runtime/secret-key.ts';
import { alertRecord } from '../schemas/alert.ts';
import { type Transfer, transferRecord } from '../schemas/events/transfer.ts';
import { newSubscription } from '../sinks/webhook/bodies.ts';
import { Desk } from '../sinks/webhook/desk.ts';
import { declareSchemas } from '../sinks/webhook/schemas.ts';
import { startWebhookSender } from '../sinks/webhook/sender.ts';
import type { Listening, Taken } from './webhook-receivers.ts';
import { BENCH_KEY, withWholeProcess } from './whole-process.ts';

export interface WebhookBenchResult {
  readonly webhooksPerSecond: number;
  readonly webhookCpuMicros: number;
  readonly webhooksPerSecondBesideDead: number;
  readonly webhookAlertsPerSecond: number;
  readonly webhookP50Ms: number;
  readonly webhookP99Ms: number;
  readonly webhookP99BesideDeadMs: number;
}

const ALLOW = new Set(['localhost']);
const MESSAGES = 40_000;
const PARTITIONS = 16;
/** What one subscription may be sent at most is below what is measured. */
const SUBSCRIPTIONS = 4;
/** Each brings an alert on its payer and one on its payee. */
const TRANSFERS_PER_SECOND = 250;
const DURATION_MS = 15_000;
const WARM_UP_MS = 5_000;
const TICK_MS = 20;

export async function benchWebhooks(): Promise<WebhookBenchResult> {
  const alone = await withReceivers((receivers) => carry(receivers, false));
  const beside = await withReceivers((receivers) => carry(receivers, true));
  const through = await withReceivers((receivers) => latency(receivers, false));
  const throughBeside = await withReceivers((receivers) => latency(receivers, true));
  return {
    webhooksPerSecond: Math.round(alone.perSecond),
    webhookCpuMicros: alone.cpuMicros,
    webhooksPerSecondBesideDead: Math.round(beside.perSecond),
    webhookAlertsPerSecond: Math.round(through.alertsPerSecond),
    webhookP50Ms: percentile(through.latenciesMs, 50),
    webhookP99Ms: percentile(through.latenciesMs, 99),
    webhookP99BesideDeadMs: percentile(throughBeside.latenciesMs, 99),
  };
}

export interface Receivers extends Listening {
  ask(what: 'count' | 'times'): Promise<Taken>;
  keepTimes(): void;
}

export async function withReceivers<T>(work: (receivers: Receivers) => Promise<T>): Promise<T> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'webhook-receivers.ts'));
  try {
    const [listening] = (await once(child, 'message')) as [Listening];
    return await work({
      ...listening,
      ask: async (ask) => {
        child.send({ ask });
        const [taken] = (await once(child, 'message')) as [Taken];
        return taken;
      },
      keepTimes: () => void child.send({ ask: 'keep' }),
    });
  } finally {
    child.kill();
  }
}

/** A backlog of alerts, sent as fast as it goes. */
async function carry(receivers: Receivers, besideDead: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-webhooks-'));
  const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: PARTITIONS });
  const key = new SecretKey(Buffer.alloc(32, 1));
  const shared = { log, key, allow: ALLOW, now: systemNow };
  await declareSchemas(log);
  const desk = new Desk(shared);
  for (let index = 0; index < SUBSCRIPTIONS; index++)
    await subscribe(desk, receivers.healthy, besideDead ? receivers.dead : []);
  let done = 0;
  const finished = Promise.withResolvers<void>();
  const sender = await startWebhookSender({
    ...{ ...shared, random: systemRandom, version: 'bench' },
    onAttempt: ({ outcome }) => {
      if (outcome === 'delivered' && ++done === MESSAGES) finished.resolve();
    },
    onFault: (error) => finished.reject(error),
  });
  try {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    await appendAlerts(log, MESSAGES / SUBSCRIPTIONS);
    await finished.promise;
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { perSecond: MESSAGES / seconds, cpuMicros: (user + system) / MESSAGES };
  } finally {
    await sender.stop();
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function subscribe(desk: Desk, healthy: string, dead: readonly string[]): Promise<void> {
  for (const url of [healthy, ...dead]) {
    const choices = {
      url,
      title: 'Bench',
      topics: ['alerts'],
      restricted: true,
      ratePerSecondMax: 5_000,
      concurrencyMax: 32,
    };
    await desk.create(newSubscription.parse(choices), 'bench');
  }
}

async function appendAlerts(log: Awaited<ReturnType<typeof openEmbeddedLog>>, count: number): Promise<void> {
  const writer = new ValueWriter(1 << 20);
  await log.declareSchema(alertRecord.fingerprint, JSON.stringify(alertRecord.avro(new Set())));
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let index = 0; index < count / PARTITIONS; index++) {
      writer.write(alertRecord.type, { ...alertRecord.example, alertId: `pass-through:C-${partition}:${index}` });
    }
    await log.append({ topic: 'alerts', partition, fingerprint: alertRecord.fingerprint, values: writer.take() });
  }
}

/** The whole process: settled transfers so large that each must be reported, from both sides. */
async function latency(receivers: Receivers, besideDead: boolean) {
  return withWholeProcess({ WEIR_WEBHOOK_ALLOW: 'localhost' }, async ({ address, intake }) => {
    await subscribeByHttp(address, [receivers.healthy, ...(besideDead ? receivers.dead : [])]);
    const accepted = new Map<string, number>();
    const before = await receivers.ask('count');
    receivers.keepTimes();
    const startedAt = performance.now();
    for (let sent = 0; performance.now() - startedAt < WARM_UP_MS + DURATION_MS; ) {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * TRANSFERS_PER_SECOND);
      const transfers = Array.from({ length: due - sent }, (_, index) => largeTransfer(sent + index));
      sent = due;
      const isMeasured = performance.now() - startedAt >= WARM_UP_MS;
      void intake.append('transfers', transfers).then(() => {
        const at = performance.timeOrigin + performance.now();
        if (isMeasured) for (const { transferId } of transfers) accepted.set(transferId, at);
      });
      await pause(TICK_MS);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    await settled(receivers);
    const { at, count } = await receivers.ask('times');
    const latenciesMs = [...accepted]
      .map(([id, since]) => (at[id] ?? Number.POSITIVE_INFINITY) - since)
      .sort((a, b) => a - b);
    return { latenciesMs, alertsPerSecond: (count - before.count) / seconds };
  });
}

export async function subscribeByHttp(address: string, urls: readonly string[], choices: object = {}): Promise<void> {
  for (const url of urls) {
    const body = JSON.stringify({ url, title: 'Bench', topics: ['alerts'], restricted: true, ...choices });
    const headers = { authorization: `Bearer ${BENCH_KEY}`, 'content-type': 'application/json' };
    const response = await fetch(`${address}/v1/webhooks`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`not subscribed: ${await response.text()}`);
  }
}

function largeTransfer(number: number): Transfer {
  return {
    ...transferRecord.example,
    transferId: `bench-${number}`,
    eventId: null,
    status: 'settled',
    at: systemNow(),
    debtor: { ...transferRecord.example.debtor, party: `P-${number}`, account: `a-${number}` },
    creditor: { ...transferRecord.example.creditor, party: `Q-${number}`, account: `b-${number}` },
    amount: { minor: 900_000_000, currency: 'CNY' },
  };
}

/** Resolves when nothing has come for a second. */
export async function settled(receivers: Receivers): Promise<void> {
  for (let before = -1; ; ) {
    const { count } = await receivers.ask('count');
    if (count === before) return;
    before = count;
    await pause(1_000);
  }
}

function percentile(ascending: readonly number[], percent: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor((ascending.length * percent) / 100))] ?? Number.NaN;
}
