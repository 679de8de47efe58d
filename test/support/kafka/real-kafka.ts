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
}

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
    newPrefix: () => `t${randomBytes(4).toString('hex')}.`,
  };
}
