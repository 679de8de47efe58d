/**
 * The mapping file: which column of a CSV is what. Fields are those of the JSON form of our records, by
 * path (`debtor.account`), each a text with `{column}` in it; times and amounts have sections of their
 * own, because files write them in many ways.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse as parseYaml, YAMLError } from 'yaml';
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';
import { isCurrency } from '../../schemas/currencies.ts';
import { duration } from '../../schemas/time.ts';
import { type InputTopic, isImportable, REFUSED_TOPICS } from './topics.ts';

const template = z
  .string()
  .min(1)
  .describe('Text with `{column}` where a value goes; left out where it comes out empty.');

const condition = z
  .strictObject({
    value: template,
    is: z.array(z.string()).min(1).optional().describe('True where the value is one of these.'),
    below: z.number().optional().describe('True where the value is a smaller number.'),
  })
  .refine(({ is, below }) => (is === undefined) !== (below === undefined), 'expected one of `is` and `below`');

const choice = z.strictObject({
  value: template,
  map: z.record(z.string(), z.string()).describe('What each value becomes.'),
  otherwise: z.string().optional().describe('What any other value becomes; without it the line is refused.'),
});

const iso = z.iso.datetime({ offset: true, error: 'expected a time with a zone, like 2026-01-01T00:00:00+08:00' });

const time = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('iso'), value: template }),
  z.strictObject({ as: z.enum(['epoch-ms', 'epoch-s']), value: template }),
  z.strictObject({
    as: z.literal('format'),
    value: template,
    format: z
      .string()
      .regex(/^(?=.*yyyy)(?=.*MM)(?=.*dd)/, 'expected a format like yyyy/MM/dd HH:mm')
      .describe('yyyy MM dd HH mm ss SSS, and anything else as it stands.'),
    offset: z
      .string()
      .regex(/^(Z|[+-]\d\d:\d\d)$/, 'expected an offset from UTC, like +08:00')
      .describe('Offset from UTC of all times.'),
  }),
  z.strictObject({
    as: z.literal('step'),
    value: template.describe('A whole number of units since the base.'),
    unit: duration().describe('Length of a step.'),
    base: iso.describe('The time of step 0.'),
    perUnit: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe('Spreads the lines of a step: the n-th begins n parts of so many later. Without it all have one time.'),
  }),
]);

const amount = z.strictObject({
  value: template,
  currency: z.union([
    z.string().refine((text) => text.includes('{') || isCurrency(text), 'expected an ISO 4217 code, or a {column}'),
    choice,
  ]),
  rounding: z
    .enum(['refuse', 'half-even'])
    .default('refuse')
    .describe('What happens to more decimals than the currency has.'),
});

const event = z.strictObject({
  topic: z.custom<InputTopic>(isImportable, {
    error: `expected a topic that can be imported (not ${REFUSED_TOPICS.join(', ')})`,
  }),
  fields: z.record(z.string(), z.union([template, choice, z.array(template)])),
  times: z.record(z.string(), time).default({}),
  amounts: z.record(z.string(), amount).default({}),
});

const label = z.strictObject({
  accounts: z.array(template).min(1),
  typology: template,
  transferIds: z.array(template).default([]),
  when: condition,
  role: z.enum(['subject', 'touched']).default('subject'),
});

const table = z
  .strictObject({
    member: z.string().optional().describe('End of the name of an archive’s member; without it the file itself.'),
    delimiter: z.string().length(1).default(','),
    encoding: z.enum(['utf-8', 'gb18030']).default('utf-8'),
    columns: z.array(z.string()).optional().describe('Names of the columns, where the file has no header line.'),
    events: z.array(event).default([]),
    labels: z.array(label).default([]),
  })
  .refine(({ events, labels }) => events.length + labels.length > 0, 'expected events or labels');

export const mappingJson = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'expected a name of small letters, digits and hyphens'),
  title: z.strictObject({ en: z.string(), zh: z.string() }).optional(),
  tick: duration().default(3_600_000).describe('How often an import that is its own clock ticks.'),
  tables: z.array(table).min(1),
});

export type Mapping = z.infer<typeof mappingJson>;
export type TableMapping = Mapping['tables'][number];
export type EventMapping = TableMapping['events'][number];
export type LabelMapping = TableMapping['labels'][number];
export type TimeMapping = EventMapping['times'][string];
export type AmountMapping = EventMapping['amounts'][string];
export type Condition = LabelMapping['when'];
export type Choice = z.infer<typeof choice>;

/** Mappings that come with Weir, by name. */
const READY_MADE = join(import.meta.dirname, 'mappings');

export interface LoadedMapping {
  readonly mapping: Mapping;
  /** As it was written: what an import depends on. */
  readonly text: string;
  /** What messages call it. */
  readonly label: string;
}

/** Loads a mapping by path, or a ready-made one by its name. */
export async function loadMapping(nameOrPath: string): Promise<LoadedMapping> {
  const readyMade = /^[a-z0-9-]+$/.test(nameOrPath);
  const file = readyMade ? join(READY_MADE, `${nameOrPath}.yaml`) : nameOrPath;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const what = readyMade ? `no mapping comes with Weir by the name ${nameOrPath}` : `mapping ${file} cannot be read`;
    throw new WeirError('IMPORT_INVALID', what, { cause });
  }
  return parseMapping(text, basename(file));
}

export function parseMapping(text: string, label: string): LoadedMapping {
  let raw: unknown;
  try {
    raw = parseYaml(text);
  } catch (cause) {
    if (!(cause instanceof YAMLError)) throw cause;
    throw new WeirError('IMPORT_INVALID', `${label} is no YAML: ${cause.message.split('\n')[0]}`, { cause });
  }
  const parsed = mappingJson.safeParse(raw);
  if (parsed.success) return { mapping: parsed.data, text, label };
  const problems = parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
  throw new WeirError('IMPORT_INVALID', `${label}: ${problems.join('; ')}`, { cause: parsed.error });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? 'the file'
    : path
        .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
        .join('');
}
