/** Import and evaluation from the command line, on a folder of their own and into a running Weir. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { runWeir } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startWeir } from '../support/running-weir.ts';

interface Line {
  readonly value: { readonly [field: string]: unknown };
}

const ENVIRONMENT = { WEIR_PARTITIONS: '4' };

function fileOf(lines: readonly string[]): string {
  const file = join(temporaryFolder(), 'transfers.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function transfers(count: number): string[] {
  const example = transferRecord.render(transferRecord.example);
  return Array.from({ length: count }, (_, number) =>
    JSON.stringify({ topic: 'transfers', ...example, transferId: `T-${number}` }),
  );
}

describe('weir import', () => {
  it('judges a file on a folder of its own, where the data is the clock; a second run adds nothing', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const file = fileOf(transfers(25));
    const first = await runWeir(['import', file], { dataDir, environment: ENVIRONMENT });
    expect([first.exitCode, first.out]).toEqual([0, expect.stringContaining('25 transfers')]);
    const decided = async () => (await runWeir(['read', 'decisions'], { dataDir })).lines().length;
    expect(await decided()).toBe(25);
    const second = await runWeir(['import', file], { dataDir, environment: ENVIRONMENT });
    expect([second.exitCode, second.out]).toEqual([0, expect.stringContaining('25 lines were in already')]);
    expect(await decided()).toBe(25);
    expect((await runWeir(['replay', '--verify'], { dataDir })).exitCode).toBe(0);
  });

  it('puts bad lines into a reject file with number and reason, and ends with 1', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const file = fileOf([...transfers(2), '{"topic":"transfers","transferId":7}', 'not json']);
    const { exitCode, out } = await runWeir(['import', file], { dataDir, environment: ENVIRONMENT });
    expect([exitCode, out]).toEqual([1, expect.stringContaining('2 bad lines')]);
    const rejects = readFileSync(`${file}.rejects.ndjson`, 'utf8').trim().split('\n');
    expect(rejects.map((line) => JSON.parse(line).line)).toEqual([3, 4]);
  });

  it('goes into a running Weir as a backfill, marked historical', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const { exitCode } = await runWeir(['import', fileOf(transfers(5))], { dataDir });
    expect(exitCode).toBe(0);
    const [first] = (await runWeir(['read', 'transfers'], { dataDir })).lines<Line>();
    expect(first?.value).toMatchObject({ transferId: 'T-0', historical: true });
    await weir.end('SIGTERM');
  });

  it('refuses an evaluation where live data is, and on a running Weir', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir });
    const args = ['import', fileOf(transfers(1)), '--mode', 'evaluation'];
    expect((await runWeir(args, { dataDir })).errors).toContain('FOLDER_IN_USE');
    await weir.end('SIGTERM');
    expect((await runWeir(args, { dataDir })).errors).toContain('FOLDER_MISMATCH');
  });

  it.each([
    [['import', 'nowhere.ndjson'], 'nowhere.ndjson'],
    [['import', 'x.csv'], 'mapping'],
    [['import', 'x.csv', '--mapping', 'unheard-of'], 'unheard-of'],
    [['import', 'x.ndjson', '--mode', 'sideways'], 'evaluation, backfill, live'],
  ])('answers %j with what is wrong', async (args, message) => {
    const { exitCode, errors } = await runWeir(args, { dataDir: join(temporaryFolder(), 'data') });
    expect(exitCode).toBe(1);
    expect(errors).toContain(message);
  });
});

describe('weir evaluate', () => {
  const MAPPING = `
name: tiny
tables:
  - events:
      - topic: transfers
        fields:
          transferId: 't-{@line}'
          kind: transfer
          status: settled
          debtor.party: '{from}'
          debtor.account: '{from}'
          creditor.party: '{to}'
          creditor.account: '{to}'
        times:
          at: { as: iso, value: '{at}' }
        amounts:
          amount: { value: '{amount}', currency: CNY }
    labels:
      - accounts: ['{from}']
        typology: large
        when: { value: '{bad}', is: ['1'] }
`;

  it('prints precision, recall and F1 per rule against the labels of imported data', async () => {
    const folder = temporaryFolder();
    const dataDir = join(folder, 'data');
    const [csv, mapping] = [join(folder, 'tiny.csv'), join(folder, 'tiny.yaml')];
    const rows = Array.from(
      { length: 20 },
      (_, day) => `2026-01-${String(day + 1).padStart(2, '0')}T10:00:00+08:00,A,B,100.00,0`,
    );
    rows.push('2026-01-25T10:00:00+08:00,C,D,600000.00,1');
    writeFileSync(csv, `at,from,to,amount,bad\n${rows.join('\n')}\n`);
    writeFileSync(mapping, MAPPING);
    const imported = await runWeir(['import', csv, '--mapping', mapping], { dataDir, environment: ENVIRONMENT });
    expect([imported.exitCode, imported.out]).toEqual([0, expect.stringContaining('1 labels')]);
    const { out, exitCode } = await runWeir(['evaluate'], { dataDir });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^large-value +\d/m);
    const report = JSON.parse((await runWeir(['evaluate', '--json'], { dataDir })).out);
    expect(report.overall).toMatchObject({ recall: 1, named: 2, right: 1 });
    expect(existsSync(join(dataDir, 'admin.json'))).toBe(false);
  });

  it('is answered by a running Weir, which holds ClickHouse', async () => {
    const dataDir = temporaryFolder();
    const weir = await startWeir({ dataDir, args: ['start', '--demo'] });
    const ran = await eventually('the demo has labels and alerts', async () => {
      const one = await runWeir(['evaluate', '--json'], { dataDir });
      return one.exitCode === 0 && JSON.parse(one.out).overall.alerts > 0 ? one : null;
    });
    expect(JSON.parse(ran.out).labelled).toBeGreaterThan(0);
    await weir.end('SIGTERM');
  });

  it('says so where there are no labels', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    await runWeir(['import', fileOf(transfers(1))], { dataDir, environment: ENVIRONMENT });
    expect((await runWeir(['evaluate'], { dataDir })).errors).toContain('holds no labels');
  });
});
