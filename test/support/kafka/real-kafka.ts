/**
 * The Kafka that tests run against: brokers that `WEIR_TEST_KAFKA` names, else one that testcontainers starts in
 * Docker, else one that is started from its jars. `WEIR_TEST_KAFKA=container` and `=jars` ask for one of these alone.
 * Topics are told apart by a prefix, so tests share brokers.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type KafkaLog, openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { RealPart } from '../real-parts.ts';
import { RegistryServer } from '../registry-server.ts';
import { KafkaCluster } from './cluster.ts';
import { type KafkaContainer, startKafkaContainer, whyNoContainers } from './container.ts';
import { kafkaJars, whyNoJars } from './jars.ts';

const run = promisify(execFile);
const ASKED = process.env.WEIR_TEST_KAFKA ?? '';
const GIVEN = ASKED === 'container' || ASKED === 'jars' ? [] : ASKED.split(',').filter((broker) => broker !== '');

/** Where the broker comes from; why there is none where there is none. */
function sourceOf(): 'given' | 'container' | 'jars' | { readonly missing: string } {
  if (GIVEN.length > 0) return 'given';
  const noContainers = ASKED === 'jars' ? 'not asked for' : whyNoContainers();
  if (noContainers === null) return 'container';
  const noJars = ASKED === 'container' ? 'not asked for' : whyNoJars();
  if (noJars === null) return 'jars';
  return { missing: `in a container: ${noContainers}; from jars: ${noJars}; WEIR_TEST_KAFKA may name brokers instead` };
}

const SOURCE = sourceOf();

export const kafka: RealPart = {
  name: 'a Kafka broker',
  missing: typeof SOURCE === 'string' ? null : SOURCE.missing,
};

/** For tests that stop and kill brokers, which nobody else’s are for. */
export const kafkaFromJars: RealPart = { name: 'a Kafka broker of its own', missing: whyNoJars() };

export interface TestKafka {
  readonly brokers: readonly string[];
  /** Runs a class of Kafka’s own tools, near the brokers; answers what it printed. */
  tool(name: string, args: readonly string[]): Promise<string>;
  newPrefix(): string;
  /** After so long without a sign of life a member of a group counts as lost: as short as the brokers let it be. */
  readonly sessionMs: number;
}

const SESSION_MS = 2_000;
/** The shortest that brokers take where nobody told them otherwise. */
const GIVEN_SESSION_MS = 6_000;

/** Brokers for the tests of one file. */
export function useKafka(): TestKafka {
  let cluster: KafkaCluster | null = null;
  let container: KafkaContainer | null = null;
  beforeAll(async () => {
    if (SOURCE === 'container') container = await containerOrNull();
    if (SOURCE === 'jars' || (SOURCE === 'container' && container === null)) cluster = await KafkaCluster.start();
  });
  afterAll(async () => {
    await container?.stop();
    await cluster?.remove();
  });
  return {
    get brokers() {
      return container?.brokers ?? cluster?.brokers ?? GIVEN;
    },
    tool: (name, args) => (container === null ? toolFromJars(name, args) : container.tool(name, args)),
    sessionMs: GIVEN.length === 0 ? SESSION_MS : GIVEN_SESSION_MS,
    newPrefix: () => `t${randomBytes(4).toString('hex')}.`,
  };
}

/** Where Docker cannot get the image, the jars may still do; where a container was asked for, it is that or nothing. */
async function containerOrNull(): Promise<KafkaContainer | null> {
  try {
    return await startKafkaContainer();
  } catch (error) {
    if (ASKED === 'container' || whyNoJars() !== null) throw error;
    console.warn(`Kafka runs from its jars, since no container could be started: ${(error as Error).message}`);
    return null;
  }
}

/** A log on these brokers with topics and schemas of its own; it closes with the test. */
export async function openLogOn(broker: TestKafka, partitions: number, prefix = broker.newPrefix()): Promise<KafkaLog> {
  const registry = await RegistryServer.start();
  const log = await openKafkaLog({
    connection: { brokers: broker.brokers, clientId: 'weir-test' },
    registry: { url: registry.url },
    prefix,
    makeTopics: { partitions },
  });
  onTestFinished(async () => {
    await log.close();
    await registry.stop();
  });
  return log;
}

/** The class path is that of the jars, whichever brokers the tool then speaks to. */
export async function toolFromJars(name: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('java', ['-cp', join(kafkaJars(), '*'), name, ...args]);
  return stdout;
}
