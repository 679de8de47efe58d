/**
 * `npm run bench`: one table of what Weir carries on this machine; `-- --json` prints one JSON line.
 * CPU time is the steady figure; throughput and latency are those of a quiet machine. Parts can be
 * asked for by name: `npm run bench -- embedded late`.
 */
import { cpus } from 'node:os';
import { benchBeside } from './beside.ts';
import { benchEmbedded } from './embedded.ts';
import { benchLateLegs } from './late-legs.ts';
import { benchMemory } from './memory.ts';
import { benchPanels } from './panels.ts';
import { benchRestart } from './restart.ts';
import { benchServer } from './server.ts';
import { benchTakeover } from './takeover.ts';
import { benchWebhooks } from './webhooks.ts';

type Figures = { [name: string]: number };

const PARTS: { readonly [name: string]: () => Promise<Figures> } = {
  embedded: async () => ({ ...(await benchEmbedded({ transfers: 1_000_000, parties: 50_000, seed: 7 })) }),
  beside: async () => ({ ...(await benchBeside()) }),
  http: async () => ({ ...(await benchServer()) }),
  late: async () => ({ ...benchLateLegs() }),
  memory: async () => ({ bytesPerPartyOf40Legs: await benchMemory() }),
  panels: async () => ({ ...(await benchPanels(10_000_000)) }),
  restart: async () => ({ ...(await benchRestart()) }),
  takeover: async () => ({ ...(await benchTakeover({ transfers: 500_000, parties: 100_000, seed: 7 })) }),
  webhooks: async () => ({ ...(await benchWebhooks()) }),
};

