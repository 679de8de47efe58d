/** The HTTP figures: the whole process in this one, on a temporary folder, loaded from another process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../commands/engine.ts';
import { serve } from '../commands/serve.ts';
import { systemNow } from '../runtime/clock.ts';
import { loadConfig } from '../runtime/config.ts';
import { Lifecycle } from '../runtime/lifecycle.ts';
import { openLogger } from '../runtime/logger.ts';
import { Metrics } from '../runtime/metrics.ts';
import { benchHttp, type HttpBenchResult } from './http.ts';

const KEY = `weir_000000000001_${'b'.repeat(43)}`;

export async function benchServer(): Promise<HttpBenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-http-'));
  const environment = {
    WEIR_DATA_DIR: folder,
    WEIR_PORT: '18987',
    WEIR_ADMIN_KEY: KEY,
    WEIR_RATE_LIMIT: '10000000',
    WEIR_LOG_LEVEL: 'error',
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
  const metrics = new Metrics();
  const shared = { version: 'bench', logger, metrics, lifecycle, now: systemNow };
  const engine = await startEngine({ ...shared, loaded, evaluation: false });
  const { address } = await serve({ ...shared, config: loaded.config, engine, actions: [] });
  try {
    return await benchHttp({ address, key: KEY, prefix: 'bench-', caughtUp: engine.caughtUp });
  } finally {
    await lifecycle.stop('the bench is over');
    rmSync(folder, { recursive: true, force: true });
  }
}
