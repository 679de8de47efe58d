/** The image: what goes in, as whom it runs, and that what goes in is enough. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, sources } from '../support/sources.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('Dockerfile');
const { dependencies } = JSON.parse(read('package.json')) as { dependencies: { [name: string]: string } };

/** What `.dockerignore` lets in, all else being shut out. */
const admitted = read('.dockerignore')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
const isAdmitted = (path: string) => admitted.some((one) => path === one || path.startsWith(`${one}/`));

/** The console's sources are built in a stage of their own. */
const isBuilt = (path: string) => path.startsWith('dashboards/console/');
const shipped = sources().filter(({ path }) => isAdmitted(path) && !isBuilt(path));

describe('the image', () => {
  it('runs the Node that the tests run', () => {
    const pinned = /^ARG NODE=node:(\d+\.\d+\.\d+)-bookworm-slim$/m.exec(dockerfile)?.[1];
    expect(pinned).toBe(dependencies.node);
  });

  it('runs as nobody in particular, who may write to /data alone', () => {
    const stage = dockerfile.slice(dockerfile.indexOf(' AS base'));
    expect(stage).toMatch(/^USER 10001:10001$/m);
    expect(stage).toMatch(/^VOLUME \/data$/m);
    expect(stage.slice(stage.indexOf('USER'))).not.toMatch(/^(USER root|RUN)/m);
    expect(stage).not.toContain('--chown');
  });

  it('takes dependencies as locked, without those of developers and without their scripts', () => {
    expect(dockerfile).toContain('npm ci --omit=dev --ignore-scripts');
    for (const name of ['test', 'bench', '.git', 'node_modules', '.env', 'data']) expect(isAdmitted(name)).toBe(false);
  });

  it('holds the console as it is built, and nothing of what builds it', () => {
    expect(dockerfile).toMatch(/^RUN rm -rf dashboards\/console /m);
    expect(dockerfile).toMatch(/^COPY --from=console \/app\/dashboards\/console\/dist /m);
  });

  it('holds every file that one of its files imports', () => {
    expect(shipped.map(({ path }) => path)).toContain('weir.ts');
    const known = new Set(shipped.map(({ path }) => path));
    const missing = shipped.flatMap(({ path, text }) =>
      importsOf(text)
        .filter((name) => name.startsWith('.'))
        .map((name) => join(path, '..', name).replaceAll('\\', '/'))
        .filter((target) => !known.has(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('holds every package that one of its files imports', () => {
    const names = new Set(
      shipped.flatMap(({ text }) =>
        importsOf(text)
          .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
          .map((name) =>
            name
              .split('/')
              .slice(0, name.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      ),
    );
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !(name in dependencies))).toEqual([]);
  });
});

/** What a file loads when it runs; types are gone by then. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)';|^import '([^']+)';/gm);
  return [...statements].flatMap(([, from, bare]) => from ?? bare ?? []);
}
