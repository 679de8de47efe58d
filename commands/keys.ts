/** `weir keys`: who may call the API, and as whom. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemRandomBytes } from '../runtime/clock.ts';
import { WeirError } from '../runtime/errors.ts';
import { type KeyFacts, KeyStore, type NewKey, newKey, ROLES } from '../runtime/http/keys.ts';
import { fieldErrorsOf } from '../runtime/http/problem.ts';
import type { AdminAction } from './admin/routes.ts';
import { type Cli, type Declare, type Holder, settingsOf, withFolder } from './cli.ts';
import { type Text, table } from './terminal.ts';

/** Who made a key from the command line: the operating system says who may use it. */
const BY = 'command-line';

type Created = ReturnType<KeyStore['create']>;

const HEAD: readonly Text[] = [
  { en: 'Id', zh: '编号' },
  { en: 'Name', zh: '名称' },
  { en: 'Roles', zh: '角色' },
  { en: 'Departments', zh: '部门' },
  { en: 'Created', zh: '创建时间' },
  { en: 'State', zh: '状态' },
];

const TEXTS = {
  shownOnce: {
    en: 'This is the only time that the key is shown; send it as “Authorization: Bearer …”.',
    zh: '密钥只显示这一次；请求时携带 “Authorization: Bearer …”。',
  },
  inForce: { en: 'in force', zh: '有效' },
  revoked: { en: 'revoked', zh: '已吊销' },
  none: { en: 'There are no keys yet; the first start makes one.', zh: '尚无密钥；首次启动时生成。' },
} as const satisfies { readonly [name: string]: Text };

/** What the running Weir does for these commands. */
export function keyActions(keys: KeyStore): AdminAction[] {
  return [
    { method: 'GET', path: '/keys', answer: async () => keys.list() },
    { method: 'POST', path: '/keys', answer: async ({ body }) => keys.create(checkKey(body), BY) },
    { method: 'DELETE', path: '/keys/:id', answer: async ({ params }) => keys.revoke(params.id as string) },
  ];
}

export const declareKeys: Declare = (program, cli) => {
  const keys = program.command('keys').description('API keys with roles.');
  declareCreate(keys, cli);
  declareList(keys, cli);
  keys
    .command('revoke')
    .argument('<id>', 'see weir keys list')
    .description('End a key at once and for ever.')
    .action(async (id: string) => {
      const facts = await withKeys<KeyFacts>(cli, 'DELETE', `/keys/${encodeURIComponent(id)}`, (store) =>
        store.revoke(id),
      );
      cli.terminal.print(`${facts.id}  ${facts.name}  ${cli.terminal.say(TEXTS.revoked)}`);
    });
};

function declareCreate(keys: Command, cli: Cli): void {
  keys
    .command('create')
    .description('Make a key for a person or a system; it is shown once.')
    .requiredOption('--name <name>', 'the person or system that it stands for')
    .requiredOption('--role <role...>', `what it may do: ${ROLES.join(', ')}`)
    .option('--department <department...>', 'departments that rules may ask of an approver')
    .action(async (options: { name: string; role: string[]; department?: string[] }) => {
      const wanted = checkKey({ name: options.name, roles: options.role, departments: options.department ?? [] });
      const created = await withKeys<Created>(cli, 'POST', '/keys', (store) => store.create(wanted, BY), wanted);
      cli.terminal.complain(cli.terminal.say(TEXTS.shownOnce));
      cli.terminal.print(created.key);
    });
}

function declareList(keys: Command, cli: Cli): void {
  keys
    .command('list')
    .description('List all keys, revoked ones included, without their secrets.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const { terminal } = cli;
      const facts = await withKeys<readonly KeyFacts[]>(cli, 'GET', '/keys', (store) => store.list());
      if (options.json === true) {
        terminal.print(JSON.stringify(facts, null, 2));
        return;
      }
      if (facts.length === 0) {
        terminal.print(terminal.say(TEXTS.none));
        return;
      }
      const rows = facts.map(({ id, name, roles, departments, createdAt, revokedAt }) => {
        const state = revokedAt === null ? terminal.say(TEXTS.inForce) : `${terminal.say(TEXTS.revoked)} ${revokedAt}`;
        return [id, name, roles.join(','), departments.join(',') || '–', createdAt, state];
      });
      for (const line of table(
        HEAD.map((text) => terminal.say(text)),
        rows,
      ))
        terminal.print(line);
    });
}

/** Asks the running Weir, which holds the keys in memory, or opens the file where none runs. */
async function withKeys<T>(
  cli: Cli,
  method: AdminAction['method'],
  path: string,
  own: (store: KeyStore) => T,
  body?: unknown,
): Promise<T> {
  return withFolder(settingsOf(cli), async (holder: Holder) => {
    if (holder.kind === 'running') return holder.client.ask<T>(method, path, body);
    return own(openKeys(holder.dataDir, cli));
  });
}

/** A store that makes no first administrator: that key would be shown to nobody. The next start makes it. */
function openKeys(dataDir: string, { now }: Cli): KeyStore {
  return new KeyStore({ file: join(dataDir, 'keys.json'), now, adminKey: systemRandomBytes(32).toString('hex') });
}

function checkKey(body: unknown): NewKey {
  const parsed = newKey.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = fieldErrorsOf(parsed.error);
  throw new WeirError('REQUEST_INVALID', 'Not a valid key.', { cause: parsed.error, fields });
}
