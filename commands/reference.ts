/** The reference tables of the README, each made from the one declaration of what it lists. */
import type { Command } from 'commander';
import type { z } from 'zod';
import { type EvidenceLabels, meaningOf, type Rule, unitOfOption } from '../processors/rules/contract.ts';
import { COMMON_EVIDENCE } from '../processors/rules/evidence.ts';
import { GENERAL_SETTINGS, generalDefault } from '../processors/rules/general-settings.ts';
import { RULES } from '../processors/rules/index.ts';
import { shapeOf } from '../processors/rules/option-shape.ts';
import { SETTING_NAMES, settingFacts } from '../runtime/config.ts';
import { ERROR_CODES } from '../runtime/errors.ts';
import { PROBLEMS } from '../runtime/http/problem.ts';
import { EXIT_CODES } from '../runtime/lifecycle.ts';
import { METRICS } from '../runtime/metrics.ts';
import { formatMoney, type Money } from '../schemas/money.ts';
import { REFUSALS } from '../schemas/refusals.ts';
import { formatDuration } from '../schemas/time.ts';
import { TOPIC_NAMES, TOPICS, type Topic } from '../schemas/topics.ts';

type Row = readonly string[];

/** All sections by the name in their markers. */
export function referenceSections(program: Command): { readonly [section: string]: string } {
  return {
    commands: commandTable(program),
    rules: ruleTable(),
    'rule-options': ruleOptionTable(),
    evidence: evidenceTable(),
    'rule-settings': ruleSettingTable(),
    settings: settingTable(),
    topics: topicTable(),
    metrics: metricTable(),
    refusals: refusalTable(),
    errors: errorTable(),
    'exit-codes': exitCodeTable(),
  };
}

/** Puts each section between its markers. A marker without a section, or the reverse, is a mistake. */
export function fillSections(text: string, sections: { readonly [section: string]: string }): string {
  const used = new Set<string>();
  const filled = text.replace(MARKED, (_, name: string) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`the marker “generated: ${name}” names no section`);
    used.add(name);
    return `<!-- generated: ${name} -->\n${section}\n<!-- end: ${name} -->`;
  });
  const missing = Object.keys(sections).filter((name) => !used.has(name));
  if (missing.length > 0) throw new Error(`no markers for ${missing.join(', ')}`);
  return filled;
}

const MARKED = /<!-- generated: ([a-z-]+) -->[\s\S]*?<!-- end: \1 -->/g;

function markdownTable(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function commandTable(program: Command): string {
  const rows = leaves(program).map(({ path, command }) => [
    code(['weir', ...path, ...command.registeredArguments.map((argument) => argument.name().toUpperCase())].join(' ')),
    command.description(),
    command.options.map(({ flags }) => code(flags)).join(', '),
  ]);
  return markdownTable(['Command', 'What it does', 'Options'], rows);
}

/** Commands that do something, without those that only group others or are for developers. */
function leaves(
  parent: Command,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly command: Command }[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const here = [...path, command.name()];
      return command.commands.length > 0 ? leaves(command, here) : [{ path: here, command }];
    });
}

function ruleTable(): string {
  const rows = RULES.map(({ id, version, title, family, on, restricted, code: neutral }) => [
    code(id),
    `${title.en} · ${title.zh}`,
    family,
    on.join(', '),
    restricted ? `${code(neutral)}, restricted` : code(neutral),
    String(version),
  ]);
  return markdownTable(['Rule', 'Title', 'Family', 'Judged on', 'Told outside', 'Version'], rows);
}

function ruleOptionTable(): string {
  const rows = RULES.flatMap((rule) => optionsOf(rule).map((row) => [code(rule.id), ...row]));
  return markdownTable(['Rule', 'Option', 'Default', 'Meaning', '含义'], rows);
}

function optionsOf({ options }: Rule): Row[] {
  const defaults = options.parse({}) as { [name: string]: unknown };
  return Object.entries(options.shape as { [name: string]: z.ZodType }).map(([name, schema]) => [
    code(name),
    shownDefault(defaults[name], unitOfOption(schema)),
    `${meaningOf(schema).en}${boundsOf(schema)}`,
    meaningOf(schema).zh,
  ]);
}

