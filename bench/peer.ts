/**
 * `npm run bench:peer`: the same transfers and the same seven rules on Kafka Streams and on Weir, one after
 * the other, each on a fresh broker with the same settings, and both checked against a plain recomputation.
 * `-- --json` prints one JSON line, `-- --transfers N` takes another number than 1,000,000; the parts
 * `throughput` and `latency` can be asked for by name.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaCluster } from '../test/support/kafka/cluster.ts';
import { RegistryServer } from '../test/support/registry-server.ts';
import { type LatencyFigures, weirLatency } from './peer/latency.ts';
import { cpuMicrosOf } from './peer/process.ts';
import { expectedHits, type PeerTransfer } from './peer/reference.ts';
import { compileStreams, loadStreams, runStreams, type StreamsFigures, streamsLatency } from './peer/streams.ts';
import { type Found, readPeerOutputs, readPeerTransfers, readWeirOutputs } from './peer/topics.ts';
import { loadWeir, PARTITIONS, PREFIX, sourceOf, WeirWorker } from './peer/weir.ts';

const THREADS = 2;
const RATE_PER_SECOND = 2_000;
const PRELOADED = 200_000;
const WARM_UP_MS = 15_000;
const MEASURE_MS = 20_000;

type Figures = { [name: string]: number | boolean };

interface Side {
  readonly transfersPerSecond: number;
  readonly cpuMicrosPerTransfer: number;
  readonly brokerMicrosPerTransfer: number;
}

const numberAfter = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const transfers = numberAfter('--transfers', 1_000_000);
const say = (text: string) => void process.stderr.write(`${text}\n`);

async function onFreshBroker<T>(use: (cluster: KafkaCluster, folder: string) => Promise<T>): Promise<T> {
  const cluster = await KafkaCluster.start();
  const folder = mkdtempSync(join(tmpdir(), 'weir-peer-'));
  try {
    return await use(cluster, folder);
  } finally {
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface StreamsRun {
  readonly figures: StreamsFigures;
  readonly found: Found;
  readonly input: PeerTransfer[];
}

function runPeer(): Promise<StreamsRun> {
  return onFreshBroker(async (cluster, folder) => {
    const options = { brokers: cluster.brokers.join(), brokerPid: cluster.pid(), transfers, threads: THREADS, folder };
    await loadStreams(options, transfers);
    const figures = await runStreams(options);
    return {
      figures,
      input: await readPeerTransfers(cluster.brokers),
      found: await readPeerOutputs(cluster.brokers),
    };
  });
}

function runWeir(input: readonly PeerTransfer[]): Promise<{ figures: Side; found: Found }> {
  return onFreshBroker(async (cluster, folder) => {
    const registry = await RegistryServer.start();
    const source = sourceOf(cluster.brokers, registry.url);
    await loadWeir(source, input);
    const brokerBefore = cpuMicrosOf(cluster.pid());
    const worker = new WeirWorker({ source, folder, partitions: PARTITIONS, threads: THREADS, transfers });
    const startedAt = await worker.running;
    const { cpuMicros } = await worker.done;
    const brokerMicros = cpuMicrosOf(cluster.pid()) - brokerBefore;
    await worker.stop();
    const found = await readWeirOutputs(cluster.brokers, PREFIX);
    await registry.stop();
    const seconds = (found.lastAppendAt - startedAt) / 1_000;
    return {
      found,
      figures: {
        transfersPerSecond: Math.round(transfers / seconds),
        cpuMicrosPerTransfer: cpuMicros / transfers,
        brokerMicrosPerTransfer: brokerMicros / transfers,
      },
    };
  });
}

function latencyOfPeer(): Promise<{ figures: LatencyFigures; input: PeerTransfer[] }> {
  return onFreshBroker(async (cluster, folder) => {
    const options = {
      brokers: cluster.brokers.join(),
      brokerPid: cluster.pid(),
      transfers: 0,
      threads: THREADS,
      folder,
    };
    await loadStreams(options, PRELOADED);
    const figures = await streamsLatency(options, {
      ratePerSecond: RATE_PER_SECOND,
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
      preloaded: PRELOADED,
    });
    return { figures, input: await readPeerTransfers(cluster.brokers) };
  });
}

/** Uses the transfers up: what is loaded beforehand would only be gone through whenever this process collects garbage. */
function latencyOfWeir(input: PeerTransfer[]): Promise<LatencyFigures> {
  return onFreshBroker(async (cluster, folder) => {
    const registry = await RegistryServer.start();
    const source = sourceOf(cluster.brokers, registry.url);
    await loadWeir(source, input.splice(0, PRELOADED));
    const worker = new WeirWorker({ source, folder, partitions: PARTITIONS, threads: THREADS, transfers: PRELOADED });
    await worker.done;
    const figures = await weirLatency({
      source,
      transfers: input,
      ratePerSecond: RATE_PER_SECOND,
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
    });
    await worker.stop();
    await registry.stop();
    return figures;
  });
}

