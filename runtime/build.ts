/**
 * Names the build: a hash over what can change a judgement (processors, schemas and the lockfile). Two
 * processes of one build fold a journal alike; between two builds the digest has to show it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
let known: string | null = null;

/** 16 hex digits. */
export function buildId(): string {
  known ??= hashBuild();
  return known;
}

function hashBuild(): string {
  const hash = createHash('sha256');
  for (const folder of ['processors', 'schemas']) {
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .sort();
    for (const file of files) hash.update(file).update(readFileSync(join(ROOT, folder, file)));
  }
  return hash
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16);
}
