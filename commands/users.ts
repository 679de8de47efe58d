/** `weir users`: who may sign in to the console with name and password. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { administerUsers, type UserAdministration, type UserParts } from '../producers/http/user-administration.ts';
import { Intake } from '../producers/intake.ts';
import { systemRandomBytes } from '../runtime/clock.ts';
import { WeirError } from '../runtime/errors.ts';
import { ROLES } from '../runtime/http/keys.ts';
import { fieldErrorsOf } from '../runtime/http/problem.ts';
import { newUser, password, type UserFacts, type UserStore } from '../runtime/http/users.ts';
import { type AccessQuestion, withAccess } from './access.ts';
import type { AdminAction } from './admin/routes.ts';
import type { Cli, Declare } from './cli.ts';
import { type Text, table } from './terminal.ts';

/** Who made a user from the command line: the operating system says who may use it. */
const BY = 'command-line';
/** 120 bits: nobody guesses it, and it can be read out. */
const MADE_BYTES = 15;

const HEAD: readonly Text[] = [
  { en: 'Name', zh: '名称' },
  { en: 'Roles', zh: '角色' },
  { en: 'Departments', zh: '部门' },
  { en: 'Created', zh: '创建时间' },
  { en: 'State', zh: '状态' },
];

const TEXTS = {
  shownOnce: {
    en: 'This is the only time that the password is shown; the person can change it in the console.',
    zh: '密码只显示这一次；本人登录控制台后可自行修改。',
  },
  isSet: { en: 'may sign in with that password', zh: '可用该密码登录' },
  inForce: { en: 'in force', zh: '有效' },
  disabled: { en: 'disabled', zh: '已停用' },
  none: { en: 'There are no users yet.', zh: '尚无用户。' },
} as const satisfies { readonly [name: string]: Text };

const wantedPassword = z.strictObject({ password });

/** What the running Weir does for these commands. */
export function userActions(parts: UserParts): AdminAction[] {
  const administration = administerUsers(parts);
  return [
    { method: 'GET', path: '/users', answer: () => parts.users.listAll() },
    { method: 'POST', path: '/users', answer: ({ body }) => administration.create(checked(newUser, body), BY) },
    {
      method: 'POST',
      path: '/users/:name/password',
      answer: ({ params, body }) =>
        administration.setPassword(params.name as string, checked(wantedPassword, body).password, BY),
    },
    {
      method: 'DELETE',
      path: '/users/:name',
      answer: ({ params }) => administration.disable(params.name as string, BY),
    },
  ];
}

export const declareUsers: Declare = (program, cli) => {
  const users = program.command('users').description('People who sign in to the console with name and password.');
  declareCreate(users, cli);
  declareList(users, cli);
  declarePassword(users, cli);
  users
    .command('disable')
    .argument('<name>', 'see weir users list')
    .description('End a user at once and for ever; the name stays taken.')
    .action(async (name: string) => {
      const asked = { method: 'DELETE', path: `/users/${encodeURIComponent(name)}` } as const;
      const facts = await withUsers<UserFacts>(cli, asked, (own) => own.disable(name, BY));
      cli.terminal.print(`${facts.name}  ${cli.terminal.say(TEXTS.disabled)}`);
    });
};

function declareCreate(users: Command, cli: Cli): void {
  withPasswordFile(users.command('create'))
    .description('Make a user; without a file the password is made up, and shown once.')
    .requiredOption('--name <name>', 'what the person signs in as, and is named by in approvals and steps')
    .requiredOption('--role <role...>', `what the person may do: ${ROLES.join(', ')}`)
    .option('--department <department...>', 'departments that rules may ask of an approver')
    .action(async (options: PasswordOptions & { name: string; role: string[]; department?: string[] }) => {
      const chosen = passwordOf(options);
      const { name, role: roles, department: departments = [] } = options;
      const wanted = checked(newUser, { name, roles, departments, password: chosen.password });
      await withUsers(cli, { method: 'POST', path: '/users', body: wanted }, (own) => own.create(wanted, BY));
      tell(cli, name, chosen);
    });
}

function declarePassword(users: Command, cli: Cli): void {
  withPasswordFile(users.command('password'))
    .argument('<name>', 'see weir users list')
    .description('Give a user another password, and end the sessions of the old one.')
    .action(async (name: string, options: PasswordOptions) => {
      const chosen = passwordOf(options);
      const wanted = checked(wantedPassword, { password: chosen.password });
      const path = `/users/${encodeURIComponent(name)}/password`;
      const asked = { method: 'POST', path, body: wanted } as const;
      await withUsers(cli, asked, (own) => own.setPassword(name, chosen.password, BY));
      tell(cli, name, chosen);
    });
}

function declareList(users: Command, cli: Cli): void {
  users
    .command('list')
    .description('List all users, disabled ones included, without their passwords.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const { terminal } = cli;
      const asked = { method: 'GET', path: '/users' } as const;
      const facts = await withUsers<readonly UserFacts[]>(cli, asked, async (_, store) => store.list());
      if (options.json === true) {
        terminal.print(JSON.stringify(facts, null, 2));
        return;
      }
      if (facts.length === 0) {
        terminal.print(terminal.say(TEXTS.none));
        return;
      }
      const rows = facts.map(({ name, roles, departments, createdAt, disabledAt }) => {
        const state =
          disabledAt === null ? terminal.say(TEXTS.inForce) : `${terminal.say(TEXTS.disabled)} ${disabledAt}`;
        return [name, roles.join(','), departments.join(',') || '–', createdAt, state];
      });
      const head = HEAD.map((text) => terminal.say(text));
      for (const line of table(head, rows)) terminal.print(line);
    });
}

interface PasswordOptions {
  readonly passwordFile?: string;
}

interface Chosen {
  readonly password: string;
  readonly isMade: boolean;
}

function withPasswordFile(command: Command): Command {
  return command.option('--password-file <file>', 'file that holds the password; - reads the standard input');
}

/** Never an argument: others on the machine can read those. */
function passwordOf({ passwordFile }: PasswordOptions): Chosen {
  if (passwordFile === undefined) {
    return { password: systemRandomBytes(MADE_BYTES).toString('base64url'), isMade: true };
  }
  try {
    const text = readFileSync(passwordFile === '-' ? 0 : passwordFile, 'utf8');
    return { password: text.replace(/\r?\n$/, ''), isMade: false };
  } catch (cause) {
    throw new WeirError('REQUEST_INVALID', `${passwordFile}: the password cannot be read`, { cause });
  }
}

function tell({ terminal }: Cli, name: string, { password: chosen, isMade }: Chosen): void {
  if (isMade) terminal.complain(terminal.say(TEXTS.shownOnce));
  terminal.print(isMade ? chosen : `${name}  ${terminal.say(TEXTS.isSet)}`);
}

/** Who makes changes here notes them in the log as the Weir that runs would. */
function withUsers<T>(
  cli: Cli,
  asked: AccessQuestion,
  own: (administration: UserAdministration, store: UserStore) => Promise<T>,
): Promise<T> {
  return withAccess(cli, asked, ({ users }, log) => {
    const newId = () => systemRandomBytes(12).toString('hex');
    return own(administerUsers({ users, intake: new Intake(log), now: cli.now, newId }), users);
  });
}

function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = fieldErrorsOf(parsed.error);
  throw new WeirError('REQUEST_INVALID', 'Not a valid user.', { cause: parsed.error, fields });
}
