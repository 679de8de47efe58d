/** For commands that need events folded: the Weir that runs on the folder, or an engine of their own until they are done. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../runtime/config.ts';
import { isWeirError, WeirError } from '../runtime/errors.ts';
import { EXIT_CODES, exitAtOnce, Lifecycle } from '../runtime/lifecycle.ts';
import { openLogger } from '../runtime/logger.ts';
import { Metrics } from '../runtime/metrics.ts';
import { AdminClient, readAdminFile } from './admin/client.ts';
import type { Cli } from './cli.ts';
import { type Engine, startEngine } from './engine.ts';
import { reportFailure } from './failure.ts';

export type EngineHost =
  | { readonly kind: 'running'; readonly client: AdminClient }
  | { readonly kind: 'own'; readonly engine: Engine };

export interface WithEngineOptions {
  /** True where old data is the clock, in a folder of its own. */
  readonly evaluation: boolean;
  /** False: a folder that is not there is refused. */
  readonly mayCreate: boolean;
}

export async function withEngine<T>(
  cli: Cli,
  loaded: LoadedConfig,
  { evaluation, mayCreate }: WithEngineOptions,
  work: (host: EngineHost) => Promise<T>,
): Promise<T> {
  const { dataDir, logLevel, stopDeadlineMs } = loaded.config;
  if (!mayCreate && !existsSync(dataDir)) throw new WeirError('NOT_FOUND', `there is no data folder ${dataDir}`);
  const { logger, close } = openLogger({ level: logLevel, file: join(dataDir, 'weir.log'), terminal: null });
  const lifecycle = new Lifecycle({
    logger,
    stopDeadlineMs,
    exit: exitAtOnce,
    onFailed: (error) => reportFailure(error, cli.terminal),
  });
  try {
    const { version, now } = cli;
    const metrics = new Metrics();
    const options = { loaded, version, logger, metrics, lifecycle, now, evaluation };
    const engine = await startEngine(options).catch((error: unknown) => clientUnlessOurs(error, dataDir));
    return await work(engine instanceof AdminClient ? { kind: 'running', client: engine } : { kind: 'own', engine });
  } finally {
    const reason = await lifecycle.stop('the command is done');
    if (reason !== 'ok') cli.exitCode = EXIT_CODES[reason].code;
    close();
  }
}

/** Where another process holds the folder and answers, that one is asked. */
function clientUnlessOurs(error: unknown, dataDir: string): AdminClient {
  const file = isWeirError(error, 'FOLDER_IN_USE') ? readAdminFile(dataDir) : null;
  if (file === null) throw error;
  return new AdminClient(file);
}
