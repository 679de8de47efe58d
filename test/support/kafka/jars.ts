/**
 * Kafka's jars: resolved by Maven once, then kept in the user's cache folder, outside the repository. The
 * folder is named after the pom, so another version gets another folder.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beside, keepAs } from '../kept-folder.ts';

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));
const JAVA_MIN = 17;

/** Why there can be no broker from jars here; null where there can. */
export function whyNoJars(): string | null {
  const version = outputOf('java', ['-version']);
  if (version === null) return 'no Java is installed';
  const major = Number(/version "(\d+)/.exec(version)?.[1] ?? 0);
  if (major < JAVA_MIN) return `Java ${major} is too old, ${JAVA_MIN} is needed`;
  if (existsSync(jarsFolder())) return null;
  return outputOf('mvn', ['--version']) === null ? 'no Maven is installed to fetch its jars' : null;
}

/** The folder with the jars; fetched where they are not there yet. */
export function kafkaJars(): string {
  const folder = jarsFolder();
  if (existsSync(folder)) return folder;
  const fetched = beside(folder);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${fetched}`, '-DincludeScope=runtime'];
  execFileSync('mvn', ['-q', '-B', '-f', POM, ...goal], { stdio: ['ignore', 'inherit', 'inherit'] });
  keepAs(folder, fetched);
  return folder;
}

function jarsFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const name = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  return join(cache, 'weir', `kafka-${name}`);
}

/** What a program prints, on whichever stream; null where it is not there. */
function outputOf(program: string, args: readonly string[]): string | null {
  try {
    return execFileSync('/bin/sh', ['-c', '"$0" "$@" 2>&1', program, ...args], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return null;
  }
}
