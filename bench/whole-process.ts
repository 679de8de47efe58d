/** The whole process as `weir start` runs it, in this one, on a temporary folder: what HTTP figures are measured on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../commands/engine.ts';
import { serve } from '../commands/serve.ts';
import { systemNow } from '../runtime/clock.ts';
import { loadConfig } from '../runtime/config.ts';
import { Lifecycle } from '../runtime/lifecycle.ts';
import { openLogger } from '../runtime/logger.ts';
import { Metrics } from '../runtime/metrics.ts';
import { startTracing } from '../runtime/tracing.ts';

/** An admin's. */
export const BENCH_KEY = `weir_000000000001_${'b'.repeat(43)}`;

type Served = Awaited<ReturnType<typeof serve>>;

/** Runs it with these settings while `work` goes on; then stops it and removes its folder. */
export async function withWholeProcess<T>(
  settings: { readonly [variable: string]: string },
  work: (process: { readonly engine: Engine } & Served) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const environment = {
    WEIR_DATA_DIR: folder,
    WEIR_PORT: '0',
    WEIR_ADMIN_KEY: BENCH_KEY,
    WEIR_LOG_LEVEL: 'error',
    ...ofTraces(process.env),
    ...settings,
  };
  const loaded = loadConfig({ environment });
  const { logger } = openLogger({ level: 'error', file: null, terminal: null });
  const lifecycle = new Lifecycle({
    logger,
    stopDeadlineMs: 60_000,
    exit: () => {},
    onStopping: () => {},
    onFailed: (error) => console.error(error),
  });
  const plain = { version: 'bench', logger, metrics: new Metrics(), lifecycle, now: systemNow };
  try {
    const tracing = await lifecycle.start(
      'tracing',
      () => startTracing({ ...plain, config: loaded.config }),
      (started) => started?.stop(),
    );
    const shared = { ...plain, tracing };
    const engine = await startEngine({ ...shared, loaded, evaluation: false });
    const served = await serve({ ...shared, config: loaded.config, engine, actions: [] });
    return await work({ engine, ...served });
  } finally {
    await lifecycle.stop('the bench is over');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With an endpoint of OpenTelemetry in the environment the bench measures what tracing costs. */
function ofTraces(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('OTEL_')));
}
