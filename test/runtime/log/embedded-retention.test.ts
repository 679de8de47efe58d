/** What the embedded log drops and what it keeps: real LMDB. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedLog, type EmbeddedLogOptions, openEmbeddedLog } from '../../../runtime/log/embedded.ts';
import { packValues } from '../../../runtime/log/values.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { code, FINGERPRINT, texts } from './contract.ts';
import { readPolled } from './polled.ts';

let folder: string;
let log: EmbeddedLog;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  folder = mkdtempSync(join(tmpdir(), 'weir-log-'));
  log = await open();
});

afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<EmbeddedLogOptions> = {}): Promise<EmbeddedLog> {
  return openEmbeddedLog({ folder, now: () => now, ...options });
}

async function reopen(): Promise<void> {
  await log.close();
  log = await open();
}

describe('retention', () => {
  const retentionMs = TOPICS.decisions.retentionMs as number;

  async function appendAt(time: number, values: readonly string[]): Promise<void> {
    now = time;
    await log.append(texts('decisions', 0, values));
  }

  it('drops whole batches that are older, and remembers where the rest begins', async () => {
    const first = now;
    await appendAt(first, ['a', 'b']);
    await appendAt(first + 1_000, ['c']);
    await log.trim(first + retentionMs);
    expect(log.start('decisions', 0)).toBe(0);
    await log.trim(first + retentionMs + 1);
    expect([log.start('decisions', 0), log.end('decisions', 0)]).toEqual([2, 3]);
    await reopen();
    expect([log.start('decisions', 0), log.end('decisions', 0)]).toEqual([2, 3]);
    expect(readPolled(log, 'decisions', 0)).toEqual(['c']);
    for (const from of [0, 1]) {
      const reader = log.reader('decisions', 0, from, { durable: true });
      expect(() => reader.poll()).toThrow(code('LOG_POSITION_LOST'));
      await expect(reader.next()).rejects.toEqual(code('LOG_POSITION_LOST'));
    }
  });

  it('goes on counting where everything was dropped', async () => {
    await appendAt(now, ['a', 'b']);
    await log.trim(now + retentionMs + 1);
    await reopen();
    expect([log.start('decisions', 0), log.end('decisions', 0)]).toEqual([2, 2]);
    expect(() => log.reader('decisions', 0, 1, { durable: true }).poll()).toThrow(code('LOG_POSITION_LOST'));
    expect(await log.append(texts('decisions', 0, ['c']))).toEqual({ baseOffset: 2 });
    expect(readPolled(log, 'decisions', 0)).toEqual(['c']);
  });

  it('drops nothing that a registered reader or an owner still needs, nor the journal', async () => {
    for (const value of ['a', 'b', 'c', 'd']) await appendAt(now, [value]);
    await log.append(texts('journal', 0, ['kept for ever']));
    const later = now + retentionMs + 1;
    const sink = log.committer('sink');
    await sink.fence();
    await sink.commit({
      outputs: [],
      positions: [{ topic: 'decisions', partition: 0, offset: 3 }],
      state: Buffer.alloc(0),
    });
    await log.retain('reader', [{ topic: 'decisions', partition: 0, offset: 1 }]);
    await reopen();
    await log.trim(later);
    expect(log.start('decisions', 0)).toBe(1);
    await log.retain('reader', null);
    await log.trim(later);
    expect(log.start('decisions', 0)).toBe(3);
    expect(readPolled(log, 'journal', 0)).toEqual(['kept for ever']);
  });

  it('uses the room again that dropped batches took', async () => {
    const values = packValues([Buffer.alloc(20_000)]);
    for (let round = 0; round < 50; round++) {
      const appends = Array.from({ length: 16 }, (_, partition) =>
        log.append({ topic: 'alerts', partition, fingerprint: FINGERPRINT, values }),
      );
      await Promise.all(appends);
      now += 1_000;
      await log.trim(now + retentionMs);
    }
    expect([log.start('alerts', 5), log.end('alerts', 5)]).toEqual([50, 50]);
    const writtenBytes = 50 * 16 * 20_000;
    expect(statSync(join(folder, 'data.mdb')).size).toBeLessThan(writtenBytes / 4);
  });
});
