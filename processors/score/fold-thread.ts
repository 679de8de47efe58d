/**
 * What one thread takes care of: tasks of journal partitions, and route where it was given it. Shares come and go
 * while it works. One that comes is restored beside the others, which fold on; one that goes is left alone at the end
 * of a pass, finishes its commit and its checkpoint, and is forgotten.
 */
import { isWeirError } from '../../runtime/errors.ts';
import type { Share } from '../../runtime/log/ownership.ts';
import type { Log, Position, Reader } from '../../runtime/log/port.ts';
import { Route, type RouteOptions } from '../route.ts';
import type { Counters } from './counters.ts';
import { TaskRunner, yieldToOthers } from './runner.ts';

export interface FoldThreadOptions {
  readonly log: Log;
  readonly counters: Counters;
  readonly newRunner: (partition: number) => TaskRunner;
  readonly newRoute: (folded: RouteOptions['folded']) => Route;
  /** Another took over a share; it was dropped here. */
  readonly onFenced: (share: Share, error: Error) => void;
}

/** A position, and the append time of what was read last before it; 0 before the first. */
export interface ReadPosition extends Position {
  readonly seen: number;
}

interface Part {
  readonly share: Share;
  readonly work: TaskRunner | Route;
  /** Its turn to begin has come. */
  beginning: boolean;
  /** Its beginning is over, or will never be, so that it can be ended. */
  active: boolean;
  /** It began wholly, and may be in the passes; false where that was broken off, or is still under way. */
  begun: boolean;
  /** Wanted elsewhere: how it is to end, and who waits for it. */
  ending: { readonly lost: boolean; readonly ended: PromiseWithResolvers<void> } | null;
}

/**
 * Records of a pass up to which the next waits for the disk. A commit costs the same for one record as
 * for a hundred, so events that trickle in are gathered for as long as the disk is busy anyway.
 */
const SMALL_PASS = 512;

export class FoldThread {
  readonly #options: FoldThreadOptions;
  #parts: readonly Part[] = [];
  /** In the passes now. */
  #runners: readonly TaskRunner[] = [];
  #route: Route | null = null;
  /** One after the other: each restores faster, and those before it fold already. */
  #beginning: Promise<void> = Promise.resolve();
  readonly #endings = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #wake = Promise.withResolvers<void>();
  #stopping = false;

  constructor(options: FoldThreadOptions) {
    this.#options = options;
  }

