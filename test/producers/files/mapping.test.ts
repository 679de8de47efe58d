import { describe, expect, it } from 'vitest';
import { loadMapping, parseMapping } from '../../../producers/files/mapping.ts';
import { Importer, PLAIN } from './support.ts';

const broken = (change: (yaml: string) => string) => () => parseMapping(change(PLAIN), 'bank.yaml');

describe('a mapping that is wrong', () => {
  it.each<[string, (yaml: string) => string, string]>([
    [
      'no YAML',
      () => 'tables: [',
      'bank.yaml is no YAML: Flow sequence in block collection must be sufficiently indented',
    ],
    [
      'no name',
      (yaml) => yaml.replace('name: plain', ''),
      'bank.yaml: name: Invalid input: expected string, received undefined',
    ],
    [
      'a bad name',
      (yaml) => yaml.replace('plain', 'My Bank'),
      'bank.yaml: name: expected a name of small letters, digits and hyphens',
    ],
    ['an unknown key', (yaml) => `${yaml}colour: red\n`, 'bank.yaml: the file: Unrecognized key: "colour"'],
    [
      'a topic that cannot be imported',
      (yaml) => yaml.replace('topic: transfers', 'topic: control'),
      'bank.yaml: tables[0].events[0].topic: expected a topic that can be imported (not control, approvals, alert-actions, voids)',
    ],
    [
      'an unknown currency',
      (yaml) => yaml.replace('CNY', 'CNX'),
      'bank.yaml: tables[0].events[0].amounts.amount.currency: expected an ISO 4217 code, or a {column}',
    ],
    [
      'a base without a zone',
      (yaml) => yaml.replace("as: iso, value: '{when}'", "as: step, value: '{when}', unit: 1d, base: '2026-01-01'"),
      'bank.yaml: tables[0].events[0].times.at.base: expected a time with a zone, like 2026-01-01T00:00:00+08:00',
    ],
    [
      'a unit that is no duration',
      (yaml) =>
        yaml.replace("as: iso, value: '{when}'", "as: step, value: '{when}', unit: day, base: '2026-01-01T00:00:00Z'"),
      'bank.yaml: tables[0].events[0].times.at.unit: must be a duration like 30m, 24h or 31d',
    ],
    [
      'a format without a year',
      (yaml) => yaml.replace("as: iso, value: '{when}'", "as: format, value: '{when}', format: 'HH:mm', offset: Z"),
      'bank.yaml: tables[0].events[0].times.at.format: expected a format like yyyy/MM/dd HH:mm',
    ],
    [
      'a condition with two sides',
      (yaml) =>
        `${yaml}    labels: [{ accounts: ['{from}'], typology: x, when: { value: '{to}', is: [a], below: 3 } }]\n`,
      'bank.yaml: tables[0].labels[0].when: expected one of `is` and `below`',
    ],
    [
      'nothing to make',
      () => 'name: x\ntables: [{ delimiter: ";" }]',
      'bank.yaml: tables[0]: expected events or labels',
    ],
  ])('%s', (_name, change, message) => {
    expect(broken(change)).toThrow(message);
  });

  it('cannot be found', async () => {
    await expect(loadMapping('nobank')).rejects.toThrow('no mapping comes with Weir by the name nobank');
    await expect(loadMapping('/nowhere/bank.yaml')).rejects.toThrow('mapping /nowhere/bank.yaml cannot be read');
  });
});

describe('times', () => {
  const read = async (time: string, ...values: string[]) => {
    const importer = new Importer();
    const rows = values.map((value, index) => `T-${index},a,b,1,"${value}"\n`).join('');
    const yaml = PLAIN.replace("{ as: iso, value: '{when}' }", time);
    const file = importer.file('in.csv', `id,from,to,value,when\n${rows}`);
    const { rejected } = await importer.run(file, { yaml });
    return { times: importer.events('transfers').map(({ at }) => new Date(at).toISOString()), rejected };
  };

  it('as ISO 8601 with a zone', async () => {
    expect(await read("{ as: iso, value: '{when}' }", '2026-03-01T09:30:00+08:00', '2026-03-01 09:30')).toEqual({
      times: ['2026-03-01T01:30:00.000Z'],
      rejected: 1,
    });
  });

  it('as milliseconds or seconds since 1970', async () => {
    expect((await read("{ as: epoch-ms, value: '{when}' }", '1772328600123', '1.5')).times).toEqual([
      '2026-03-01T01:30:00.123Z',
    ]);
    expect((await read("{ as: epoch-s, value: '{when}' }", '1772328600', 'soon')).times).toEqual([
      '2026-03-01T01:30:00.000Z',
    ]);
  });

  it('in a format, at an offset', async () => {
    const format = (text: string) => `{ as: format, value: '{when}', format: '${text}', offset: '+08:00' }`;
    expect(await read(format('yyyy/MM/dd HH:mm'), '2026/3/1 9:30', '2026-03-01 09:30', '2026/13/01 09:30')).toEqual({
      times: ['2026-03-01T01:30:00.000Z'],
      rejected: 2,
    });
    expect((await read(format('dd.MM.yyyy HH:mm:ss.SSS'), '01.03.2026 09:30:15.5')).times).toEqual([
      '2026-03-01T01:30:15.500Z',
    ]);
    expect((await read(format('yyyyMMdd'), '20260301')).times).toEqual(['2026-02-28T16:00:00.000Z']);
  });

  it('as steps, spread over the step in the order of the file', async () => {
    const step = (more: string) => `{ as: step, value: '{when}', unit: 1d, base: '2026-03-01T00:00:00+08:00'${more} }`;
    expect((await read(step(''), '0', '0', '2')).times).toEqual([
      '2026-02-28T16:00:00.000Z',
      '2026-02-28T16:00:00.000Z',
      '2026-03-02T16:00:00.000Z',
    ]);
    expect((await read(step(', perUnit: 2'), '0', '0', '0', '0', '1')).times).toEqual([
      '2026-02-28T16:00:00.000Z',
      '2026-03-01T04:00:00.000Z',
      // What does not fit into the step stays in its last millisecond.
      '2026-03-01T15:59:59.999Z',
      '2026-03-01T15:59:59.999Z',
      '2026-03-01T16:00:00.000Z',
    ]);
  });
});

