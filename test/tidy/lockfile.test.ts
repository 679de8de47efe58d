/**
 * `npm ci` refuses a lockfile that leaves out a package which another asks for, be it optional and for another system.
 * A registry that lacks some of them makes npm write such a lockfile without a word.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/sources.ts';

interface Locked {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: { readonly [path: string]: Locked };
};

/** Where a package would find another: beside it, or beside one of those that hold it. */
function isLocked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

describe('the lockfile', () => {
  it('names every package that one of its packages asks for, optional ones included', () => {
    const missing = Object.entries(packages).flatMap(
      ([path, { dependencies, devDependencies, optionalDependencies }]) => {
        const asked = Object.keys({
          ...dependencies,
          ...(path === '' ? devDependencies : {}),
          ...optionalDependencies,
        });
        return asked.filter((name) => !isLocked(path, name)).map((name) => `${path} asks for ${name}`);
      },
    );
    expect(missing).toEqual([]);
  });

  it('pins what package.json names, exactly', () => {
    const { dependencies, devDependencies } = packages[''] as Locked;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('names no registry: whoever installs may have another', () => {
    expect(JSON.stringify(packages)).not.toContain('"resolved"');
  });
});
