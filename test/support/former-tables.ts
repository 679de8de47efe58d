/** The tables of a build before entries lay by subject: in the order of arrival. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Migration, readMigrations } from '../../sinks/clickhouse/migrate.ts';
import { ROOT } from './sources.ts';

const FORMER = join(ROOT, 'test/sinks/clickhouse/former/001-journal.sql');

/** Its migrations, with the file as it then was. */
export function formerMigrations(): Migration[] {
  return readMigrations()
    .filter(({ name }) => name < '012-')
    .map((one) => (one.number === 1 ? { ...one, sql: readFileSync(FORMER, 'utf8') } : one));
}
