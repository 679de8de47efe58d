import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { ImportProgress } from '../../../producers/files/import.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { Importer, PLAIN, plainCsv } from './support.ts';

const linesOf = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

async function archiveOf(members: { readonly [name: string]: string }): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(members)) tar.entry({ name }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

describe('import of a CSV', () => {
  it('brings each line in as the event that the mapping says', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', 'id,from,to,value,when\nT-1,a,b,"1,234.50",2026-03-01T09:30:00+08:00\n');
    const summary = await importer.run(file, { yaml: PLAIN });
    expect(importer.stored).toEqual([
      {
        topic: 'transfers',
        event: {
          ...transferRecord.example,
          transferId: 'T-1',
          at: Date.parse('2026-03-01T01:30:00Z'),
          debtor: { party: null, account: 'a', name: null, country: null, group: null },
          creditor: { party: null, account: 'b', name: null, country: null, group: null },
          amount: { minor: 123_450, currency: 'CNY' },
          channel: null,
          device: null,
          maker: null,
          purpose: null,
        },
      },
    ]);
    expect(summary).toMatchObject({
      accepted: { transfers: 1 },
      rejected: 0,
      rejectFile: null,
      skipped: 0,
      complete: true,
    });
    expect(existsSync(`${file}.rejects.ndjson`)).toBe(false);
  });

  it('reads gzip, a byte order mark, Windows line ends, empty lines and a missing last line end', async () => {
    const importer = new Importer();
    const text = `\uFEFF${plainCsv(3).trimEnd().replaceAll('\n', '\r\n\r\n')}`;
    const { accepted } = await importer.run(importer.file('in.csv.gz', gzipSync(text)), { yaml: PLAIN });
    expect(accepted).toEqual({ transfers: 3 });
  });

  it('reads GB 18030, delimiters of other kinds, and files without a header', async () => {
    const importer = new Importer();
    // 李雷 in GB 18030.
    const name = Buffer.from([0xc0, 0xee, 0xc0, 0xd7]);
    const row = Buffer.concat([Buffer.from('T-1;a;b;5;2026-03-01T00:00:00Z;'), name, Buffer.from('\n')]);
    const yaml = PLAIN.replace(
      '  - events:',
      "  - delimiter: ';'\n    encoding: gb18030\n    columns: [id, from, to, value, when, name]\n    events:",
    );
    await importer.run(importer.file('in.csv', row), {
      yaml: yaml.replace("debtor.account: '{from}'", "debtor.account: '{from}'\n          debtor.name: '{name}'"),
    });
    expect(importer.events('transfers').map(({ debtor }) => debtor.name)).toEqual(['李雷']);
  });

  it('takes good lines and puts bad ones into the reject file, with line number and reason', async () => {
    const importer = new Importer();
    const rows = [
      'id,from,to,value,when', // 1
      'T-1,a,b,1.00,2026-03-01T00:00:00Z', // 2
      'T-2,a,b,1.005,2026-03-01T00:00:00Z', // 3
      'T-3,a,b,1.00,yesterday', // 4
      'T-4,a,b', // 5
      'T-5,a b,,1.00,2026-03-01T00:00:00Z', // 6
      'T-6,a,b,"1.00"x,2026-03-01T00:00:00Z', // 7
      'T-7,a,b,-1.00,2026-03-01T00:00:00Z', // 8
      'T-8,a,b,1.00,2026-03-01T00:00:00Z', // 9
    ];
    const file = importer.file('in.csv', rows.join('\n'));
    const summary = await importer.run(file, { yaml: PLAIN });
    expect(importer.events('transfers').map(({ transferId }) => transferId)).toEqual(['T-1', 'T-8']);
    expect(summary).toMatchObject({ accepted: { transfers: 2 }, rejected: 6, rejectFile: `${file}.rejects.ndjson` });
    const rejects = linesOf(`${file}.rejects.ndjson`) as {
      line: number;
      reason: string;
      source: unknown;
      member: string;
    }[];
    expect(rejects.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(rejects.map(({ reason }) => reason)).toEqual([
      '"1.005" has more than 2 decimals',
      '/at must be an ISO 8601 time with a zone, like 2026-03-01T09:30:00+08:00',
      'has 3 columns where the header has 5',
      '/debtor/account must be visible ASCII without spaces; /creditor Invalid input: expected object, received undefined',
      '""1.00"x" is no decimal amount such as 1234.50',
      expect.stringMatching(/^\/amount\/minor /),
    ]);
    expect(rejects[0]).toMatchObject({ member: 'in.csv', source: ['T-2', 'a', 'b', '1.005', '2026-03-01T00:00:00Z'] });
  });

  it('says of a quote that is never closed that it swallowed the rest', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', plainCsv(5).replace('T-3,a', 'T-3,"a'));
    expect(await importer.run(file, { yaml: PLAIN })).toMatchObject({ accepted: { transfers: 3 }, rejected: 1 });
    expect(linesOf(`${file}.rejects.ndjson`)).toMatchObject([
      { line: 6, reason: 'a quote opens before this line and is not closed: what lies between was not read' },
    ]);
  });

  it('tells what is wrong with the file as a whole, and imports nothing', async () => {
    const importer = new Importer();
    const run = (name: string, content: string | Uint8Array, yaml?: string) =>
      importer.run(importer.file(name, content), yaml === undefined ? {} : { yaml });
    const place = (name: string) => join(importer.folder, name);
    await expect(run('a.txt', '')).rejects.toThrow(
      `${place('a.txt')}: expected a .csv, .tgz or .ndjson file (.csv.gz and .ndjson.gz too)`,
    );
    await expect(run('b.csv', plainCsv(1))).rejects.toThrow(
      `${place('b.csv')}: expected a mapping, which says what its columns are`,
    );
    await expect(run('c.csv', 'id,from,to,amount,when\n', PLAIN)).rejects.toThrow(
      `test.yaml: tables[0].events[0].amounts.amount.value names column "value"; ${place('c.csv')} has "id", "from", "to", "amount", "when"`,
    );
    await expect(importer.run(place('none.csv'), { yaml: PLAIN })).rejects.toThrow(
      `${place('none.csv')} cannot be read`,
    );
    await expect(run('d.tgz', await archiveOf({ 'other.csv': 'a\n' }), PLAIN)).rejects.toThrow(
      `${place('d.tgz')} has nothing that test.yaml has a table for`,
    );
    const cut = gzipSync(plainCsv(20_000));
    await expect(run('e.csv.gz', cut.subarray(0, cut.length / 2), PLAIN)).rejects.toThrow(
      /e\.csv\.gz is damaged after \d+ lines: unexpected end of file/,
    );
    await expect(run('f.tgz', Buffer.from('no archive'), PLAIN)).rejects.toThrow(
      /f\.tgz is damaged before its first line: /,
    );
  });
});

