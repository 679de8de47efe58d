/**
 * Route: public topics to the journal. It merges its inputs by `min(at, seen)`, since without the merge
 * catching up would make events late by hours; it has no state but its position, and commits journal,
 * dead letters and positions in one step.
 */
import type { BatchTimes } from '../runtime/batch-times.ts';
import { Commits } from '../runtime/log/commits.ts';
import { Conformer } from '../runtime/log/conform.ts';
import type { Log, Position, Reader, RecordBatch } from '../runtime/log/port.ts';
import type { Declared } from '../schemas/declare.ts';
import { EVENTS, type EventTopic } from '../schemas/journal.ts';
import type { SubjectKind } from '../schemas/subjects.ts';
import { partitionsOf, TOPICS } from '../schemas/topics.ts';
import { type Peeked, Router, type Source } from './route/router.ts';

/** What one commit carries at most. */
const COMMIT_BYTES_MAX = 8 << 20;
const COMMIT_RECORDS_MAX = 65_536;
/** Journal records that a partition's task may lie behind before route waits for it. */
const AHEAD_RECORDS_MAX = 4_096;

export interface RouteOptions {
  readonly log: Log;
  readonly kinds: ReadonlySet<SubjectKind>;
  /** Next journal offset of each partition's task, where it is known in this process. */
  readonly folded: (partition: number) => number;
  readonly onRouted: (entries: number) => void;
  readonly onCommitted?: (durationMs: number) => void;
  /** Where batches are traced. */
  readonly times?: BatchTimes | null;
}

/** One partition of one input, with the record that is next. */
interface Input {
  readonly reader: Reader;
  readonly topic: EventTopic;
  /** Committed end as read at start: until it is reached, the input is waited for. */
  readonly awaited: number;
  /** Where the record that is next came from; filled anew for each. */
  readonly source: Source;
  batch: RecordBatch | null;
  /** Why values of the batch are not as declared, by index. */
  problems: ReadonlyMap<number, string> | null;
  readonly conformer: Conformer<unknown>;
  index: number;
  peeked: Peeked | null;
}

export class Route {
  readonly #options: RouteOptions;
  readonly #router: Router;
  readonly #commits: Commits;
  #inputs: Input[] = [];
  /** Earliest and latest event time since somebody asked last. */
  #earliest = Number.POSITIVE_INFINITY;
  #latest = Number.NEGATIVE_INFINITY;
  #started = false;
  readonly #abandoning = new AbortController();

