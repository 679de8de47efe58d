/**
 * A real Kafka cluster from its jars: brokers that are controllers too (KRaft), each a Java process with a
 * folder of its own. A test may stop, kill and start them again.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePorts } from '../ports.ts';
import { kafkaJars } from './jars.ts';

const JAVA = [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

export interface ClusterOptions {
  readonly nodes?: number;
  /** Further lines of each broker's properties. */
  readonly properties?: readonly string[];
  /** Port of a proxy through which the first broker is reached by whoever comes that way. */
  readonly proxyPort?: number;
}

interface Node {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Where the proxy reaches it. */
  readonly proxiedPort: number;
  readonly folder: string;
  process: ChildProcess | null;
}

export class KafkaCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), 'weir-kafka-'));
  readonly #classPath = join(kafkaJars(), '*');
  readonly #properties: readonly string[];
  readonly #proxyPort: number | null;
  #nodes: readonly Node[] = [];

  static async start(options: ClusterOptions = {}): Promise<KafkaCluster> {
    const cluster = new KafkaCluster(options);
    try {
      await cluster.#start(options.nodes ?? 1);
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  private constructor({ properties = [], proxyPort }: ClusterOptions) {
    this.#properties = properties;
    this.#proxyPort = proxyPort ?? null;
  }

  /** Where a proxy reaches the first broker. */
  get proxiedPort(): number {
    return (this.#nodes[0] as Node).proxiedPort;
  }

  /** Addresses for clients. */
  get brokers(): string[] {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** Process of a broker, for whoever looks at what it costs. */
  pid(index = 0): number {
    return this.#nodes[index]?.process?.pid as number;
  }

  /** Starts a broker that was stopped or killed, and waits until it listens. */
  async startNode(index = 0): Promise<void> {
    const node = this.#nodes[index] as Node;
    const output = createWriteStream(join(node.folder, 'output'), { flags: 'a' });
    const child = spawn('java', [...JAVA, '-cp', this.#classPath, 'kafka.Kafka', propertiesOf(node)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(output);
    child.stderr.pipe(output);
    node.process = child;
    const listens = async () => {
      if (child.exitCode !== null) throw new Error(`the broker ended: ${tailOf(node)}`);
      return isListening(node.port);
    };
    await eventually(`broker ${node.id} listens on ${node.port}`, listens);
  }

  /** Stops a broker in good order. */
  stopNode(index = 0): Promise<void> {
    return this.#end(this.#nodes[index] as Node, 'SIGTERM');
  }

  /** Kills a broker as a power cut would. */
  killNode(index = 0): Promise<void> {
    return this.#end(this.#nodes[index] as Node, 'SIGKILL');
  }

  /** Kills all and removes what they wrote. */
  async remove(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#end(node, 'SIGKILL')));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(count: number): Promise<void> {
    const ports = await freePorts(count * 3);
    this.#nodes = Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      port: ports[index * 3] as number,
      controllerPort: ports[index * 3 + 1] as number,
      proxiedPort: ports[index * 3 + 2] as number,
      folder: mkdtempSync(join(this.#folder, `node-${index + 1}-`)),
      process: null,
    }));
    const clusterId = newClusterId();
    for (const node of this.#nodes) this.#format(node, clusterId);
    await Promise.all(this.#nodes.map((_, index) => this.startNode(index)));
  }

  #format(node: Node, clusterId: string): void {
    const voters = this.#nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
    const copies = Math.min(3, this.#nodes.length);
    const lines = [
      'process.roles=broker,controller',
      `node.id=${node.id}`,
      `controller.quorum.voters=${voters.join(',')}`,
      `listeners=PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${node.port}`,
      'controller.listener.names=CONTROLLER',
      `log.dirs=${join(node.folder, 'log')}`,
      `default.replication.factor=${copies}`,
      `min.insync.replicas=${Math.max(1, copies - 1)}`,
      ...['offsets', 'transaction.state.log', 'share.coordinator.state'].map((of) => {
        return `${of}${of === 'transaction.state.log' ? '' : '.topic'}.replication.factor=${copies}`;
      }),
      `transaction.state.log.min.isr=${Math.max(1, copies - 1)}`,
      'share.coordinator.state.topic.min.isr=1',
      'offsets.topic.num.partitions=5',
      'transaction.state.log.num.partitions=5',
      'group.initial.rebalance.delay.ms=0',
      'group.min.session.timeout.ms=1000',
      'auto.create.topics.enable=false',
      ...(this.#proxyPort === null ? [] : proxiedBy(this.#proxyPort, node)),
      ...this.#properties,
    ];
    writeFileSync(propertiesOf(node), `${lines.join('\n')}\n`);
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', propertiesOf(node)];
    execFileSync('java', ['-cp', this.#classPath, ...format], { stdio: 'pipe' });
  }

  async #end(node: Node, signal: NodeJS.Signals): Promise<void> {
    const child = node.process;
    node.process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** A listener of its own: what brokers say to each other does not go through the proxy. Of two lines the later counts. */
function proxiedBy(proxyPort: number, { port, controllerPort, proxiedPort }: Node): string[] {
  const host = '127.0.0.1';
  return [
    `listeners=PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort},PROXIED://${host}:${proxiedPort}`,
    `advertised.listeners=PLAINTEXT://${host}:${port},PROXIED://${host}:${proxyPort}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    'inter.broker.listener.name=PLAINTEXT',
  ];
}

/** Kafka’s form of 128 random bits. An id that begins with a dash is read as an option, so the highest bit is zero. */
function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('base64url');
}

function propertiesOf({ folder }: Node): string {
  return join(folder, 'server.properties');
}

function tailOf({ folder }: Node): string {
  return readFileSync(join(folder, 'output'), 'utf8').slice(-2_000);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