describe('import of an archive', () => {
  const yaml = `
name: two
tables:
  - member: /people.csv
    events:
      - topic: customers
        fields: { customerId: 'C-{id}', at: '2026-01-01T00:00:00Z', kind: person, tags: [import], accounts: ['acc-{id}'] }
    labels:
      - { accounts: ['C-{id}'], typology: '{why}', when: { value: '{bad}', is: [yes] } }
${PLAIN.split('\n').slice(3).join('\n').replace('  - events:', '  - member: /moves.csv\n    events:')}`;

  it('reads its members by name, passes others over, and keeps labels in the data folder', async () => {
    const importer = new Importer();
    const archive = await archiveOf({
      'x/read.me': 'nothing\n'.repeat(10_000),
      'x/people.csv': 'id,bad,why\n1,yes,ring\n2,no,\n3,yes,fan-in\n',
      'x/picture.png': '\u0000',
      'x/moves.csv': plainCsv(4),
    });
    const summary = await importer.run(importer.file('in.tgz', archive), { yaml });
    expect(summary).toMatchObject({ accepted: { customers: 3, transfers: 4 }, rejected: 0, labels: 2 });
    expect(importer.events('customers')[0]).toMatchObject({ customerId: 'C-1', tags: ['import'], accounts: ['acc-1'] });
    expect(linesOf(join(importer.folder, 'data', 'labels', `${summary.hash}.ndjson`))).toEqual([
      { account: 'C-1', typology: 'ring', transferIds: [], role: 'subject' },
      { account: 'C-3', typology: 'fan-in', transferIds: [], role: 'subject' },
    ]);
  });
});