describe('fields', () => {
  it('are joined from columns and constants, chosen by value, and left out where empty', async () => {
    const importer = new Importer();
    const yaml = PLAIN.replace(
      'kind: transfer',
      `kind: { value: '{type}', map: { IN: deposit, OUT: withdrawal } }
          purpose: '{note}'
          channel: { value: '{type}', map: { IN: counter }, otherwise: web }
          maker: 'u-{@file}-{@line}'`,
    )
      .replaceAll('{from}', '{Account}')
      .replaceAll('{to}', '{Account#2}');
    const text =
      'id,Account,Account,value,when,type,note\nT-1,a,b,1,2026-03-01T00:00:00Z,IN,\nT-2,a,b,1,2026-03-01T00:00:00Z,OUT,rent\nT-3,a,b,1,2026-03-01T00:00:00Z,UP,\n';
    const file = importer.file('in.csv', text);
    const { hash, rejected } = await importer.run(file, { yaml });
    const tag = hash.slice(0, 12);
    expect(importer.events('transfers')).toMatchObject([
      {
        kind: 'deposit',
        channel: 'counter',
        purpose: null,
        debtor: { account: 'a' },
        creditor: { account: 'b' },
        maker: `u-${tag}-2`,
      },
      { kind: 'withdrawal', channel: 'web', purpose: 'rent', maker: `u-${tag}-3` },
    ]);
    expect(rejected).toBe(1);
  });

  it('may take the currency from a column, with its own number of decimals', async () => {
    const importer = new Importer();
    const yaml = PLAIN.replace('currency: CNY', "currency: '{unit}'");
    const row = (id: number, value: string, unit: string) => `T-${id},a,b,${value},2026-03-01T00:00:00Z,${unit}\n`;
    const text = `id,from,to,value,when,unit\n${row(1, '12.5', 'CNY')}${row(2, '12', 'JPY')}${row(3, '1.234', 'KWD')}${row(4, '1.5', 'JPY')}${row(5, '1', 'XXX')}`;
    const { rejected } = await importer.run(importer.file('in.csv', text), { yaml });
    expect(importer.events('transfers').map(({ amount }) => amount)).toEqual([
      { minor: 1_250, currency: 'CNY' },
      { minor: 12, currency: 'JPY' },
      { minor: 1_234, currency: 'KWD' },
    ]);
    expect(rejected).toBe(2);
  });
});

describe('ready-made mappings', () => {
  it('amlworld', async () => {
    const importer = new Importer();
    const header =
      'Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering';
    const rows = [
      '2022/09/01 00:20,010,8000EBD30,010,8000EBD30,3697.34,US Dollar,3697.34,US Dollar,Reinvestment,0',
      '2022/09/01 00:06,03208,8000F4580,001,8000F5340,0.010000,US Dollar,0.010000,US Dollar,Cheque,1',
      '2022/09/01 00:06,03208,8000F4580,001,8000F5340,0.01,Bitcoin,0.01,Bitcoin,Bitcoin,0',
    ];
    const file = importer.file('in.csv', `${header}\n${rows.join('\n')}\n`);
    const summary = await importer.run(file, { mapping: await loadMapping('amlworld') });
    expect(summary).toMatchObject({ accepted: { transfers: 2 }, rejected: 1, labels: 2 });
    expect(importer.events('transfers')[1]).toMatchObject({
      at: Date.parse('2022-09-01T00:06:00Z'),
      debtor: { party: null, account: '03208-8000F4580' },
      creditor: { account: '001-8000F5340' },
      amount: { minor: 1, currency: 'USD' },
      channel: 'cheque',
    });
  });

  it('saml-d', async () => {
    const importer = new Importer();
    const header =
      'Time,Date,Sender_account,Receiver_account,Amount,Payment_currency,Received_currency,Sender_bank_location,Receiver_bank_location,Payment_type,Is_laundering,Laundering_type';
    const row =
      '10:35:19,2022-10-07,8724731955,2769355426,1459.15,UK pounds,UK pounds,UK,UK,Cash Deposit,1,Structuring';
    const summary = await importer.run(importer.file('in.csv', `${header}\n${row}\n`), {
      mapping: await loadMapping('saml-d'),
    });
    expect(summary).toMatchObject({ accepted: { transfers: 1 }, rejected: 0, labels: 2 });
    expect(importer.events('transfers')[0]).toMatchObject({
      at: Date.parse('2022-10-07T10:35:19Z'),
      kind: 'deposit',
      amount: { minor: 145_915, currency: 'GBP' },
    });
  });

  it('amlsim-transactions', async () => {
    const importer = new Importer();
    const text =
      'tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n7,12,34,TRANSFER,100.04,2017-01-01T00:00:00Z,True,3\n';
    const summary = await importer.run(importer.file('in.csv', text), {
      mapping: await loadMapping('amlsim-transactions'),
    });
    expect(summary).toMatchObject({ accepted: { transfers: 1 }, rejected: 0, labels: 2 });
    expect(importer.events('transfers')[0]).toMatchObject({ debtor: { party: 'aml-12' }, amount: { minor: 10_004 } });
  });
});