  /** Resolves when all of them are in work, or wanted elsewhere already. */
  take(shares: readonly Share[]): Promise<void> {
    const parts = shares.map((share) => this.#newPart(share));
    this.#parts = [...this.#parts, ...parts];
    this.#beginning = this.#beginning.then(async () => {
      for (const part of parts) await this.#begin(part);
    });
    this.#beginning = this.#beginning.catch((error) => this.#fail(error));
    return this.#beginning;
  }

  /** Resolves when others may take them. Of what is `lost` nothing more is committed. */
  async giveBack(shares: readonly Share[], lost: boolean): Promise<void> {
    const wanted = this.#parts.filter(({ share }) => shares.some((one) => isSame(one, share)));
    for (const part of wanted) {
      part.ending ??= { lost, ended: Promise.withResolvers() };
      // One that waits for its turn need not wait for what those before it may be waiting for.
      if (!part.beginning) part.active = true;
      if (!part.active) part.work.abandon();
    }
    this.#endWanted((part) => !part.begun);
    this.#wake.resolve();
    await Promise.all(wanted.map((part) => part.ending?.ended.promise));
  }

  /** Ends when stopped: everything folded is committed and a checkpoint stands at the committed position. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      await this.#pass();
      this.#refuseFailed();
    }
    await this.#beginning;
    const left = this.giveBack(
      this.#parts.map(({ share }) => share),
      false,
    );
    this.#endWanted();
    await Promise.all(this.#endings);
    this.#refuseFailed();
    await left;
  }

  stop(): void {
    this.#stopping = true;
    for (const { active, work } of this.#parts) if (!active) work.abandon();
    this.#wake.resolve();
  }

  get counters(): Counters {
    if (this.#route !== null) {
      this.#options.counters.set('weir_event_time_spread_seconds', this.#route.takeSpread() / 1_000);
    }
    return this.#options.counters;
  }

  /** Where route and the tasks stand: next offset to read, and the append time of what they read last. */
  positions(): ReadPosition[] {
    const tasks = this.#runners.map(({ reader, seen }) => {
      return { topic: 'journal', partition: reader.partition, offset: reader.position, seen };
    });
    const seen = this.#route?.seen() ?? [];
    const routed = (this.#route?.positions() ?? []).map((one, index) => ({ ...one, seen: seen[index] as number }));
    return [...tasks, ...routed];
  }

  async #pass(): Promise<void> {
    this.#endWanted();
    const route = this.#route;
    const routed = route === null ? 0 : await this.#step(route);
    // Little was routed: its own tasks find it in this pass, once it can be read.
    if (routed > 0 && routed < SMALL_PASS) await this.#guarded(route!, () => route!.settled());
    let folded = 0;
    const runners = this.#runners;
    for (const runner of runners) folded += await this.#step(runner);
    if (folded > 0 && folded < SMALL_PASS) await runners[0]!.flushed();
    else if (routed + folded > 0) await yieldToOthers();
    else await this.#rest();
  }

  async #step(work: TaskRunner | Route): Promise<number> {
    return (await this.#guarded(work, () => work.step())) ?? 0;
  }

  /** Where another took over, the part is dropped, and the rest goes on. */
  async #guarded<T>(work: TaskRunner | Route, step: () => Promise<T>): Promise<T | null> {
    try {
      return await step();
    } catch (error) {
      const part = this.#parts.find((one) => one.work === work);
      if (part === undefined || !isWeirError(error, 'LOG_FENCED')) throw error;
      await this.#lose(part, error);
      return null;
    }
  }

  /** Until there is something to read or to do. One promise for all rests would gather a listener each time. */
  async #rest(): Promise<void> {
    this.#wake = Promise.withResolvers<void>();
    if (this.#stopping || this.#failure !== null || this.#parts.some(({ active, ending }) => active && ending !== null))
      return;
    const readers = [...this.#runners.map((runner) => runner.reader), ...(this.#route?.readers ?? [])];
    const more: Promise<void>[] = readers.length === 0 ? [] : [this.#options.log.awaitAny(readers as Reader[])];
    await Promise.race([...more, this.#wake.promise]);
  }

  #newPart(share: Share): Part {
    const { newRunner, newRoute } = this.#options;
    const work =
      share.stage === 'route' ? newRoute((partition) => this.#folded(partition)) : newRunner(share.partition);
    return { share, work, beginning: false, active: false, begun: false, ending: null };
  }

  /** Of other threads' tasks nothing is known here; ours are as busy as theirs. */
  #folded(partition: number): number {
    const own = this.#runners.find(({ reader }) => reader.partition === partition);
    return own?.position ?? this.#options.log.end('journal', partition);
  }

  async #begin(part: Part): Promise<void> {
    const { work } = part;
    if (!this.#parts.includes(part)) return;
    part.beginning = true;
    if (part.ending === null && !this.#stopping) {
      part.begun =
        (await this.#guarded(work, () => (work instanceof TaskRunner ? work.restore() : work.start()))) === true;
    }
    if (!this.#parts.includes(part)) return;
    part.active = true;
    this.#changed();
    this.#endWanted(({ begun }) => !begun);
  }

  /** Between passes all may end; one that no pass goes through need not wait for that, since a commit may hold a pass up. */
  #endWanted(mayEnd: (part: Part) => boolean = () => true): void {
    const wanted = this.#parts.filter((part) => part.active && part.ending !== null && mayEnd(part));
    if (wanted.length === 0) return;
    this.#parts = this.#parts.filter((part) => !wanted.includes(part));
    this.#changed();
    for (const part of wanted) this.#track(this.#end(part));
  }

  /** Ends beside the passes of the others. */
  #track(ending: Promise<void>): void {
    const tracked = ending.catch((error) => this.#fail(error)).finally(() => this.#endings.delete(tracked));
    this.#endings.add(tracked);
  }

  async #end({ work, ending }: Part): Promise<void> {
    const { lost, ended } = ending!;
    try {
      if (lost) await work.drop();
      else await work.stop();
    } catch (error) {
      // It is the next owner's by now in any case.
      if (!isWeirError(error, 'LOG_FENCED')) throw error;
      await work.drop();
    }
    ended.resolve();
  }

  async #lose(part: Part, error: Error): Promise<void> {
    this.#parts = this.#parts.filter((one) => one !== part);
    this.#changed();
    await part.work.drop();
    if (part.ending === null) this.#options.onFenced(part.share, error);
    else part.ending.ended.resolve();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake.resolve();
  }

  #refuseFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  #changed(): void {
    const begun = this.#parts.filter((part) => part.begun && part.active).map(({ work }) => work);
    this.#runners = begun.filter((work): work is TaskRunner => work instanceof TaskRunner);
    this.#route = begun.find((work): work is Route => work instanceof Route) ?? null;
    this.#wake.resolve();
  }
}

function isSame(one: Share, other: Share): boolean {
  return one.stage === other.stage && one.partition === other.partition;
}
