/** Commands on a data folder on which no Weir runs: they open it themselves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Intake } from '../../producers/intake.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { packValues } from '../../runtime/log/values.ts';
import { lockFolder } from '../../runtime/store/folder-lock.ts';
import { schemaOf } from '../../schemas/declare.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { BLOCKS } from '../../schemas/journal.ts';
import { openAccess } from '../support/access.ts';
import { runWeir } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Line {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly seen: string;
  readonly index?: number;
  readonly type?: string;
  readonly value: { readonly [field: string]: unknown };
}

const EXAMPLE = transferRecord.render(transferRecord.example);

/** A data folder with three transfers in two batches, and one block of two entries in the journal. */
async function folderWithEvents(): Promise<string> {
  const dataDir = temporaryFolder();
  const log = await openEmbeddedLog({ folder: join(dataDir, 'log'), partitions: 2 });
  const intake = new Intake(log);
  const transfer = (transferId: string) => ({ ...EXAMPLE, transferId });
  await intake.submit('transfers', [transfer('T-1'), transfer('T-2')]);
  await intake.submit('transfers', [transfer('T-3')]);
  const { type, fingerprint, record } = BLOCKS.transfers;
  await log.declareSchema(fingerprint, JSON.stringify({ type: 'array', items: schemaOf(record as never) }));
  const values = packValues([type.toBuffer([record.example, record.example])]);
  await log.append({ topic: 'journal', partition: 1, fingerprint, values });
  await log.close();
  return dataDir;
}

describe('weir read', () => {
  it('prints decoded records in JSON form, with where and when they came', async () => {
    const { lines, exitCode } = await runWeir(['read', 'transfers'], { dataDir: await folderWithEvents() });
    expect(exitCode).toBe(0);
    expect(
      lines<Line>().map(({ topic, partition, offset, value }) => [topic, partition, offset, value.transferId]),
    ).toEqual([
      ['transfers', 0, 0, 'T-1'],
      ['transfers', 0, 1, 'T-2'],
      ['transfers', 0, 2, 'T-3'],
    ]);
    expect(lines<Line>()[0]?.value).toEqual({ ...EXAMPLE, transferId: 'T-1' });
    expect(new Date(lines<Line>()[0]?.seen as string).getTime()).toBeGreaterThan(0);
  });

  it('prints a journal block entry by entry, with the type of its events', async () => {
    const { lines } = await runWeir(['read', 'journal'], { dataDir: await folderWithEvents() });
    expect(lines<Line>().map(({ partition, offset, index, type }) => [partition, offset, index, type])).toEqual([
      [1, 0, 0, 'transfers'],
      [1, 0, 1, 'transfers'],
    ]);
    expect(lines<Line>()[0]?.value).toMatchObject({ subject: 'C-1001', role: 'payer', event: EXAMPLE });
  });

  it.each([
    [
      ['--from', '1'],
      ['T-2', 'T-3'],
    ],
    [['--from', '2'], ['T-3']],
    [['--from', '3'], []],
    [['--end'], []],
    [
      ['--limit', '2'],
      ['T-1', 'T-2'],
    ],
    [['--partition', '0', '--limit', '1'], ['T-1']],
  ])('with %j prints %j', async (options, expected) => {
    const { lines } = await runWeir(['read', 'transfers', ...options], { dataDir: await folderWithEvents() });
    expect(lines<Line>().map(({ value }) => value.transferId)).toEqual(expected);
  });

  it.each([
    [['read', 'transfer'], 1, 'NOT_FOUND\nthere is no topic transfer; the nearest is transfers'],
    [['read', 'transfers', '--partition', '1'], 1, 'NOT_FOUND\ntransfers has partitions 0 to 0, and no 1'],
    [['read', 'transfers', '--from', 'x'], 1, 'REQUEST_INVALID\n--from: is “x”, expected a whole number'],
    [['read', 'transfers', '--follow'], 1, 'NOT_RUNNING\n--follow waits for what comes'],
    [['read'], 2, "missing required argument 'topic'"],
    [['raed', 'transfers'], 2, 'Did you mean read?'],
  ])('answers %j with %i and a sentence', async (args, exitCode, message) => {
    const ran = await runWeir(args, { dataDir: await folderWithEvents() });
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.errors).toContain(message);
  });
});

describe('weir topics', () => {
  it('counts the records of each topic', async () => {
    const { out } = await runWeir(['topics'], { dataDir: await folderWithEvents() });
    expect(out).toMatch(/^transfers +Transfers +1 +3 +3 /m);
    expect(out).toMatch(/^journal +Journal +2 +1 +1 .* for ever +internal$/m);
  });

  it('speaks Chinese', async () => {
    const { out } = await runWeir(['topics'], { dataDir: await folderWithEvents(), language: 'zh' });
    expect(out).toMatch(/^主题 /);
    expect(out).toContain('永久');
  });
});

