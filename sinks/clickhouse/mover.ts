/**
 * Moves what was taken into ClickHouse: written down, inserted, done. Where ClickHouse fails it waits
 * and tries again, with the same rows and the same token, until it is through or the sink is stopped; the
 * span then stays open and the next start finishes it.
 */
import { monotonicNow } from '../../runtime/clock.ts';
import { isWeirError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Inserter, Rows } from './insert.ts';
import type { Ledger } from './ledger.ts';
import type { Pause } from './pause.ts';
import type { Span } from './spans.ts';

export interface SinkProgress {
  readonly table: string;
  readonly rows: number;
  readonly durationMs: number;
}

export interface MoverOptions {
  readonly ledger: Ledger;
  readonly inserter: Inserter;
  readonly pause: Pause;
  readonly logger?: Pick<Logger, 'warn' | 'info'> | undefined;
  readonly onProgress?: ((progress: SinkProgress) => void) | undefined;
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** The sink was stopped while it waited for another try. */
export class Stopped extends Error {}

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 10_000;

export class Mover {
  readonly #options: MoverOptions;
  /** What the last try failed with; null while all goes well. */
  failing: string | null = null;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** Does what must be done before the first insert, however long ClickHouse is away. A mistake of ours is no absence. */
  async reach(prepare: () => Promise<unknown>): Promise<void> {
    await this.#untilDone('ClickHouse', prepare, (error) => !isWeirError(error));
  }

  async move(span: Span, rows: readonly Rows[], ordinals: ReadonlyMap<number, number>): Promise<void> {
    const { ledger } = this.#options;
    if (rows.length > 0) await this.#writeDown(() => ledger.begin(span));
    await this.finish(span, rows, ordinals);
  }

  /** Writes down that all is done. Where the sink is stopped before it can, the next one inserts the open span again, which changes nothing. */
  async rest(): Promise<void> {
    await this.#writeDown(() => this.#options.ledger.rest());
  }

  /** Inserts what has been written down as begun. */
  async finish(span: Span, rows: readonly Rows[], ordinals: ReadonlyMap<number, number>): Promise<void> {
    for (const one of rows) await this.#insert(one);
    this.#options.ledger.done(span, ordinals);
  }

  #writeDown(work: () => Promise<void>): Promise<void> {
    return this.#untilDone('the log', work, mayPass, () => this.#options.ledger.fence());
  }

  async #insert(rows: Rows): Promise<void> {
    const startedAt = monotonicNow();
    await this.#untilDone(
      'ClickHouse',
      () => this.#options.inserter.insert(rows),
      () => true,
    );
    const durationMs = monotonicNow() - startedAt;
    this.#options.onProgress?.({ table: rows.table.name, rows: rows.count, durationMs });
  }

  async #untilDone(
    what: string,
    work: () => Promise<unknown>,
    again: (error: unknown) => boolean,
    prepare: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { pause, logger, onFailure } = this.#options;
    for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)) {
      try {
        await work();
        if (this.failing !== null) logger?.info({ what }, 'the ClickHouse sink goes on');
        this.failing = null;
        return;
      } catch (error) {
        if (!again(error)) throw error;
        this.failing = error instanceof Error ? error.message : String(error);
        onFailure?.(error);
        logger?.warn({ err: error, what, waitMs }, 'the ClickHouse sink waits and tries again');
      }
      await pause.wait(waitMs);
      if (pause.ended) throw new Stopped('the ClickHouse sink was stopped while it waited for another try');
      await prepare();
    }
  }
}

function mayPass(error: unknown): boolean {
  return isWeirError(error, 'LOG_FULL') || isWeirError(error, 'LOG_UNAVAILABLE');
}
