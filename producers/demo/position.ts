/** Where the demo stands, kept in the data folder so that a restart goes on and brings nothing anew. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';

const positionJson = z.strictObject({
  seed: z.int(),
  parties: z.int(),
  /** Where the history begins. */
  from: z.int(),
  /** True once customers and what was there before are sent. */
  pastSent: z.boolean(),
  /** Everything that arrives before this instant was sent. */
  sentUntil: z.int(),
  /** When the live traffic began that has had no gap since; null before there was any. */
  liveSince: z.int().nullable(),
});

export type DemoPosition = z.infer<typeof positionJson>;

/** Null where the demo never ran on this folder. */
export async function readPosition(file: string): Promise<DemoPosition | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const parsed = positionJson.safeParse(jsonOrNull(text));
  if (parsed.success) return parsed.data;
  throw new WeirError('CONFIG_INVALID', `${file} is not where the demo left off; remove it to begin the demo anew.`, {
    cause: parsed.error,
  });
}

export async function writePosition(file: string, position: DemoPosition): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(position)}\n`);
  await rename(`${file}.new`, file);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
