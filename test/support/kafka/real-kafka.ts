/**
 * The Kafka that tests run against: brokers that `WEIR_TEST_KAFKA` names, else one that is started from its
 * jars. Topics are told apart by a prefix, so tests share brokers.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { RealPart } from '../real-parts.ts';
import { KafkaCluster } from './cluster.ts';
import { kafkaJars, whyNoJars } from './jars.ts';

const GIVEN = (process.env.WEIR_TEST_KAFKA ?? '').split(',').filter((broker) => broker !== '');

export const kafka: RealPart = {
  name: 'a Kafka broker',
  missing: GIVEN.length > 0 ? null : (whyNoJars()?.concat('; WEIR_TEST_KAFKA may name brokers instead') ?? null),
};

export interface TestKafka {
  readonly brokers: readonly string[];
  /** Class path of Kafka's own tools. */
  readonly classPath: string;
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
  beforeAll(async () => {
    if (GIVEN.length === 0) cluster = await KafkaCluster.start();
  }, 120_000);
  afterAll(() => cluster?.remove());
  return {
    get brokers() {
      return cluster?.brokers ?? GIVEN;
    },
    get classPath() {
      return join(kafkaJars(), '*');
    },
    sessionMs: GIVEN.length === 0 ? SESSION_MS : GIVEN_SESSION_MS,
    newPrefix: () => `t${randomBytes(4).toString('hex')}.`,
  };
}
