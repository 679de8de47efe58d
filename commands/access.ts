/** How commands get at keys and users: through the Weir that runs on the folder, else through the log itself. */
import { Access } from '../runtime/http/access.ts';
import { openLog } from '../runtime/log/open.ts';
import type { Log } from '../runtime/log/port.ts';
import type { AdminAction } from './admin/routes.ts';
import { type Cli, ownLogSource, settingsOf, withFolder } from './cli.ts';

/** What the Weir that runs is asked. */
export interface AccessQuestion {
  readonly method: AdminAction['method'];
  readonly path: string;
  readonly body?: unknown;
}

/**
 * A log of several processes is gone to directly, whatever runs here and whether there is a folder: each process that
 * serves people reads from it what was told. It makes no first administrator: that key would be shown to nobody.
 */
export async function withAccess<T>(
  cli: Cli,
  { method, path, body }: AccessQuestion,
  own: (access: Access, log: Log) => Promise<T>,
): Promise<T> {
  const loaded = settingsOf(cli);
  const source = ownLogSource(loaded);
  if (source.kind === 'embedded') {
    return withFolder(loaded, async (holder) => {
      if (holder.kind === 'running') return holder.client.ask<T>(method, path, body);
      return own(await openAccess(cli, holder.log, holder.dataDir), holder.log);
    });
  }
  const log = await openLog(source);
  try {
    return await own(await openAccess(cli, log), log);
  } finally {
    await log.close();
  }
}

async function openAccess({ now }: Cli, log: Log, folder?: string): Promise<Access> {
  const onFault = (error: unknown) => {
    throw error;
  };
  const access = new Access({ log, now, onFault, ...(folder === undefined ? {} : { folder }) });
  await access.open();
  return access;
}