describe('a data folder', () => {
  it('is not made by a command that only looks', async () => {
    const { exitCode, errors } = await runWeir(['topics'], { dataDir: join(temporaryFolder(), 'nowhere') });
    expect(exitCode).toBe(1);
    expect(errors).toContain('there is no data folder');
  });

  it('that another holds without answering is left alone', async () => {
    const dataDir = await folderWithEvents();
    const lock = lockFolder(dataDir);
    try {
      const { exitCode, errors } = await runWeir(['topics'], { dataDir });
      expect([exitCode, errors]).toEqual([1, expect.stringContaining('FOLDER_IN_USE')]);
    } finally {
      lock.release();
    }
  });
});

describe('weir freeze and unfreeze', () => {
  it('tell control who, what and why', async () => {
    const dataDir = await folderWithEvents();
    const until = '2026-04-01T00:00:00+08:00';
    await runWeir(['freeze', 'C-7', '--by', 'chen', '--reason', 'court order', '--until', until], { dataDir });
    await runWeir(['unfreeze', 'C-7', '--by', 'chen', '--reason', 'lifted'], { dataDir });
    const told = (await runWeir(['read', 'control'], { dataDir })).lines<Line>().map(({ value }) => value);
    expect(told).toMatchObject([
      { kind: 'freeze', party: 'C-7', by: 'chen', reason: 'court order', until: '2026-03-31T16:00:00.000Z' },
      { kind: 'unfreeze', party: 'C-7', by: 'chen', reason: 'lifted' },
    ]);
  });

  it('refuse a time without a zone, naming it', async () => {
    const args = ['freeze', 'C-7', '--by', 'chen', '--reason', 'x', '--until', '2026-04-01T00:00:00'];
    const { exitCode, errors } = await runWeir(args, { dataDir: await folderWithEvents() });
    expect(exitCode).toBe(1);
    expect(errors).toContain('until');
  });

  it('ask for a name and a reason', async () => {
    const { exitCode, errors } = await runWeir(['freeze', 'C-7'], { dataDir: await folderWithEvents() });
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('--by')]);
  });
});

describe('weir stop-payouts, tighten and undo', () => {
  it('tell control who, what, for whom and why, and how to undo it', async () => {
    const dataDir = await folderWithEvents();
    const who = ['--by', 'chen', '--reason', 'drill'];
    const stopped = await runWeir(['stop-payouts', '--segment', 'tag:merchant', ...who], { dataDir });
    const measure = /weir undo (\S+)/.exec(stopped.out)?.[1] ?? '';
    await runWeir(['tighten', '50', '--until', '2026-04-01T00:00:00+08:00', ...who], { dataDir });
    await runWeir(['undo', measure, ...who], { dataDir });
    const told = (await runWeir(['read', 'control'], { dataDir })).lines<Line>().map(({ value }) => value);
    expect(told).toMatchObject([
      { controlId: measure, kind: 'stop-payouts', segment: 'tag:merchant', by: 'chen', reason: 'drill' },
      { kind: 'tighten', percent: 50, until: '2026-03-31T16:00:00.000Z' },
      { kind: 'undo', measure },
    ]);
  });

  it.each([
    [['tighten', '100'], 'percent'],
    [['tighten', '-5'], 'percent'],
    [['stop-payouts', '--segment', 'everybody'], 'kind:person'],
    [['undo'], 'measure'],
  ])('refuse %j', async (args, told) => {
    const who = ['--by', 'chen', '--reason', 'drill'];
    const { exitCode, errors } = await runWeir([...args, ...who], { dataDir: await folderWithEvents() });
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(told)]);
  });
});

describe('weir keys', () => {
  it('makes a key, lists it without its secret, and ends it', async () => {
    const dataDir = await folderWithEvents();
    const created = await runWeir(['keys', 'create', '--name', 'core-bank', '--role', 'intake', 'viewer'], { dataDir });
    const key = created.out.trim();
    expect(key).toMatch(/^weir_[0-9a-f]{12}_/);
    const listed = await runWeir(['keys', 'list'], { dataDir });
    expect(listed.out).toContain('intake,viewer');
    expect(listed.out).not.toContain(key.slice(18));
    await runWeir(['keys', 'revoke', key.split('_')[1] as string], { dataDir });
    const [facts] = JSON.parse((await runWeir(['keys', 'list', '--json'], { dataDir })).out);
    expect(facts.revokedAt).toBeTypeOf('string');
  });

  it('refuses a role that there is not', async () => {
    const args = ['keys', 'create', '--name', 'x', '--role', 'king'];
    const { exitCode, errors } = await runWeir(args, { dataDir: await folderWithEvents() });
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('roles/0: ')]);
  });
});

