/**
 * The peer: the same rules on Kafka Streams (`kafka-streams/`), compiled and run with Java against the
 * brokers given. Its README says what it does and what was measured elsewhere.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from './process.ts';

const PROJECT = join(import.meta.dirname, 'kafka-streams');
const LOGS = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';

export interface StreamsFigures {
  readonly transfersPerSecond: number;
  /** CPU of the application and of the broker in the measured window, µs. */
  readonly cpuMicrosPerTransfer: number;
  readonly brokerMicrosPerTransfer: number;
}

export interface StreamsOptions {
  readonly brokers: string;
  readonly brokerPid: number;
  readonly transfers: number;
  readonly threads: number;
  /** Folder for its RocksDB stores. */
  readonly folder: string;
}

/** Compiles it, where that was not done yet. */
export function compileStreams(): void {
  const libraries = librariesFolder();
  const maven = (...goals: string[]) => {
    execFileSync('mvn', ['-q', '-B', '-f', join(PROJECT, 'pom.xml'), ...goals], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  };
  if (!existsSync(libraries) || readdirSync(libraries).length === 0) {
    mkdirSync(libraries, { recursive: true });
    try {
      maven('dependency:copy-dependencies', `-DoutputDirectory=${libraries}`, '-DincludeScope=runtime');
    } catch (error) {
      rmSync(libraries, { recursive: true });
      throw error;
    }
  }
  if (!existsSync(join(PROJECT, 'target', 'classes', 'peer', 'App.class'))) maven('compile');
}

/** Makes the peer's topics and loads so many transfers. */
export async function loadStreams({ brokers, brokerPid }: StreamsOptions, transfers: number): Promise<void> {
  await runToEnd('java', [...javaOf(brokers, brokerPid), '-Xmx512m', 'peer.Gen', String(transfers)]);
}

/** Runs it until all transfers are through and committed. */
export async function runStreams(options: StreamsOptions): Promise<StreamsFigures> {
  const { brokers, brokerPid, transfers, threads, folder } = options;
  const app = ['-Xms2g', '-Xmx2g', '-XX:+UseParallelGC', `-Dthreads=${threads}`, `-Dstate.dir=${folder}`];
  const output = await runToEnd('java', [...app, ...javaOf(brokers, brokerPid), `-Dexpect=${transfers}`, 'peer.App']);
  return {
    transfersPerSecond: figureIn(output, 'tps'),
    cpuMicrosPerTransfer: figureIn(output, 'app_us'),
    brokerMicrosPerTransfer: figureIn(output, 'broker_us'),
  };
}

/** Java's arguments before the class, common to all of its programs. */
export function javaOf(brokers: string, brokerPid: number): string[] {
  const classPath = [join(PROJECT, 'target', 'classes'), join(librariesFolder(), '*')].join(':');
  return [`-Dbootstrap=${brokers}`, `-Dbroker.pid=${brokerPid}`, LOGS, '-cp', classPath];
}

function librariesFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'weir', 'kafka-streams-4.3.0');
}

export interface StreamsLoad {
  readonly ratePerSecond: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Transfers that were loaded before. */
  readonly preloaded: number;
}

/** Runs it beside a paced producer, and reads how long decisions took, ms. */
export async function streamsLatency(options: StreamsOptions, load: StreamsLoad) {
  const { brokers, brokerPid, threads, folder } = options;
  const own = ['-Xms2g', '-Xmx2g', '-XX:+UseParallelGC', `-Dthreads=${threads}`, `-Dstate.dir=${folder}`];
  const app = spawn('java', [...own, ...javaOf(brokers, brokerPid), 'peer.App'], { stdio: 'ignore' });
  try {
    const { ratePerSecond, warmUpMs, measureMs, preloaded } = load;
    const paced = [ratePerSecond, warmUpMs / 1_000, measureMs / 1_000, preloaded].map(String);
    const output = await runToEnd('java', [
      '-Xmx512m',
      `-Dapp.pid=${app.pid}`,
      ...javaOf(brokers, brokerPid),
      'peer.Latency',
      ...paced,
    ]);
    return {
      p50Ms: figureIn(output, 'p50'),
      p99Ms: figureIn(output, 'p99'),
      decided: figureIn(output, 'measured'),
    };
  } finally {
    const ended = once(app, 'exit');
    app.kill('SIGTERM');
    await ended;
  }
}

/** A figure that one of its programs told as `name=number`. */
function figureIn(output: string, name: string): number {
  const found = new RegExp(`\\b${name}=([0-9.]+)`).exec(output);
  if (found === null) throw new Error(`the peer told no ${name}: ${output}`);
  return Number(found[1]);
}
