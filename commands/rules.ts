/** `weir rules`: the settings of the rules, and switching a rule off in an emergency. */
import { stringify } from 'yaml';
import { RULES } from '../processors/rules/index.ts';
import { WeirError } from '../runtime/errors.ts';
import { nearest } from '../runtime/nearest.ts';
import { formatMoney, type Money } from '../schemas/money.ts';
import { localAccess } from './admin/access.ts';
import type { AdminAction } from './admin/routes.ts';
import { accessOf, type Cli, type Declare, type Holder, settingsOf, withFolder } from './cli.ts';
import { readSettingsFile, type SettingsChange, type SettingsInForce, SettingsKeeper, tellControl } from './control.ts';
import { askByReason, type ByReason } from './people.ts';
import { type Text, table } from './terminal.ts';

/** What the running Weir does for these commands. */
export function settingsActions(keeper: SettingsKeeper): AdminAction[] {
  return [
    { method: 'GET', path: '/settings', answer: async () => ({ inForce: keeper.inForce() }) },
    { method: 'POST', path: '/settings', answer: async ({ body }) => keeper.apply(body as SettingsChange) },
  ];
}

const HEAD: readonly Text[] = [
  { en: 'Rule', zh: '规则' },
  { en: 'Title', zh: '名称' },
  { en: 'Family', zh: '类别' },
  { en: 'State', zh: '状态' },
  { en: 'Options that differ from the defaults', zh: '与默认值不同的选项' },
];

export const declareRules: Declare = (program, cli) => {
  const { terminal } = cli;
  const rules = program.command('rules').description('Rules and their settings.');

  const apply = rules
    .command('apply')
    .argument('<file>', 'YAML file of rule settings; the whole of them, not a change')
    .description('Check rule settings and put them in force, live, for all partitions at one place in their order.');
  askByReason(apply).action(async (file: string, { by, reason }: ByReason) => {
    const change = { text: readSettingsFile(file), fileName: file, by, reason };
    const told = await withFolder(settingsOf(cli), async (holder) => {
      if (holder.kind === 'running') return holder.client.ask<SettingsInForce>('POST', '/settings', change);
      return keeperOf(holder, cli).apply(change);
    });
    terminal.print(
      terminal.say({
        en: `In force from control/0 at ${told.offset} on.`,
        zh: `自 control/0 位置 ${told.offset} 起生效。`,
      }),
    );
  });

  rules
    .command('show')
    .description('Print the rules and the settings in force.')
    .option('--yaml', 'the settings as a file that rules apply takes')
    .action(async (options: { yaml?: boolean }) => {
      const current = await withFolder(settingsOf(cli), async (holder) => {
        if (holder.kind === 'own') return keeperOf(holder, cli).inForce();
        return (await holder.client.ask<{ inForce: SettingsInForce | null }>('GET', '/settings')).inForce;
      });
      if (options.yaml === true) terminal.print(stringify(JSON.parse(current?.settings ?? '{}')).trimEnd());
      else show(cli, current);
    });

  for (const [name, enabled] of [
    ['disable', false],
    ['enable', true],
  ] as const) {
    const command = rules
      .command(name)
      .argument('<rule>', 'see weir rules show')
      .description(enabled ? 'Judge by a rule again.' : 'Stop judging by a rule, at once.');
    askByReason(command).action(async (rule: string, { by, reason }: ByReason) => {
      checkRule(rule);
      const request = { kind: 'rule-switch', rule, enabled, by, reason };
      const told = await withFolder(settingsOf(cli), (holder) => tellControl(accessOf(holder), cli.now, request));
      const en = `${rule} is ${enabled ? 'on' : 'off'} (control/0 at ${told.offset})`;
      terminal.print(
        terminal.say({ en, zh: `${rule} 已${enabled ? '启用' : '停用'}（control/0 位置 ${told.offset}）` }),
      );
    });
  }
};

function keeperOf(holder: Extract<Holder, { kind: 'own' }>, cli: Cli): SettingsKeeper {
  return new SettingsKeeper(localAccess(holder.log), holder.dataDir, cli.now);
}

interface OwnSettings {
  readonly enabled?: boolean;
  readonly shadow?: boolean;
  readonly options?: { readonly [name: string]: unknown };
  readonly segments?: readonly unknown[];
  readonly exemptions?: readonly unknown[];
}

function show({ terminal }: Cli, current: SettingsInForce | null): void {
  const settings = JSON.parse(current?.settings ?? '{}') as { rules?: { [rule: string]: OwnSettings } };
  const rows = RULES.map(({ id, title, family }) => {
    const own = settings.rules?.[id] ?? {};
    return [id, terminal.say(title), family, stateOf(own), differencesOf(own)];
  });
  for (const line of table(
    HEAD.map((text) => terminal.say(text)),
    rows,
  ))
    terminal.print(line);
  if (current === null) return;
  const en = `In force since ${current.at}, by ${current.by}: ${current.reason}`;
  terminal.print(`\n${terminal.say({ en, zh: `自 ${current.at} 起生效，操作人 ${current.by}：${current.reason}` })}`);
}

function stateOf({ enabled, shadow }: OwnSettings): string {
  if (enabled === false) return 'off';
  return shadow === true ? 'shadow' : 'on';
}

function differencesOf({ options = {}, segments, exemptions = [] }: OwnSettings): string {
  const parts = Object.entries(options).map(([name, value]) => `${name}: ${shown(value)}`);
  if (segments !== undefined) parts.push(`segments: ${segments.length}`);
  if (exemptions.length > 0) parts.push(`exemptions: ${exemptions.length}`);
  return parts.join(', ') || '–';
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  const { minor, currency } = (value ?? {}) as Partial<Money>;
  return minor === undefined || currency === undefined ? JSON.stringify(value) : formatMoney(minor, currency);
}

function checkRule(rule: string): void {
  const ids = RULES.map(({ id }) => id);
  if (!ids.includes(rule))
    throw new WeirError('NOT_FOUND', `there is no rule ${rule}; the nearest is ${nearest(rule, ids)}`);
}