describe('import of NDJSON', () => {
  const transfer = transferRecord.render(transferRecord.example);

  it('takes our own events, transfers without a topic, and labels', async () => {
    const importer = new Importer();
    const lines = [
      { topic: 'transfers', ...transfer },
      { ...transfer, transferId: 'T-2' },
      { topic: 'customers', customerId: 'C-1', at: '2026-03-01T00:00:00Z', kind: 'person' },
      { topic: 'labels', account: 'C-1', typology: 'ring' },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const { accepted, rejected, labels } = await importer.run(importer.file('in.ndjson', text));
    expect({ accepted, rejected, labels }).toEqual({
      accepted: { transfers: 2, customers: 1 },
      rejected: 0,
      labels: 1,
    });
    expect(importer.events('transfers').map(({ transferId }) => transferId)).toEqual(['T-20260301-000001', 'T-2']);
  });

  it('refuses what a file may not bring, and what it cannot read, line by line', async () => {
    const importer = new Importer();
    const file = importer.file(
      'in.ndjson',
      [
        '{"topic":"control","controlId":"x","at":"2026-03-01T00:00:00Z","kind":"tick"}',
        '{"topic":"approvals"}',
        '{"topic":"toString"}',
        '{"topic":"transfers","transferId":"T-1"',
        '[]',
        `{"topic":"labels"}`,
        JSON.stringify({ ...transfer, colour: 'red' }),
        `{"a":"${'x'.repeat(1_100_000)}"}`,
        '',
        JSON.stringify(transfer),
      ].join('\n'),
    );
    const { accepted, rejected } = await importer.run(file);
    expect({ accepted, rejected }).toEqual({ accepted: { transfers: 1 }, rejected: 8 });
    const rejects = linesOf(`${file}.rejects.ndjson`) as { line: number; reason: string }[];
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'topic "control" cannot be imported'],
      [2, 'topic "approvals" cannot be imported'],
      [3, 'topic "toString" cannot be imported'],
      [4, expect.stringMatching(/^is no JSON: /)],
      [5, 'is no JSON object'],
      [6, expect.stringMatching(/account .*; typology /)],
      [7, expect.stringMatching(/colour/)],
      [8, 'the line is longer than 1048576 bytes'],
    ]);
  });
});

describe('a second run', () => {
  it('adds nothing, and tells the same', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', `${plainCsv(50)}bad line\n`);
    const first = await importer.run(file, { yaml: PLAIN });
    expect(importer.stored).toHaveLength(50);
    const again = await importer.run(file, { yaml: PLAIN });
    expect(again).toEqual({ ...first, skipped: 51 });
    expect(importer.stored).toHaveLength(50);
    expect(linesOf(`${file}.rejects.ndjson`)).toHaveLength(1);
  });

  it('knows a file by its content, whatever it is called', async () => {
    const importer = new Importer();
    await importer.run(importer.file('in.csv', plainCsv(5)), { yaml: PLAIN });
    await importer.run(importer.file('other.csv', plainCsv(5)), { yaml: PLAIN });
    expect(importer.stored).toHaveLength(5);
    await importer.run(importer.file('other.csv', plainCsv(6)), { yaml: PLAIN });
    expect(importer.stored).toHaveLength(11);
  });

  it('begins anew with another mapping', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', plainCsv(5));
    const wrong = await importer.run(file, {
      yaml: PLAIN.replace('{as: iso', '{as: iso').replace("'{id}'", "'{from} {id}'"),
    });
    expect(wrong).toMatchObject({ accepted: {}, rejected: 5 });
    const right = await importer.run(file, { yaml: PLAIN });
    expect(right).toMatchObject({ accepted: { transfers: 5 }, rejected: 0, skipped: 0, rejectFile: null });
    expect(existsSync(`${file}.rejects.ndjson`)).toBe(false);
  });

  it.each([
    { lost: 'the batch', storesBeforeDying: false },
    { lost: 'only the answer', storesBeforeDying: true },
  ])('after a crash that lost $lost goes on, and every line is in once', async ({ storesBeforeDying }) => {
    const importer = new Importer();
    const file = importer.file(
      'in.csv',
      plainCsv(100).replaceAll('T-13,a', 'T-13,a a').replaceAll('T-77,a', 'T-77,a a'),
    );
    const run = () => importer.run(file, { yaml: PLAIN, batchEvents: 10, mode: 'evaluation' });
    importer.storesBeforeDying = storesBeforeDying;
    // The crash comes in each batch once: every run gets one batch further than the one before.
    let crashes = 0;
    for (;;) {
      importer.left = 2;
      const summary = await run().catch((error: Error) => error);
      if (!(summary instanceof Error)) {
        expect(summary).toMatchObject({ accepted: { transfers: 98 }, rejected: 2, complete: true });
        break;
      }
      expect(summary.message).toBe('power cut');
      expect(++crashes).toBeLessThan(50);
    }
    expect(crashes).toBeGreaterThan(4);
    const ids = importer.events('transfers').map(({ transferId }) => transferId);
    expect(new Set(ids).size).toBe(98);
    // What came twice is recognised as a repeat only if it is the same to the byte.
    expect(new Set(importer.events('transfers').map((event) => JSON.stringify(event))).size).toBe(98);
    expect((linesOf(`${file}.rejects.ndjson`) as { line: number }[]).map(({ line }) => line)).toEqual([15, 79]);
  });

  it('goes on where a signal stopped it', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', plainCsv(2_000));
    const stop = new AbortController();
    const onProgress = ({ lines }: ImportProgress) => {
      if (lines >= 500) stop.abort();
    };
    const stopped = await importer.run(file, { yaml: PLAIN, batchEvents: 100, onProgress, signal: stop.signal });
    expect(stopped.complete).toBe(false);
    expect(importer.stored.length).toBeLessThan(2_000);
    const whole = await importer.run(file, { yaml: PLAIN });
    expect(whole).toMatchObject({
      complete: true,
      accepted: { transfers: 2_000 },
      skipped: importer.stored.length - (2_000 - stopped.accepted.transfers!),
    });
    expect(new Set(importer.events('transfers').map(({ transferId }) => transferId)).size).toBe(2_000);
    expect(importer.stored).toHaveLength(2_000);
  });

  it('says so where it cannot tell how far the first one came', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv', plainCsv(2));
    const { hash } = await importer.run(file, { yaml: PLAIN });
    const record = join(importer.folder, 'data', 'imports', `${hash}.json`);
    importer.file(`data/imports/${hash}.json`, '{}');
    await expect(importer.run(file, { yaml: PLAIN })).rejects.toThrow(
      `${record} does not say how far the import came; remove it to import anew`,
    );
    rmSync(record);
    expect((await importer.run(file, { yaml: PLAIN })).skipped).toBe(0);
  });
});

