/** The tables of a build before entries lay by subject, and decisions by payer: in the order of arrival. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Migration, readMigrations } from '../../sinks/clickhouse/migrate.ts';
import { ROOT } from './sources.ts';

const FORMER = join(ROOT, 'test/sinks/clickhouse/former');
const REWRITTEN = ['001-journal.sql', '002-outputs.sql'];

/** Its migrations, with the files as they then were. */
export function formerMigrations(): Migration[] {
  return readMigrations()
    .filter(({ name }) => name < '012-')
    .map((one) => (REWRITTEN.includes(one.name) ? { ...one, sql: readFileSync(join(FORMER, one.name), 'utf8') } : one));
}
