/**
 * The committed history of schemas: every shape that a record ever had in a release. What is in some
 * log was written with one of them, so each current schema must read them all.
 *
 * One file a shape, `schemas/history/<Record>/<number>-<fingerprint>.avsc`, numbered in the order of coming.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import type { Command } from 'commander';
import type { AvroSchema, Declared } from '../schemas/declare.ts';
import { BLOCKS } from '../schemas/journal.ts';
import { TOPIC_NAMES, TOPICS } from '../schemas/topics.ts';
import type { Cli } from './cli.ts';

export const HISTORY_FOLDER = join(import.meta.dirname, '../schemas/history');

export interface PastSchema {
  readonly file: string;
  readonly fingerprint: string;
  readonly type: avro.Type;
}

/** What of a declared record the history needs. */
export interface LoggedRecord {
  readonly name: string;
  readonly type: avro.Type;
  readonly fingerprint: string;
  readonly avro: (seen: Set<string>) => AvroSchema;
}

/** Records that lie in some log: those of the topics, and the journal's entries. */
export function loggedRecords(): readonly LoggedRecord[] {
  const ofTopics = TOPIC_NAMES.map((name) => TOPICS[name].record as Declared<unknown> | null);
  const entries = Object.values(BLOCKS).map((block) => block.record as unknown as Declared<unknown>);
  return [...ofTopics.filter((one) => one !== null), ...entries];
}

/** What a record looked like before, oldest first. */
export function pastSchemas(name: string, folder = HISTORY_FOLDER): PastSchema[] {
  return filesOf(join(folder, name)).map((file) => ({
    file: join(folder, name, file),
    fingerprint: /-([0-9a-f]{16})\.avsc$/.exec(file)?.[1] ?? '',
    type: avro.Type.forSchema(JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as avro.Schema),
  }));
}

/** Why the current type cannot read what was written with an earlier one; null where it can. */
export function incompatibility(current: avro.Type, past: avro.Type): string | null {
  try {
    current.createResolver(past);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Adds the current schemas that are new; refuses one that cannot read what is there. Answers the files that it wrote. */
export function recordSchemas(records: readonly LoggedRecord[], folder = HISTORY_FOLDER): string[] {
  return records.flatMap((record) => {
    const past = pastSchemas(record.name, folder);
    for (const { file, type } of past) {
      const problem = incompatibility(record.type, type);
      if (problem !== null) throw new Error(`${record.name} cannot read what was written with ${file}: ${problem}`);
    }
    if (past.some(({ fingerprint }) => fingerprint === record.fingerprint)) return [];
    const number = String(past.length + 1).padStart(3, '0');
    const file = join(folder, record.name, `${number}-${record.fingerprint}.avsc`);
    mkdirSync(join(folder, record.name), { recursive: true });
    writeFileSync(file, `${JSON.stringify(record.avro(new Set()), null, 2)}\n`);
    return [file];
  });
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.avsc'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** For developers: `npm run schemas` after a record has changed. */
export function declareSchemas(program: Command, cli: Cli): void {
  program.command('schemas', { hidden: true }).action(() => {
    const added = recordSchemas(loggedRecords());
    for (const file of added) cli.terminal.print(file);
    if (added.length === 0) cli.terminal.print('schemas/history is up to date');
  });
}
