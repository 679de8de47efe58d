/** For developers: `npm run docs` rewrites the generated tables of the README. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Declare } from './cli.ts';
import { fillSections, referenceSections } from './reference.ts';

export const README = join(import.meta.dirname, '../README.md');

export const declareDocs: Declare = (program, cli) => {
  program.command('docs', { hidden: true }).action(() => {
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