describe('modes', () => {
  it('evaluation: puts ticks between events as their time passes', async () => {
    const importer = new Importer();
    const row = (id: number, at: string) => `T-${id},a,b,1,${at}\n`;
    const text = `id,from,to,value,when\n${row(1, '2026-03-01T00:10:00Z')}${row(2, '2026-03-01T01:09:59Z')}${row(3, '2026-03-01T01:10:00Z')}${row(4, '2026-03-01T09:15:00Z')}${row(5, '2026-03-01T08:00:00Z')}`;
    await importer.run(importer.file('in.csv', text), { yaml: PLAIN, mode: 'evaluation' });
    const story = importer.stored.map(({ topic, event }) => [topic, new Date(event.at).toISOString().slice(11, 16)]);
    expect(story).toEqual([
      ['transfers', '00:10'],
      ['transfers', '01:09'],
      ['control', '01:10'],
      ['transfers', '01:10'],
      ['control', '09:10'],
      ['transfers', '09:15'],
      ['transfers', '08:00'],
      ['control', '10:10'],
    ]);
    expect(importer.events('control').every(({ kind }) => kind === 'tick')).toBe(true);
  });

  it('backfill: marks transfers as historical and brings no ticks', async () => {
    const importer = new Importer();
    await importer.run(importer.file('in.csv', plainCsv(200)), { yaml: PLAIN, mode: 'backfill' });
    expect(importer.events('control')).toEqual([]);
    expect(importer.events('transfers').every(({ historical }) => historical === true)).toBe(true);
  });
});

describe('progress', () => {
  it('tells bytes of the file as it lies on disk, from nothing to all, and lines', async () => {
    const importer = new Importer();
    const file = importer.file('in.csv.gz', gzipSync(plainCsv(5_000)));
    const told: ImportProgress[] = [];
    await importer.run(file, { yaml: PLAIN, onProgress: (progress) => told.push({ ...progress }) });
    expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['hash', 'import']));
    const last = told.at(-1) as ImportProgress;
    expect(last).toMatchObject({ phase: 'import', lines: 5_000, rejected: 0, bytes: last.bytesTotal });
    const imported = told.filter(({ phase }) => phase === 'import');
    for (const [index, { lines }] of imported.entries())
      expect(lines).toBeGreaterThanOrEqual(imported[index - 1]?.lines ?? 0);
  });
});
