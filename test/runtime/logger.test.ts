import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLogger } from '../../runtime/logger.ts';
import { temporaryFolder } from '../support/folder.ts';

function logged(write: (logger: ReturnType<typeof openLogger>['logger']) => void, level: 'info' | 'debug' = 'info') {
  const file = join(temporaryFolder(), 'logs', 'weir.log');
  const printed: string[] = [];
  const { logger, close } = openLogger({ level, file, terminal: (text) => printed.push(text) });
  write(logger);
  close();
  return { text: readFileSync(file, 'utf8'), printed };
}

describe('the log', () => {
  it('holds no personal data and no secret, however deep they stand', () => {
    const { text, printed } = logged((logger) => {
      const debtor = { party: 'C-1001', account: '6222020200112233', name: '上海明德贸易有限公司' };
      logger.warn({ transfers: [{ debtor }], debtor, name: '李雷', apiKey: 'k-123456' }, 'refused');
      logger.warn({ req: { headers: { authorization: 'Bearer s3cret', cookie: 'session=1' } } }, 'denied');
    });
    for (const secret of ['6222020200112233', '上海明德贸易有限公司', '李雷', 'k-123456', 's3cret', 'session=1']) {
      expect(text).not.toContain(secret);
      expect(printed.join('\n')).not.toContain(secret);
    }
    expect(text).toContain('C-1001');
  });

  it('is one JSON object a line, with level, time and the causes of an error', () => {
    const { text } = logged((logger) => logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'no'));
    const line = JSON.parse(text.trim());
    expect(line).toMatchObject({ level: 'error', msg: 'no', err: { message: 'outer', cause: { message: 'inner' } } });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  it('prints warnings at the terminal, and nothing less', () => {
    const { printed, text } = logged((logger) => {
      logger.info('for the file');
      logger.warn('for people');
    });
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('for people');
    expect(text.trim().split('\n')).toHaveLength(2);
  });

  it('sets a file aside that has grown large, and keeps one such', () => {
    const file = join(temporaryFolder(), 'weir.log');
    writeFileSync(file, '');
    truncateSync(file, 65 * 1_024 ** 2);
    const { logger, close } = openLogger({ level: 'info', file, terminal: null });
    logger.info('the first line of a new file');
    close();
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(statSync(`${file}.1`).size).toBe(65 * 1_024 ** 2);
  });

  it('sets it aside while it is written too, and loses no line', () => {
    const file = join(temporaryFolder(), 'weir.log');
    writeFileSync(file, '');
    truncateSync(file, 64 * 1_024 ** 2 - 100);
    const { logger, close } = openLogger({ level: 'info', file, terminal: null });
    for (let line = 0; line < 50; line++) logger.info({ line }, 'written');
    close();
    const older = readFileSync(`${file}.1`);
    const text = older.subarray(64 * 1_024 ** 2 - 100).toString('utf8') + readFileSync(file, 'utf8');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).line),
    ).toEqual(Array.from({ length: 50 }, (_, line) => line));
  });
});