/** Each name once a meaning: rules that measure the same call it the same. */
function evidenceTable(): string {
  const rules = new Map<string, string[]>();
  const add = (labels: EvidenceLabels, of: string) => {
    for (const [name, { en, zh }] of Object.entries(labels)) {
      const row = JSON.stringify([code(name), en, zh]);
      rules.set(row, [...(rules.get(row) ?? []), of]);
    }
  };
  for (const { id, evidence } of RULES) add(evidence, code(id));
  add(COMMON_EVIDENCE, 'any');
  const rows = [...rules].map(([row, of]) => [...(JSON.parse(row) as string[]), of.join(', ')]);
  return markdownTable(['Evidence', 'Meaning', '含义', 'Of'], rows);
}

function refusalTable(): string {
  const rows = Object.entries(REFUSALS).map(([name, { en, zh }]) => [code(name), en, zh]);
  return markdownTable(['Reason', 'Meaning', '含义'], rows);
}

function ruleSettingTable(): string {
  const rows = GENERAL_SETTINGS.map((setting): Row => {
    const { name, meaning, kind } = setting;
    const shown = shownDefault(generalDefault(setting), kind === 'duration' ? kind : null);
    return [code(name), shown, meaning.en, meaning.zh];
  });
  return markdownTable(['Setting', 'Default', 'Meaning', '含义'], rows);
}

function boundsOf(schema: z.ZodType): string {
  const { minimum, maximum } = shapeOf(schema);
  const from = minimum === null ? null : `at least ${minimum}`;
  const to = maximum === null ? null : `at most ${maximum}`;
  const bounds = [from, to].filter((bound) => bound !== null);
  return bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
}

function shownDefault(value: unknown, unit: 'money' | 'duration' | null): string {
  if (value === undefined || value === null) return '–';
  if (unit === 'duration') return code(formatDuration(value as number));
  if (unit === 'money') return code(formatMoney((value as Money).minor, (value as Money).currency));
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function settingTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const facts = settingFacts(name);
    return [
      code(facts.variable),
      code(name),
      facts.default === null ? '–' : code(facts.default),
      facts.unit ?? '–',
      facts.en,
      facts.zh,
    ];
  });
  return markdownTable(['Variable', 'In weir.yaml', 'Default', 'Unit', 'Meaning', '含义'], rows);
}

function topicTable(): string {
  const rows = TOPIC_NAMES.map((name) => {
    const { title, record, key, partitions, retentionMs, compacted, access, undecodable }: Topic = TOPICS[name];
    return [
      code(name),
      `${title.en} · ${title.zh}`,
      record === null ? 'blocks of entries' : code(record.name),
      key,
      partitions,
      retentionMs !== null ? formatDuration(retentionMs) : compacted === true ? 'for ever, compacted' : 'for ever',
      access,
      undecodable,
    ];
  });
  const head = ['Topic', 'Title', 'Record', 'Key', 'Partitions', 'Kept', 'Access', 'Undecodable'];
  return markdownTable(head, rows);
}

function metricTable(): string {
  const rows = Object.entries(METRICS).map(([name, { kind, unit, labels, en, zh }]) => [
    code(name),
    kind,
    unit,
    labels.map(code).join(', ') || '–',
    en,
    zh,
  ]);
  return markdownTable(['Metric', 'Kind', 'Unit', 'Labels', 'Meaning', '含义'], rows);
}

function errorTable(): string {
  const problems: { readonly [name: string]: { readonly status: number } } = PROBLEMS;
  const rows = Object.entries(ERROR_CODES).map(([name, meaning]) => [
    code(name),
    problems[name] === undefined ? '–' : String(problems[name].status),
    meaning,
  ]);
  return markdownTable(['Code', 'HTTP status', 'Meaning'], rows);
}

function exitCodeTable(): string {
  const rows = Object.values(EXIT_CODES).map(({ code: number, en, zh }) => [String(number), en, zh]);
  return markdownTable(['Exit code', 'Meaning', '含义'], rows);
}