/** What is missing, and what was told without cause or more than once. */
function compare(found: Found, expected: ReadonlySet<string>): { missing: number; extra: number; repeated: number } {
  const hits = new Set(found.hits);
  const missing = [...expected].filter((hit) => !hits.has(hit)).length;
  const extra = [...hits].filter((hit) => !expected.has(hit)).length;
  return { missing, extra, repeated: found.hits.length - hits.size };
}

async function throughput(): Promise<Figures> {
  say(`Kafka Streams, ${transfers.toLocaleString('en-US')} transfers …`);
  const peer = await runPeer();
  say('Weir, the same transfers …');
  const weir = await runWeir(peer.input);
  say('Recomputing what both must find …');
  const expected = expectedHits(peer.input);
  const [peerDiffers, weirDiffers] = [compare(peer.found, expected), compare(weir.found, expected)];
  const cpu = (side: Side) => side.cpuMicrosPerTransfer + side.brokerMicrosPerTransfer;
  const exact = ({ missing, extra, repeated }: typeof peerDiffers) => missing + extra + repeated === 0;
  const decidedOnce = new Set(weir.found.decided).size === transfers && weir.found.decided.length === transfers;
  return {
    throughputRatio: weir.figures.transfersPerSecond / peer.figures.transfersPerSecond,
    cpuRatio: cpu(peer.figures) / cpu(weir.figures),
    alertsExact: exact(weirDiffers) && decidedOnce,
    transfers,
    expectedAlerts: expected.size,
    weirTransfersPerSecond: weir.figures.transfersPerSecond,
    weirCpuMicrosPerTransfer: weir.figures.cpuMicrosPerTransfer,
    weirBrokerCpuMicrosPerTransfer: weir.figures.brokerMicrosPerTransfer,
    weirMissing: weirDiffers.missing,
    weirExtra: weirDiffers.extra,
    weirRepeated: weirDiffers.repeated,
    peerTransfersPerSecond: peer.figures.transfersPerSecond,
    peerCpuMicrosPerTransfer: peer.figures.cpuMicrosPerTransfer,
    peerBrokerCpuMicrosPerTransfer: peer.figures.brokerMicrosPerTransfer,
    peerAlertsExact: exact(peerDiffers),
  };
}

async function latency(): Promise<Figures> {
  say(`Latency at ${RATE_PER_SECOND.toLocaleString('en-US')}/s, Kafka Streams …`);
  const { figures: peer, input } = await latencyOfPeer();
  say('Weir, the same transfers …');
  const weir = await latencyOfWeir(input);
  return {
    weirLatencyP50Ms: weir.p50Ms,
    weirLatencyP99Ms: weir.p99Ms,
    peerLatencyP50Ms: peer.p50Ms,
    peerLatencyP99Ms: peer.p99Ms,
  };
}

async function main(): Promise<void> {
  say('Compiling the peer …');
  compileStreams();
  const asked = Object.entries({ throughput, latency }).filter(([name]) => process.argv.includes(name));
  const parts = asked.length > 0 ? asked.map(([, part]) => part) : [throughput, latency];
  const result: Figures = {};
  for (const part of parts) Object.assign(result, await part());
  if (process.argv.includes('--json')) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(name.padEnd(34), shown(value));
}

function shown(value: number | boolean): string {
  return typeof value === 'boolean' ? String(value) : value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

await main();
process.exit();
