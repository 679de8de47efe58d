/**
 * Route and tasks on a real log in this process, step by step: a test decides when what happens, what
 * time it is, and when the process dies.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Route } from '../../processors/route.ts';
import { parseSettings } from '../../processors/rules/settings.ts';
import { boundariesFolder } from '../../processors/score/boundaries.ts';
import { Counters } from '../../processors/score/counters.ts';
import { OUTPUT_TOPICS, outputRecord } from '../../processors/score/outputs.ts';
import { TaskRunner } from '../../processors/score/runner.ts';
import { Intake } from '../../producers/intake.ts';
import { systemNow } from '../../runtime/clock.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { type CheckpointStore, openCheckpoints } from '../../runtime/store/checkpoint-store.ts';
import { LocalStore } from '../../runtime/store/local-store.ts';
import { schemaOf } from '../../schemas/declare.ts';
import { BLOCKS } from '../../schemas/journal.ts';
import { SECOND_MS } from '../../schemas/time.ts';
import { BrokenConnection, type Faults, Life, mortalLog, mortalStore, NO_FAULTS } from './faults.ts';
import type { Json, Load } from './traffic.ts';

export interface RiverOptions {
  readonly folder: string;
  readonly partitions?: number;
  /** Time at the beginning. */
  readonly now?: number;
}

/** A log, what flows into it, and the time that it is there. */
export class River<L extends Log = EmbeddedLog> {
  readonly log: L;
  readonly folder: string;
  readonly #clock: { now: number };
  readonly #intake: Intake;
  #controls = 0;

  static async open({ folder, partitions = 3, now = Date.UTC(2026, 2, 2, 1) }: RiverOptions): Promise<River> {
    const clock = { now };
    const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions, now: () => clock.now });
    return River.#on(log, folder, clock);
  }

  /** A river on a log that is there already, which has a clock of its own. */
  static on<L extends Log>(log: L, { folder, now = systemNow() }: RiverOptions): Promise<River<L>> {
    return River.#on(log, folder, { now });
  }

  static async #on<L extends Log>(log: L, folder: string, clock: { now: number }): Promise<River<L>> {
    for (const { fingerprint, type } of Object.values(BLOCKS)) {
      await log.declareSchema(fingerprint, JSON.stringify(type.schema()));
    }
    for (const record of OUTPUT_TOPICS.map(outputRecord)) {
      await log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record)));
    }
    return new River(log, folder, clock);
  }

  private constructor(log: L, folder: string, clock: { now: number }) {
    this.log = log;
    this.folder = folder;
    this.#clock = clock;
    this.#intake = new Intake(log);
  }

  get now(): number {
    return this.#clock.now;
  }

  pass(durationMs: number): void {
    this.#clock.now += durationMs;
  }

  /** Appends as HTTP intake would. */
  async feed({ topic, events }: Load): Promise<void> {
    const filled = events.map((event): Json => {
      if (topic === 'control') return this.#control(event);
      return topic === 'approvals' ? this.#approval(event) : event;
    });
    await this.#intake.submit(topic, filled);
  }

  tick(): Promise<void> {
    return this.feed({ topic: 'control', events: [{ kind: 'tick' }] });
  }

  /** Where the checkpoints of a partition lie. */
  stateFolder(partition: number): string {
    return join(this.folder, 'state', `p-${partition}`);
  }

  store(partition: number): LocalStore {
    return new LocalStore(this.stateFolder(partition));
  }

  #control({ settings, ...fields }: Json): Json {
    return {
      by: 'admin',
      ...fields,
      ...(settings === undefined ? {} : { settings: parseSettings(settings as string, 'test.yaml') }),
      controlId: `control-${++this.#controls}`,
      at: new Date(this.now).toISOString(),
    };
  }

  #approval(event: Json): Json {
    const { transferId, revision, action, by } = event;
    const approvalId = `said-${JSON.stringify([transferId, revision, action, by])}`;
    return { ...event, approvalId, at: new Date(this.now).toISOString(), roles: ['approver'] };
  }
}

export interface ProcessOptions {
  readonly build?: string;
  readonly checkpointIntervalMs?: number;
  readonly faults?: Faults;
  /** Each checkpoint waits for it before it is written. */
  readonly beforeCheckpoint?: () => Promise<void>;
}