/** What each figure is, with its unit, and what it has to reach. */
const ROWS: { readonly [name: string]: readonly [title: string, unit: string, reach: string, aim: string] } = {
  transfers: ['Loaded log to last decision queryable', 'transfers', '', ''],
  alerts: ['  alerts and revisions of alerts on the way', 'rows', '', ''],
  transfersPerSecond: ['  throughput', 'transfers/s', '≥ 100,000', '≥ 200,000'],
  cpuMicrosPerTransfer: ['  CPU', 'µs/transfer', '≤ 14', '≤ 9'],
  allRowsTransfersPerSecond: ['  throughput until every leg is in ClickHouse too', 'transfers/s', '', ''],
  allRowsCpuMicrosPerTransfer: ['  CPU until then', 'µs/transfer', '', ''],
  floorCpuMicrosPerTransfer: ['  floor: only decoding the same events', 'µs/transfer', '', ''],
  floorSharePercent: ['  share of the floor', '%', 'printed', ''],
  httpBatchEventsPerSecond: ['HTTP, batches of 100, acknowledged durable', 'events/s', '≥ 20,000', '≥ 50,000'],
  httpBatchServerCpuMicrosPerEvent: ['  CPU of the server', 'µs/event', '', ''],
  httpBatchP99Ms: ['  p99 of a batch', 'ms', '', ''],
  httpSingleRequestsPerSecond: ['HTTP single with ?wait=decision', 'requests/s', '1,000', ''],
  httpSingleP50Ms: ['  p50', 'ms', '', ''],
  httpSingleP99Ms: ['  p99', 'ms', '≤ 50', '≤ 15'],
  httpSingleServerCpuMicrosPerRequest: ['  CPU of the server', 'µs/request', '', ''],
  httpUnexpectedAnswers: ['  other answers than expected', 'answers', '0', ''],
  aloneEventsPerSecond: ['HTTP batches of a process by itself', 'events/s', '', ''],
  besideEventsPerSecond: ['  with a console open and webhooks on', 'events/s', '', ''],
  besidePercent: ['  of it', '%', '≥ 90', ''],
  besideWebhooksPerSecond: ['  alerts, each sent as a webhook', 'alerts/s', '500', ''],
  aloneServerCpuMicrosPerEvent: ['  CPU of the server by itself, until all is judged', 'µs/event', '', ''],
  besideServerCpuMicrosPerEvent: ['  and with those', 'µs/event', '', ''],
  besideManyPercent: ['  of it where three times as many ring', '%', '', ''],
  besideManyWebhooksPerSecond: ['  alerts, each sent as a webhook', 'alerts/s', '', ''],
  besideUnexpectedAnswers: ['  answers to the console other than expected', 'answers', '0', ''],
  lateLegMinuteMicros: ['Late leg among 50,000, one minute late', 'µs', '≤ 50', '≤ 5'],
  lateLegHourMicros: ['  one hour late', 'µs', '≤ 50', '≤ 5'],
  lateLegSixDaysMicros: ['  six days late', 'µs', '≤ 50', '≤ 5'],
  judgingAgainHourMicros: ['  moving all windows over one late hour', 'µs', 'apart', ''],
  bytesPerPartyOf40Legs: ['Memory of a party with 40 legs', 'bytes', '≤ 5,120', '≤ 2,048'],
  panelDecisions: ['Panels of dashboards and console, decisions in ClickHouse', 'decisions', '10,000,000', ''],
  panelMedianMs: ['  a panel, over a day and over a month, median', 'ms', '', ''],
  panelSlowestMs: ['  the slowest', 'ms', '≤ 200', ''],
  panelCpuMs: ['  CPU, median', 'ms', '', ''],
  panelMostCpuMs: ['  CPU of the dearest', 'ms', '', ''],
  alertListMedianMs: ['List of alerts over HTTP, of 100,000, median', 'ms', '≤ 300', '≤ 100'],
  alertListSlowestMs: ['  slowest', 'ms', '≤ 300', '≤ 100'],
  alertListCpuMs: ['  CPU, median', 'ms', '', ''],
  alertPageMedianMs: ['An alert with its legs, median', 'ms', '≤ 300', '≤ 100'],
  alertPageSlowestMs: ['  slowest', 'ms', '≤ 300', '≤ 100'],
  alertPageCpuMs: ['  CPU, median', 'ms', '', ''],
  partyPageMedianMs: ['A party with its history, median', 'ms', '≤ 300', '≤ 100'],
  partyPageSlowestMs: ['  slowest', 'ms', '≤ 300', '≤ 100'],
  partyPageCpuMs: ['  CPU, median', 'ms', '', ''],
  partyFlowMedianMs: ['  what came in and went out by day, median', 'ms', '≤ 300', '≤ 100'],
  partyFlowSlowestMs: ['  slowest', 'ms', '≤ 300', '≤ 100'],
  partyFlowCpuMs: ['  CPU, median', 'ms', '', ''],
  approvalsMedianMs: ['What waits for approval, median', 'ms', '≤ 300', '≤ 100'],
  approvalsSlowestMs: ['  slowest', 'ms', '≤ 300', '≤ 100'],
  approvalsCpuMs: ['  CPU, median', 'ms', '', ''],
  judgingAgainAfterKillMs: ['Judging again after kill −9 under load, median', 'ms', '≤ 5,000', '≤ 1,000'],
  judgingAgainAfterKillMaxMs: ['  slowest', 'ms', '', ''],
  judgingAgainOnePayeeMs: ['  where everybody pays one payee, median', 'ms', '', ''],
  judgingAgainOnePayeeMaxMs: ['  slowest', 'ms', '', ''],
  takeoverParties: ['Kafka: takeover of a partition by an empty worker', 'parties', '', ''],
  takeoverMs: ['  from its start to its first decision', 'ms', '≤ 30,000', '≤ 5,000'],
  takeoverRestoreMs: ['  until it had restored', 'ms', '', ''],
  takeoverRestoreCpuMs: ['  CPU until then', 'ms', '', ''],
  idleCpuPercent: ['  CPU of the worker when idle', '%', '≤ 1', ''],
  webhooksPerSecond: ['Webhooks delivered by one process', 'messages/s', '≥ 2,000', '≥ 5,000'],
  webhookCpuMicros: ['  CPU', 'µs/message', '', ''],
  webhooksPerSecondBesideDead: ['  with 40 dead subscriptions beside', 'messages/s', 'unchanged', ''],
  webhookAlertsPerSecond: ['Event acknowledged to webhook received', 'alerts/s', '500', ''],
  webhookP50Ms: ['  p50', 'ms', '', ''],
  webhookP99Ms: ['  p99', 'ms', '≤ 250', '≤ 100'],
  webhookP99BesideDeadMs: ['  p99 with ten dead endpoints beside', 'ms', 'unchanged', ''],
};

async function main(): Promise<void> {
  const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const unknown = asked.filter((word) => !(word in PARTS));
  if (unknown.length > 0) {
    throw new Error(`no part is called ${unknown.join(', ')}; expected some of ${Object.keys(PARTS).join(', ')}`);
  }
  const figures: Figures = {};
  for (const [name, part] of Object.entries(PARTS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    try {
      Object.assign(figures, await part());
    } catch (error) {
      // The other parts' figures are told all the same; the process ends with a failure.
      console.error(`${name}:`, error);
      process.exitCode = 1;
    }
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
  else printTable(figures);
}

function printTable(figures: Figures): void {
  console.log(`Weir bench · node ${process.version} · ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}\n`);
  console.log(line('Figure', 'measured', 'unit', 'reach', 'aim'));
  for (const [name, [title, unit, reach, aim]] of Object.entries(ROWS)) {
    const value = figures[name];
    if (value !== undefined) console.log(line(title, format(value), unit, reach, aim));
  }
}

function line(title: string, value: string, unit: string, reach: string, aim: string): string {
  return `${title.padEnd(50)} ${value.padStart(12)} ${unit.padEnd(12)} ${reach.padEnd(11)} ${aim}`.trimEnd();
}

function format(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
}

await main();
process.exit();