  constructor(options: RouteOptions) {
    this.#options = options;
    this.#router = new Router({ partitions: options.log.partitions, kinds: options.kinds });
    this.#commits = new Commits('route', options.log.committer('route'), (durationMs) => {
      options.onCommitted?.(durationMs);
      options.times?.acknowledged();
    });
  }

  /** Goes on where an earlier router ended; answers false where it was abandoned while it waited for the log. */
  async start(): Promise<boolean> {
    const { signal } = this.#abandoning;
    try {
      this.#open((await this.#commits.fence(signal)).positions);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      return false;
    }
    await this.#retain();
    this.#started = true;
    return true;
  }

  /** Ends the start early, because routing is wanted elsewhere. */
  abandon(): void {
    this.#abandoning.abort();
  }

  #open(positions: readonly Position[]): void {
    const { log } = this.#options;
    const known = new Map(positions.map((one) => [`${one.topic}/${one.partition}`, one.offset]));
    for (const topic of Object.keys(EVENTS) as EventTopic[]) {
      for (let partition = 0; partition < partitionsOf(TOPICS[topic], log.partitions); partition++) {
        const from = known.get(`${topic}/${partition}`) ?? log.start(topic, partition);
        const reader = log.reader(topic, partition, from, { durable: false, reuse: true });
        const source = { topic, partition, offset: from, seen: 0 };
        const awaited = log.end(topic, partition);
        const conformer = new Conformer(log, EVENTS[topic] as unknown as Declared<unknown>);
        const none = { batch: null, problems: null, index: 0, peeked: null };
        this.#inputs.push({ reader, topic, awaited, source, conformer, ...none });
      }
    }
  }

  /** What route waits for when it has nothing to do: where an input must be waited for, nothing else helps. */
  get readers(): Reader[] {
    const awaited = this.#inputs.filter((input) => input.batch === null && !input.reader.ready() && isAwaited(input));
    return (awaited.length > 0 ? awaited : this.#inputs).map((input) => input.reader);
  }

  /** Routes and commits what one commit can carry, and answers how many records; 0 where there is nothing, or the tasks are far behind. */
  async step(): Promise<number> {
    if (this.#isFarAhead()) return 0;
    this.#options.times?.begin();
    const live = this.#readyInputs();
    let records = 0;
    while (live.length > 0 && records < COMMIT_RECORDS_MAX && this.#router.bytes < COMMIT_BYTES_MAX) {
      const place = firstOf(live);
      const input = live[place]!;
      this.#take(input);
      records++;
      if (!this.#peek(input)) live.splice(place, 1);
    }
    if (records > 0) await this.#commit(records);
    return records;
  }

  /** Resolves when what was routed can be read. */
  settled(): Promise<void> {
    return this.#commits.settled();
  }

  async stop(): Promise<void> {
    // Without its inputs it would tell the log that it needs none of them.
    if (!this.#started) return this.drop();
    await this.#commits.settled();
    await this.#commits.flushed();
    await this.#retain();
    await this.#commits.release();
  }

  /** Forgets all and commits nothing more: another took over. */
  async drop(): Promise<void> {
    this.abandon();
    await Promise.allSettled([this.#commits.settled()]);
    await this.#commits.release();
  }

  /**
   * The inputs that have a record; none while one must be waited for. Looked at once a commit: asking
   * every input for every record would cost more than routing it.
   */
  #readyInputs(): Input[] {
    const live: Input[] = [];
    for (const input of this.#inputs) {
      if (this.#peek(input)) live.push(input);
      else if (isAwaited(input)) return [];
    }
    return live;
  }

  #peek(input: Input): boolean {
    if (input.peeked !== null) return true;
    const { reader, source } = input;
    if (input.batch === null) {
      if (!reader.ready()) return false;
      const polled = reader.poll();
      if (polled === null) return false;
      const { batch, problems } = input.conformer.conform(polled);
      input.batch = batch;
      input.problems = problems;
      input.index = 0;
      source.partition = batch.partition;
      source.seen = batch.seen;
    }
    const { body, ends } = input.batch.values;
    source.offset = input.batch.baseOffset + input.index;
    const problem = input.problems?.get(input.index);
    input.peeked =
      problem === undefined
        ? this.#router.peek(source, body, startOf(input), ends[input.index]!)
        : { time: source.seen, event: null, problem };
    return true;
  }

  #take(input: Input): void {
    const { count, body, ends } = input.batch!.values;
    const { time } = input.peeked!;
    if (time < this.#earliest) this.#earliest = time;
    if (time > this.#latest) this.#latest = time;
    this.#router.route(input.source, body, input.peeked!, startOf(input), ends[input.index]!);
    input.peeked = null;
    if (++input.index === count) input.batch = null;
  }

  /** Commits once the commit before is acknowledged. */
  async #commit(records: number): Promise<void> {
    const positions = this.positions();
    const { entries } = this.#router.journal;
    const outputs = this.#router.take();
    this.#options.times?.sending(records);
    await this.#commits.send({ outputs, positions, state: Buffer.alloc(0) });
    this.#options.onRouted(entries);
  }

  /** From the earliest to the latest event time of what was routed since the last call, ms; 0 where nothing was. */
  takeSpread(): number {
    const spread = Math.max(0, this.#latest - this.#earliest);
    this.#earliest = Number.POSITIVE_INFINITY;
    this.#latest = Number.NEGATIVE_INFINITY;
    return spread;
  }

  /** Append time of what was read last of each input; 0 before the first. */
  seen(): number[] {
    return this.#inputs.map(({ source }) => source.seen);
  }

  /** Next offset of each input. */
  positions(): Position[] {
    return this.#inputs.map(({ reader, batch, index }) => ({
      topic: reader.topic,
      partition: reader.partition,
      offset: batch === null ? reader.position : batch.baseOffset + index,
    }));
  }

  /** Tells the log what route still needs of its inputs. */
  async #retain(): Promise<void> {
    await this.#options.log.retain('route', this.positions());
  }

  #isFarAhead(): boolean {
    const { log, folded } = this.#options;
    for (let partition = 0; partition < log.partitions; partition++) {
      if (log.end('journal', partition) - folded(partition) > AHEAD_RECORDS_MAX) return true;
    }
    return false;
  }
}

function isAwaited({ reader, awaited, topic }: Input): boolean {
  return reader.position < awaited && topic !== 'voids';
}

/** Place of the input whose record belongs first. Voids pass the merge by: what they take back must not count a moment longer. */
function firstOf(live: readonly Input[]): number {
  let first = 0;
  for (let place = 0; place < live.length; place++) {
    const input = live[place]!;
    if (input.topic === 'voids') return place;
    if (input.peeked!.time < live[first]!.peeked!.time) first = place;
  }
  return first;
}

/** Where the next record of the batch begins. */
function startOf({ batch, index }: Input): number {
  return index === 0 ? 0 : batch!.values.ends[index - 1]!;
}
