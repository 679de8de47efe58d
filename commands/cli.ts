/** What every command is given, and how it gets at the data: through the Weir that runs, else by itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Now } from '../runtime/clock.ts';
import { type ConfigSources, type LoadedConfig, loadConfig, terminalLanguage } from '../runtime/config.ts';
import { isWeirError, WeirError } from '../runtime/errors.ts';
import { type LogSource, logSourceOf, openLog } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import { lockFolder } from '../runtime/store/folder-lock.ts';
import { type LogAccess, localAccess } from './admin/access.ts';
import { AdminClient, readAdminFile } from './admin/client.ts';
import type { Terminal } from './terminal.ts';

export interface Cli {
  readonly version: string;
  readonly environment: ConfigSources['environment'];
  readonly now: Now;
  readonly terminal: Terminal;
  /** The process ends with this where nothing worse happens. */
  exitCode: number;
}

/** Adds a command to the command line. */
export type Declare = (program: Command, cli: Cli) => void;

export function settingsOf(
  cli: Cli,
  suggested: NonNullable<ConfigSources['suggested']> = {},
  given: NonNullable<ConfigSources['given']> = {},
): LoadedConfig {
  return loadConfig({ environment: cli.environment, suggested, given });
}

/** The language before any setting could be read: a wrong setting must be reported in some language. */
export function languageOf(environment: ConfigSources['environment']): 'en' | 'zh' {
  const lang = environment.WEIR_LANG;
  return terminalLanguage({ lang: lang === 'en' || lang === 'zh' ? lang : undefined }, environment);
}

/** A data folder, held by this command alone or by a Weir that answers. */
export type Holder =
  | { readonly kind: 'running'; readonly client: AdminClient }
  | { readonly kind: 'own'; readonly log: Log; readonly dataDir: string };

/** Gives `work` the data folder, and lets go of it afterwards whatever happens. */
export async function withFolder<T>(
  loaded: LoadedConfig,
  work: (holder: Holder) => Promise<T>,
  { mayCreate = false } = {},
): Promise<T> {
  const { dataDir } = loaded.config;
  if (!mayCreate && !existsSync(dataDir)) {
    throw new WeirError(
      'NOT_FOUND',
      `there is no data folder ${dataDir}; WEIR_DATA_DIR says where it is, weir start makes one`,
    );
  }
  const lock = lockUnlessHeld(dataDir);
  if (lock === null) return work({ kind: 'running', client: clientOf(dataDir) });
  try {
    const log = await openLog(ownLogSource(loaded));
    try {
      return await work({ kind: 'own', log, dataDir });
    } finally {
      await log.close();
    }
  } finally {
    lock.release();
  }
}

/** Where the log is: in the data folder, or on the Kafka cluster that the settings name. */
export function ownLogSource(loaded: LoadedConfig): LogSource {
  return logSourceOf(loaded, join(loaded.config.dataDir, 'log'));
}

export function accessOf(holder: Holder): LogAccess {
  return holder.kind === 'running' ? holder.client : localAccess(holder.log);
}

function lockUnlessHeld(dataDir: string): ReturnType<typeof lockFolder> | null {
  try {
    return lockFolder(dataDir);
  } catch (error) {
    if (isWeirError(error, 'FOLDER_IN_USE')) return null;
    throw error;
  }
}

function clientOf(dataDir: string): AdminClient {
  const file = readAdminFile(dataDir);
  if (file !== null) return new AdminClient(file);
  throw new WeirError(
    'FOLDER_IN_USE',
    `${dataDir} is held by another command, or by a Weir that is starting or stopping; try again in a moment`,
  );
}