/** One life of the process that folds the river. */
export class RiverProcess {
  readonly life = new Life();
  readonly #river: River<Log>;
  readonly #route: Route;
  readonly #runners: TaskRunner[];
  readonly #stores: CheckpointStore[];

  constructor(river: River<Log>, options: ProcessOptions = {}) {
    const { build = 'build-1', checkpointIntervalMs = 5 * SECOND_MS, faults = NO_FAULTS, beforeCheckpoint } = options;
    this.#river = river;
    const log = mortalLog(river.log, this.life, faults);
    const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
    this.#stores = partitions.map((partition) => {
      const store = openCheckpoints(river.stateFolder(partition), log, partition);
      const mortal = mortalStore(store, `score-${partition}`, this.life, faults);
      return beforeCheckpoint === undefined
        ? mortal
        : { ...mortal, write: (write) => beforeCheckpoint().then(() => mortal.write(write)) };
    });
    this.#runners = partitions.map(
      (partition) =>
        new TaskRunner({
          log,
          store: this.#stores[partition] as CheckpointStore,
          boundaries: boundariesFolder(river.folder, partition),
          partition,
          build,
          checkpointIntervalMs,
          checkpointBytes: 1 << 20,
          now: () => river.now,
          counters: new Counters(),
        }),
    );
    this.#route = new Route({
      log,
      kinds: new Set(['device', 'operator']),
      folded: (partition) => (this.#runners[partition] as TaskRunner).position,
      onRouted: () => {},
    });
  }

  get tasks(): number {
    return this.#runners.length;
  }

  async start(): Promise<void> {
    for (const runner of this.#runners) await this.#alive(runner.restore());
    await this.#alive(this.#route.start());
  }

  /** Routes what there is; all of it is visible when this is over. */
  async route(): Promise<boolean> {
    await this.life.settled();
    const worked = await this.#alive(this.#route.step());
    await this.life.settled();
    return typeof worked === 'number' && worked > 0;
  }

  /** Lets a task fold one batch. What it commits may be under way when this is over. */
  async fold(partition: number): Promise<boolean> {
    const folded = await this.#alive((this.#runners[partition] as TaskRunner).step());
    return typeof folded === 'number' && folded > 0;
  }

  /** Works until nothing is left to do, or the process is dead. */
  async drain(): Promise<void> {
    for (let worked = true; worked && !this.life.ended; ) {
      worked = await this.route();
      for (let partition = 0; partition < this.tasks; partition++) worked = (await this.fold(partition)) || worked;
      await this.life.settled();
      worked ||= await this.#awaitsMore();
    }
  }

  /** Folds all that the journal holds and routes nothing: what the tasks void goes nowhere. */
  async foldAll(): Promise<void> {
    const { log } = this.#river;
    await log.committed('nobody');
    for (const [partition, runner] of this.#runners.entries()) {
      while (runner.position < log.end('journal', partition)) {
        if (!(await this.fold(partition))) await log.awaitAny([runner.reader]);
      }
    }
    await this.life.settled();
  }

  /** True, after a moment, where the log has more than has come in from where it is. */
  async #awaitsMore(): Promise<boolean> {
    const { log } = this.#river;
    await log.committed('nobody');
    const readers = [...this.#runners.map(({ reader }) => reader), ...this.#route.readers];
    const more = readers.some(({ topic, partition, position }) => position < log.end(topic, partition));
    if (more) await pause(2);
    return more;
  }

  /** A graceful stop. */
  async stop(): Promise<void> {
    await this.#alive(this.#route.stop());
    for (const runner of this.#runners) await this.#alive(runner.stop());
    if (this.life.ended) await this.kill();
  }

  /** Ends at once. What was handed to the log or the store already may still take effect, as at a real death. */
  async kill(): Promise<void> {
    this.life.end();
    await this.life.settled();
    for (const store of this.#stores) await store.close();
  }

  get river(): River<Log> {
    return this.#river;
  }

  /** What the process does while it lives. As in reality it dies of an error that it could not overcome. */
  async #alive<T>(work: Promise<T>): Promise<T | 'over'> {
    try {
      return await Promise.race([work, this.life.over.promise]);
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      this.life.end();
      return 'over';
    }
  }
}
