/**
 * The direction of imports holds, and the check for it bites: dependency-cruiser without @swc/core reads nothing of
 * this TypeScript and would find every tree in order.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

interface Violation {
  readonly rule: string;
  readonly from: string;
}

function violations(folder: string, targets: readonly string[]): Violation[] {
  const config = join(ROOT, '.dependency-cruiser.mjs');
  const run = spawnSync(process.execPath, [CRUISER, '--config', config, '--output-type', 'json', ...targets], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1_024 ** 2,
  });
  const report = JSON.parse(run.stdout || `{"failed": ${JSON.stringify(run.stderr)}}`);
  if (report.summary === undefined) throw new Error(`dependency-cruiser did not run: ${run.stderr}`);
  return report.summary.violations.map((one: { rule: { name: string }; from: string }) => ({
    rule: one.rule.name,
    from: one.from,
  }));
}

/** A tree in which everything is in order; each planted violation changes one file of it. */
const SOUND: { readonly [path: string]: string } = {
  'package.json': '{"type": "module"}',
  'weir.ts': "import './commands/start.ts';\n",
  'commands/start.ts':
    "import '../producers/http.ts';\nimport '../processors/score/task.ts';\nimport '../sinks/rows.ts';\nimport '../dashboards/api.ts';\nimport '../runtime/log/embedded.ts';\nimport '../runtime/tracing.ts';\n",
  'schemas/event.ts': 'export interface Event { readonly id: string }\n',
  'runtime/log/port.ts': "import type { Event } from '../../schemas/event.ts';\nexport type Append = Event;\n",
  'runtime/log/embedded.ts':
    "import type { Append } from './port.ts';\nexport const open = (): Append | null => null;\n",
  'runtime/tracing.ts': "export const start = () => import('./tracing/otlp.ts');\n",
  'runtime/tracing/otlp.ts': 'export const otlp = 1;\n',
  'producers/http.ts':
    "import type { Append } from '../runtime/log/port.ts';\nexport const send = (one: Append) => one;\n",
  'processors/features/sum.ts': 'export const sum = 1;\n',
  'processors/books/history.ts': 'export const history = 1;\n',
  'processors/rules/contract.ts': 'export const rule = 1;\n',
  'processors/rules/aml/ring.ts':
    "import { rule } from '../contract.ts';\nimport { sum } from '../../features/sum.ts';\nexport const ring = rule + sum;\n",
  'processors/score/task.ts': "import '../rules/aml/ring.ts';\nimport '../books/history.ts';\nexport const task = 1;\n",
  'sinks/rows.ts': 'export const rows = 1;\n',
  'dashboards/api.ts': 'export const api = 1;\n',
};

function plant(changes: { readonly [path: string]: string }): Violation[] {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries({ ...SOUND, ...changes })) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return violations(folder, ['weir.ts', 'commands', 'schemas', 'runtime', ...ROLES]);
}

const ROLES = ['producers', 'processors', 'sinks', 'dashboards'];

describe('the direction of imports', () => {
  it('holds in this repository', () => {
    const targets = ['weir.ts', 'vitest.config.ts', 'schemas', 'runtime', ...ROLES, 'commands', 'bench', 'test'];
    expect(violations(ROOT, targets)).toEqual([]);
  });

  it('finds nothing in a sound tree', () => {
    expect(plant({})).toEqual([]);
  });

  it.each([
    ['schemas-imports-only-itself', 'schemas/event.ts', "import '../runtime/log/port.ts';\n"],
    ['runtime-imports-only-schemas', 'runtime/log/port.ts', "import '../../producers/http.ts';\n"],
    ['producers-imports-only-schemas-and-runtime', 'producers/http.ts', "import '../processors/score/task.ts';\n"],
    ['processors-imports-only-schemas-and-runtime', 'processors/score/task.ts', "import '../../sinks/rows.ts';\n"],
    ['sinks-imports-only-schemas-and-runtime', 'sinks/rows.ts', "import '../dashboards/api.ts';\n"],
    ['dashboards-imports-only-schemas-and-runtime', 'dashboards/api.ts', "import '../producers/http.ts';\n"],
    [
      'rules-import-only-contract-features-and-schemas',
      'processors/rules/aml/ring.ts',
      "import '../../books/history.ts';\n",
    ],
    ['books-features-and-rules-touch-nothing-outside', 'processors/features/sum.ts', "import 'node:fs';\n"],
    ['only-the-composition-picks-a-log-adapter', 'sinks/rows.ts', "import '../runtime/log/embedded.ts';\n"],
    [
      'what-traces-is-loaded-only-where-something-is-traced',
      'producers/http.ts',
      "import '../runtime/tracing/otlp.ts';\n",
    ],
    ['nothing-imports-the-entry-point', 'commands/start.ts', "import '../weir.ts';\n"],
    ['no-unresolvable-imports', 'sinks/rows.ts', "import './missing.ts';\n"],
    ['no-unlisted-packages', 'sinks/rows.ts', "import 'left-pad';\n"],
  ])('breaks %s on a planted import in %s', (rule, path, line) => {
    expect(plant({ [path]: line + SOUND[path] })).toContainEqual({ rule, from: path });
  });

  it('counts an import of types alone as an import', () => {
    const text = "import type { send } from '../producers/http.ts';\nexport type Rows = typeof send;\n";
    const rule = 'sinks-imports-only-schemas-and-runtime';
    expect(plant({ 'sinks/rows.ts': text })).toContainEqual({ rule, from: 'sinks/rows.ts' });
  });

  it('finds a dead file', () => {
    const found = plant({ 'runtime/forgotten.ts': 'export const forgotten = 1;\n' });
    expect(found).toContainEqual(expect.objectContaining({ rule: 'no-dead-files' }));
  });

  it('goes in circles for types alone: a cycle of values is found', () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'a.ts'),
      "import { b } from './b.ts';\nexport const a = () => b;\nexport type A = typeof a;\n",
    );
    writeFileSync(join(folder, 'b.ts'), "import { a } from './a.ts';\nexport const b = () => a;\n");
    expect(lint(folder)).toContain('noImportCycles');
    writeFileSync(join(folder, 'b.ts'), "import type { A } from './a.ts';\nexport const b = (a: A) => a;\n");
    expect(lint(folder)).not.toContain('noImportCycles');
  });
});

/** What biome says about a folder by the rules of this repository. */
function lint(folder: string): string {
  writeFileSync(join(folder, 'biome.json'), readFileSync(join(ROOT, 'biome.json')));
  const run = spawnSync(process.execPath, [join(ROOT, 'node_modules/@biomejs/biome/bin/biome'), 'lint', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return run.stdout + run.stderr;
}
