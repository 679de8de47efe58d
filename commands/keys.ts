/** `weir keys`: who may call the API, and as whom. */
import type { Command } from 'commander';
import { WeirError } from '../runtime/errors.ts';
import { type KeyFacts, type KeyStore, type NewKey, newKey, ROLES } from '../runtime/http/keys.ts';
import { fieldErrorsOf } from '../runtime/http/problem.ts';
import { withAccess } from './access.ts';
import type { AdminAction } from './admin/routes.ts';
import type { Cli, Declare } from './cli.ts';
import { type Text, table } from './terminal.ts';

/** Who made a key from the command line: the operating system says who may use it. */
const BY = 'command-line';

type Created = Awaited<ReturnType<KeyStore['create']>>;

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
    { method: 'GET', path: '/keys', answer: () => keys.listAll() },
    { method: 'POST', path: '/keys', answer: ({ body }) => keys.create(checkKey(body), BY) },
    { method: 'DELETE', path: '/keys/:id', answer: ({ params }) => keys.revoke(params.id as string, BY) },
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
      const asked = { method: 'DELETE', path: `/keys/${encodeURIComponent(id)}` } as const;
      const facts = await withAccess<KeyFacts>(cli, asked, (own) => own.keys.revoke(id, BY));
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
      const asked = { method: 'POST', path: '/keys', body: wanted } as const;
      const created = await withAccess<Created>(cli, asked, (own) => own.keys.create(wanted, BY));
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
      const asked = { method: 'GET', path: '/keys' } as const;
      const facts = await withAccess<readonly KeyFacts[]>(cli, asked, async (own) => own.keys.list());
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

function checkKey(body: unknown): NewKey {
  const parsed = newKey.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = fieldErrorsOf(parsed.error);
  throw new WeirError('REQUEST_INVALID', 'Not a valid key.', { cause: parsed.error, fields });
}