describe('weir users', () => {
  it('makes a user, lists it without its password, sets another and ends it, and notes each change', async () => {
    const dataDir = await folderWithEvents();
    const made = await runWeir(['users', 'create', '--name', 'li', '--role', 'officer'], { dataDir });
    const first = made.out.trim();
    expect(first).toMatch(/^[\w-]{20}$/);
    const listed = await runWeir(['users', 'list'], { dataDir });
    expect(listed.out).toContain('officer');
    expect(listed.out).not.toContain(first);
    const file = join(temporaryFolder(), 'password');
    writeFileSync(file, '一二三四五六七八九十甲乙\n');
    const set = await runWeir(['users', 'password', 'li', '--password-file', file], { dataDir });
    expect(set.out).not.toContain('一二三');
    const log = await openEmbeddedLog({ folder: join(dataDir, 'log') });
    const { users: store } = await openAccess({ log });
    expect(await store.check('li', first)).toBeNull();
    expect((await store.check('li', '一二三四五六七八九十甲乙'))?.user).toMatchObject({ name: 'li' });
    await log.close();
    await runWeir(['users', 'disable', 'li'], { dataDir });
    const [facts] = JSON.parse((await runWeir(['users', 'list', '--json'], { dataDir })).out);
    expect(facts.disabledAt).toBeTypeOf('string');
    const noted = (await runWeir(['read', 'activity'], { dataDir })).lines<Line>();
    expect(noted.map(({ value }) => [value.kind, value.party, value.by])).toEqual(
      Array.from({ length: 3 }, () => ['credential-change', 'staff:li', 'command-line']),
    );
  });

  it('refuses a password that is too short', async () => {
    const file = join(temporaryFolder(), 'password');
    writeFileSync(file, 'short');
    const args = ['users', 'create', '--name', 'x', '--role', 'officer', '--password-file', file];
    const { exitCode, errors } = await runWeir(args, { dataDir: await folderWithEvents() });
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('password: ')]);
  });
});

describe('weir rules', () => {
  function settingsFile(text: string): string {
    const file = join(temporaryFolder(), 'rules.yaml');
    writeFileSync(file, text);
    return file;
  }

  it('puts settings in force as a control entry, and shows them', async () => {
    const dataDir = await folderWithEvents();
    const file = settingsFile('lateness: 48h\n');
    await runWeir(['rules', 'apply', file, '--by', 'chen', '--reason', 'late feeds'], { dataDir });
    const [told] = (await runWeir(['read', 'control'], { dataDir })).lines<Line>();
    expect(told?.value).toMatchObject({
      kind: 'settings',
      by: 'chen',
      reason: 'late feeds',
      settings: '{"lateness":"48h"}',
    });
    const shown = await runWeir(['rules', 'show'], { dataDir });
    expect(shown.out).toContain('by chen: late feeds');
    expect((await runWeir(['rules', 'show', '--yaml'], { dataDir })).out).toBe('lateness: 48h\n');
  });

  it('refuses wrong settings by name of file and place, and keeps the old ones', async () => {
    const dataDir = await folderWithEvents();
    const file = settingsFile('latenes: 48h\n');
    const refused = await runWeir(['rules', 'apply', file, '--by', 'chen', '--reason', 'x'], { dataDir });
    expect(refused.exitCode).toBe(2);
    expect(refused.errors).toContain(file);
    expect(refused.errors).toContain('latenes');
    expect((await runWeir(['read', 'control'], { dataDir })).lines()).toEqual([]);
  });

  it('switches a rule off, and knows which there are', async () => {
    const dataDir = await folderWithEvents();
    await runWeir(['rules', 'disable', 'velocity', '--by', 'chen', '--reason', 'noise'], { dataDir });
    const [told] = (await runWeir(['read', 'control'], { dataDir })).lines<Line>();
    expect(told?.value).toMatchObject({ kind: 'rule-switch', rule: 'velocity', enabled: false });
    const refused = await runWeir(['rules', 'disable', 'velocty', '--by', 'chen', '--reason', 'noise'], { dataDir });
    expect(refused.errors).toContain('the nearest is velocity');
  });
});

describe('weir config', () => {
  it('prints each value with its origin, and no secret', async () => {
    const environment = { WEIR_PORT: '9000', WEIR_ADMIN_KEY: 'a-very-secret-key' };
    const { out } = await runWeir(['config', '--json'], { dataDir: '/data', environment });
    const shown = JSON.parse(out);
    expect(shown.port).toEqual({ variable: 'WEIR_PORT', value: '9000', from: 'environment' });
    expect(shown.partitions).toMatchObject({ value: '16', from: 'default' });
    expect(shown.adminKey).toMatchObject({ value: '********', from: 'environment' });
    expect(out).not.toContain('a-very-secret-key');
  });

  it('ends with 2 on a setting that there is not', async () => {
    const { exitCode, errors } = await runWeir(['config'], { dataDir: '/data', environment: { WEIR_PROT: '1' } });
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('the nearest is WEIR_PORT')]);
  });
});
