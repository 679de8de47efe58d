/**
 * Stages that run in a process only while they are its to run: each is started when it is given to the process, and
 * stopped before it goes to another.
 */
import { isWeirError } from '../runtime/errors.ts';
import type { Share } from '../runtime/log/ownership.ts';

export interface Running {
  /** Of what was `lost` another may take care already. */
  readonly stop: (lost: boolean) => void | Promise<void>;
}

export interface StagesOptions {
  /** Another took over a stage; it is stopped here. */
  readonly onFenced: (share: Share, error: unknown) => void;
  readonly onFault: (error: unknown) => void;
}

/** Where starting has to wait, `signal` gives it up, and it may reject with its reason: the stage goes to another. */
type Start = (signal: AbortSignal) => Running | Promise<Running>;

interface Stage {
  start: Start | null;
  given: boolean;
  running: Running | null;
  /** Gives up the start that is under way, or comes next. */
  starting: AbortController;
  /** One change after the other. */
  changing: Promise<void>;
}

export class Stages {
  readonly #options: StagesOptions;
  readonly #stages = new Map<string, Stage>();

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** Says how a stage is run; it starts at once where it was given already. */
  async attach(name: string, start: Start): Promise<void> {
    this.#of(name).start = start;
    await this.#change(name, false);
  }

  async take(names: readonly string[]): Promise<void> {
    for (const name of names) this.#of(name).given = true;
    await Promise.all(names.map((name) => this.#change(name, false)));
  }

  async giveBack(names: readonly string[], lost: boolean): Promise<void> {
    for (const name of names) {
      const stage = this.#of(name);
      stage.given = false;
      stage.starting.abort();
    }
    await Promise.all(names.map((name) => this.#change(name, lost)));
  }

  /** What ended a stage by itself: where another took over, the stage waits to be given again. */
  async ended(name: string, error: unknown): Promise<void> {
    const stage = this.#of(name);
    if (!isWeirError(error, 'LOG_FENCED')) return this.#options.onFault(error);
    if (!stage.given) return;
    await this.giveBack([name], true);
    this.#options.onFenced({ stage: name, partition: 0 }, error);
  }

  #of(name: string): Stage {
    const known = this.#stages.get(name);
    if (known !== undefined) return known;
    const starting = new AbortController();
    const stage: Stage = { start: null, given: false, running: null, starting, changing: Promise.resolve() };
    this.#stages.set(name, stage);
    return stage;
  }

  #change(name: string, lost: boolean): Promise<void> {
    const stage = this.#of(name);
    stage.changing = stage.changing.then(() => this.#become(name, stage, lost)).catch(this.#options.onFault);
    return stage.changing;
  }

  async #become(name: string, stage: Stage, lost: boolean): Promise<void> {
    const { given, start, running } = stage;
    if (given && start !== null && running === null) {
      stage.starting = new AbortController();
      const { signal } = stage.starting;
      try {
        stage.running = await start(signal);
      } catch (error) {
        if (signal.aborted && error === signal.reason) return;
        if (!isWeirError(error, 'LOG_FENCED')) throw error;
        stage.given = false;
        this.#options.onFenced({ stage: name, partition: 0 }, error);
      }
    } else if (!given && running !== null) {
      stage.running = null;
      await running.stop(lost);
    }
  }
}
