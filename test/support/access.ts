/** Who may call, on a log of the test or on one of its own. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Access, type AccessOptions } from '../../runtime/http/access.ts';
import { ROLES, type Role } from '../../runtime/http/keys.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import type { Log } from '../../runtime/log/port.ts';
import { temporaryFolder } from './folder.ts';

export async function openAccess(options: Partial<AccessOptions> = {}): Promise<Access> {
  const { log = await ownLog(), now = Date.now, onFault = refuse, ...rest } = options;
  const access = new Access({ log, now, onFault, ...rest });
  await access.open();
  return access;
}

/** The same with its first administrator: answers the key, too. */
export async function openAdministered(
  options: Partial<AccessOptions> = {},
): Promise<{ readonly access: Access; readonly adminKey: string }> {
  const access = await openAccess(options);
  return { access, adminKey: (await access.makeFirstAdmin()) as string };
}

/** A key of each role. */
export async function keysOfRoles({ keys }: Access): Promise<{ readonly [role in Role]: string }> {
  const made = ROLES.map(async (role) => [role, (await keys.create({ name: `u-${role}`, roles: [role] }, null)).key]);
  return Object.fromEntries(await Promise.all(made));
}

/** Whatever a topic holds, as it lies there. */
export function told(log: Log, topic: 'access' | 'sessions'): string {
  const reader = log.reader(topic, 0, 0, { durable: true });
  let text = '';
  for (let batch = reader.poll(); batch !== null; batch = reader.poll()) text += batch.values.body.toString('latin1');
  return text;
}

async function ownLog() {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: 1 });
  onTestFinished(() => log.close());
  return log;
}

function refuse(error: unknown): never {
  throw error;
}
