/** The embedded log through the log port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedLog, openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import type { Append, RecordBatch } from '../../../runtime/log/port.ts';
import { packValues, valueAt } from '../../../runtime/log/values.ts';

const FINGERPRINT = '00112233445566aa';

let folder: string;
let log: EmbeddedLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-log-'));
  log = await openEmbeddedLog({ folder, partitions: 4 });
});

afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

function texts(topic: string, partition: number, values: readonly string[], fingerprint = FINGERPRINT): Append {
  return { topic, partition, fingerprint, values: packValues(values.map((value) => Buffer.from(value))) };
}

function textsOf({ values }: RecordBatch): string[] {
  return Array.from({ length: values.count }, (_, index) => valueAt(values, index).toString());
}

describe('append and read', () => {
  it('gives back what was appended, with offsets, fingerprint and append time', async () => {
    const { baseOffset } = await log.append(texts('transfers', 0, ['a', 'bb', '']));
    expect(baseOffset).toBe(0);
    const reader = log.reader('transfers', 0, 0, { durable: true });
    expect(reader.ready()).toBe(true);
    const batch = reader.poll();
    expect(batch).toMatchObject({ topic: 'transfers', partition: 0, baseOffset: 0, fingerprint: FINGERPRINT });
    expect(textsOf(batch!)).toEqual(['a', 'bb', '']);
    expect(reader.position).toBe(3);
    expect(reader.poll()).toBeNull();
  });
});
