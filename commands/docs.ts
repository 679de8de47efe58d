/** For developers: `npm run docs` rewrites the generated tables of the README, and the JSON Schema of webhooks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { payloadJsonSchema } from '../sinks/webhook/payload-schema.ts';
import type { Declare } from './cli.ts';
import { fillSections, referenceSections } from './reference.ts';

const PAYLOAD_SCHEMA = join(import.meta.dirname, '../docs/webhooks/payload.schema.json');
export const README = join(import.meta.dirname, '../README.md');

export const declareDocs: Declare = (program, cli) => {
  program.command('docs', { hidden: true }).action(() => {
    writeFileSync(PAYLOAD_SCHEMA, `${JSON.stringify(payloadJsonSchema(), null, 2)}\n`);
    const before = readFileSync(README, 'utf8');
    const after = fillSections(before, referenceSections(program));
    if (after === before) {
      cli.terminal.print('README.md is up to date');
      return;
    }
    writeFileSync(README, after);
    cli.terminal.print('README.md is rewritten');
  });
};
