/** Which versions run together: of Weir, of what judges, of the tables, and of what Weir stands on. */
import { select } from '../dashboards/api/select.ts';
import type { SystemFacts } from '../dashboards/api/workplace.ts';
import { buildId } from '../runtime/build.ts';
import type { ClickHouseClient } from '../runtime/clickhouse.ts';
import type { Now } from '../runtime/clock.ts';
import { isWeirError } from '../runtime/errors.ts';
import type { LogSource } from '../runtime/log/open.ts';

type VersionFacts = SystemFacts['versions'];

export interface VersionParts {
  readonly version: string;
  readonly log: LogSource['kind'];
  readonly clickhouse: ClickHouseClient;
  /** True where ClickHouse is a server of its own. */
  readonly isServer: boolean;
  readonly now: Now;
}

/** Another process may bring newer tables, or another server stand behind the address. */
const ASK_AGAIN_MS = 60_000;

const TABLES = 'SELECT version() AS version, (SELECT max(number) FROM migrations) AS tables';

/** Asked for by each page that is open: what ClickHouse says is kept for a minute. */
export class Versions {
  readonly #parts: VersionParts;
  #known: { readonly version: string; readonly tables: number } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: VersionParts) {
    this.#parts = parts;
  }

  async latest(): Promise<VersionFacts> {
    const { version, log, isServer, now } = this.#parts;
    if (now() - this.#askedAt >= ASK_AGAIN_MS) await this.#ask();
    return {
      weir: version,
      build: buildId(),
      tables: this.#known?.tables ?? null,
      clickhouse: this.#known?.version ?? null,
      clickhouseKind: isServer ? 'server' : 'embedded',
      log,
      node: process.versions.node,
    };
  }

  /** What it does not answer now stays as it was known: that it does not answer is told elsewhere. */
  async #ask(): Promise<void> {
    try {
      const [row] = await select<{ version: string; tables: number }>(this.#parts.clickhouse, TABLES, {});
      this.#known = row ?? null;
      this.#askedAt = this.#parts.now();
    } catch (error) {
      if (!isWeirError(error, 'SINK_UNAVAILABLE')) throw error;
    }
  }
}
