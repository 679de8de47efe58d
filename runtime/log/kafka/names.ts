/**
 * Names on the cluster: topics as they are called here behind a prefix, and the adapter's own three. `commits`
 * holds what each owner committed last, `schemas` each schema that some record carries, `state` the checkpoints
 * of the tasks; all of them are compacted.
 */
import { partitionsOf, TOPIC_NAMES, TOPICS } from '../../../schemas/topics.ts';
import type { Place } from './requests.ts';

export const COMMITS = 'commits';
export const SCHEMAS = 'schemas';
export const STATE = 'state';
/** Partitions of `commits` for owners that are not told apart by a number; which is whose. */
const COMMON_PARTITIONS = 4;
const COMMON: { readonly [owner: string]: number } = { route: 1, clickhouse: 2, webhooks: 3 };

export class Names {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  topic(name: string): string {
    return this.prefix + name;
  }

  /** All topics, by their names on the cluster, and how many partitions each has. */
  all(partitions: number): ReadonlyMap<string, number> {
    const counts = TOPIC_NAMES.map((name): [string, number] => {
      return [this.topic(name), partitionsOf(TOPICS[name], partitions)];
    });
    return new Map([
      ...counts,
      [this.topic(COMMITS), partitions + COMMON_PARTITIONS],
      [this.topic(SCHEMAS), 1],
      [this.topic(STATE), partitions],
    ]);
  }

  get schemas(): Place {
    return { topic: this.topic(SCHEMAS), partition: 0 };
  }

  stateOf(partition: number): Place {
    return { topic: this.topic(STATE), partition };
  }

  /**
   * Where an owner's commits go. An owner of one partition (`score-3`) has that partition of `commits`, so
   * that the open transaction of one keeps no other waiting, and so do the stages that there is one of.
   */
  commitsOf(owner: string, partitions: number): Place {
    const number = /-(\d+)$/.exec(owner)?.[1];
    const own = number === undefined ? null : Number(number);
    const partition = own !== null && own < partitions ? own : partitions + (COMMON[owner] ?? 0);
    return { topic: this.topic(COMMITS), partition };
  }

  /** The group whose members share the work. */
  get group(): string {
    return `${this.prefix}weir`;
  }

  transactionalId(owner: string): string {
    return `${this.prefix}weir-${owner}`;
  }
}
