/** Every command that the containers run is one that Weir knows, with the options and roles that it takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../commands/program.ts';
import { Terminal } from '../../commands/terminal.ts';
import { PROCESS_ROLES, parseRoles } from '../../runtime/roles.ts';
import { ROOT } from '../support/sources.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Named {
  readonly where: string;
  readonly words: readonly string[];
}

function fromCompose(): Named[] {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    readonly services: { readonly [name: string]: { readonly image: string; readonly command?: readonly string[] } };
  };
  return Object.entries(services)
    .filter(([, { image }]) => image.startsWith('weir:'))
    .map(([where, { command = [] }]) => ({ where, words: command }));
}

function fromDockerfile(): Named[] {
  return [...read('Dockerfile').matchAll(/^CMD (\[.*\])$/gm)].map(([, words]) => {
    return { where: 'Dockerfile', words: JSON.parse(words as string) as string[] };
  });
}

const terminal = new Terminal(process.stdout, process.stderr, 'en');
const program = buildProgram({ version: '0', environment: {}, now: () => 0, terminal, exitCode: 0 });

/** The command that words name, and what is left of them. */
function commandOf(words: readonly string[]): { readonly command: Command; readonly left: readonly string[] } {
  let command: Command = program;
  let left = words;
  for (;;) {
    const found = command.commands.find((one) => one.name() === left[0]);
    if (found === undefined) return { command, left };
    command = found;
    left = left.slice(1);
  }
}

describe('the containers', () => {
  const named = [...fromCompose(), ...fromDockerfile()];

  it('name commands', () => {
    expect(named.length).toBeGreaterThan(5);
    expect(named.map(({ words }) => words[0])).toEqual(expect.arrayContaining(['start', 'run', 'topics']));
  });

  it.each(named)('run what there is: $where', ({ words }) => {
    const { command, left } = commandOf(words);
    expect(command, words.join(' ')).not.toBe(program);
    for (let at = 0; at < left.length; at++) {
      const option = command.options.find(({ long }) => long === left[at]);
      expect(option, `${words.join(' ')}: ${left[at]}`).toBeDefined();
      if (option?.required === true) at++;
    }
  });

  it('have all roles among them, each known', () => {
    const runs = named
      .filter(({ words }) => words[0] === 'run')
      .map(({ words }) => words[words.indexOf('--roles') + 1] as string);
    expect(runs.flatMap((roles): readonly string[] => parseRoles(roles) ?? [`unknown: ${roles}`]).sort()).toEqual(
      [...PROCESS_ROLES].sort(),
    );
  });
});
