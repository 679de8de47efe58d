import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Evaluation, evaluate, type FoundAlert } from '../../dashboards/evaluate.ts';
import { readAlerts, readLabels, readPopulation } from '../../dashboards/evaluation-data.ts';
import { formatEvaluation } from '../../dashboards/evaluation-text.ts';
import { type Label, labelJson } from '../../schemas/label.ts';
import { openBench } from '../support/clickhouse.ts';
import { temporaryFolder } from '../support/folder.ts';

const label = (account: string, typology: string, more: Partial<Label> = {}): Label =>
  labelJson.parse({ account, typology, ...more });

const alert = (rule: string, subject: string, more: Partial<FoundAlert> = {}): FoundAlert => ({
  rule,
  family: rule === 'velocity' ? 'anomaly' : 'aml',
  subject,
  ...more,
});

const POPULATION = { accounts: 100, transfers: 2_000 };

function ruleOf(evaluation: Evaluation, name: string) {
  return evaluation.rules.find((rule) => rule.name === name);
}

describe('an evaluation', () => {
  const labels = [
    label('a', 'fan-in', { case: 'f1', transferIds: ['T-1'] }),
    label('b', 'ring', { case: 'r1', transferIds: ['T-2'] }),
    label('c', 'ring', { case: 'r1', transferIds: ['T-2'] }),
    label('d', 'ring', { case: 'r2', transferIds: ['T-3'] }),
    label('m', 'fan-in', { case: 'f1', role: 'member' }),
  ];
  const alerts = [
    alert('fan-in', 'a', { alerts: 3 }),
    alert('fan-in', 'b'),
    alert('fan-in', 'x'),
    alert('fan-in', 'm'),
    alert('velocity', 'b'),
  ];
  const evaluation = evaluate(alerts, labels, POPULATION);

  it('counts accounts once and alerts each, for every rule', () => {
    expect(ruleOf(evaluation, 'fan-in')).toEqual({
      name: 'fan-in',
      alerts: 6,
      alertsPerThousandTransfers: 3,
      named: 4,
      right: 2,
      wrong: 1,
      wrongPerThousandTransfers: 0.5,
      precision: 2 / 3,
      recall: 0.5,
      f1: expect.closeTo(4 / 7),
      visibleRecall: null,
      visibleF1: null,
    });
    expect(ruleOf(evaluation, 'velocity')).toMatchObject({ named: 1, precision: 1, recall: 0.25, f1: 0.4 });
  });

  it('counts an account that two rules name once overall and in a family', () => {
    expect(evaluation.overall).toMatchObject({
      alerts: 7,
      named: 4,
      right: 2,
      wrong: 1,
      precision: 2 / 3,
      recall: 0.5,
    });
    expect(evaluation.families.map(({ name, named }) => [name, named])).toEqual([
      ['aml', 4],
      ['anomaly', 1],
    ]);
    expect(evaluation).toMatchObject({ labelled: 4, visible: null });
  });

  it('tells for each typology what was found, by case too, and by which rule best', () => {
    expect(evaluation.typologies).toEqual([
      {
        typology: 'fan-in',
        labelled: 1,
        found: 1,
        recall: 1,
        cases: 1,
        casesFound: 1,
        // Beside a ring's account, which is left out here, it named one right and one wrong one.
        best: { rule: 'fan-in', precision: 0.5, recall: 1, f1: expect.closeTo(2 / 3) },
      },
      {
        typology: 'ring',
        labelled: 3,
        found: 1,
        recall: expect.closeTo(0.333, 3),
        cases: 2,
        casesFound: 1,
        best: { rule: 'velocity', precision: 1, recall: expect.closeTo(0.333, 3), f1: 0.5 },
      },
    ]);
  });

  it('judges against visible labels where the data tells which transfers touch whom', () => {
    const touched = (account: string) => label(account, 'fraud', { role: 'touched', transferIds: ['T-1'] });
    const some = evaluate(
      [alert('ring', 'a'), alert('ring', 'x')],
      [label('a', 'fraud'), label('b', 'fraud'), label('c', 'fraud'), touched('a'), touched('b'), touched('z')],
      POPULATION,
    );
    expect(some).toMatchObject({ labelled: 3, visible: 2 });
    expect(some.overall).toMatchObject({
      named: 2,
      right: 1,
      recall: expect.closeTo(1 / 3),
      visibleRecall: 0.5,
      visibleF1: 0.5,
    });
  });

  it('gives no figure where there is nothing to divide by', () => {
    const nothing = evaluate([], [], { accounts: 0, transfers: 0 });
    expect(nothing.overall).toMatchObject({ precision: null, recall: null, f1: null, alertsPerThousandTransfers: 0 });
    expect(evaluate([alert('ring', 'x')], [label('a', 'ring')], POPULATION).overall).toMatchObject({
      precision: 0,
      recall: 0,
      f1: 0,
    });
    expect(formatEvaluation(nothing, 'en')).toContain('all rules');
  });

  it('is printed as tables in both languages', () => {
    expect(`\n${formatEvaluation(evaluation, 'en')}\n`).toMatchInlineSnapshot(`
      "
      100 accounts, 2000 transfers, 4 labelled accounts. By account, each once; accounts that only took part in a planted case count neither as right nor as wrong.

      rule            alerts   /1k  accounts  right  precision  recall     F1
      -----------------------------------------------------------------------
      fan-in               6  3.00         4      2      0.667   0.500  0.571
      velocity             1  0.50         1      1      1.000   0.250  0.400
      family aml           6  3.00         4      2      0.667   0.500  0.571
      family anomaly       1  0.50         1      1      1.000   0.250  0.400
      all rules            7  3.50         4      2      0.667   0.500  0.571

      typology  labelled  found  recall  cases  cases found  best rule  precision  recall     F1
      ------------------------------------------------------------------------------------------
      fan-in           1      1   1.000      1            1     fan-in      0.500   1.000  0.667
      ring             3      1   0.333      2            1   velocity      1.000   0.333  0.500
      "
    `);
    expect(`\n${formatEvaluation(evaluation, 'zh')}\n`).toMatchInlineSnapshot(`
      "
      100 个账户，2000 笔转账，4 个标注账户。按账户计：每规则每账户只计一次；仅参与案例的账户不计对错。

      规则          预警  每千笔  账户  正确  精确率  召回率     F1
      -------------------------------------------------------------
      fan-in           6    3.00     4     2   0.667   0.500  0.571
      velocity         1    0.50     1     1   1.000   0.250  0.400
      类别 aml         6    3.00     4     2   0.667   0.500  0.571
      类别 anomaly     1    0.50     1     1   1.000   0.250  0.400
      全部             7    3.50     4     2   0.667   0.500  0.571

      类型    标注  发现  召回率  案例  发现案例  最佳规则  精确率  召回率     F1
      ---------------------------------------------------------------------------
      fan-in     1     1   1.000     1         1    fan-in   0.500   1.000  0.667
      ring       3     1   0.333     2         1  velocity   1.000   0.333  0.500
      "
    `);
  });
});

describe('labels', () => {
  it('are read from all files of the data folder, and named where they are none', async () => {
    const folder = temporaryFolder();
    expect(await readLabels(folder)).toEqual([]);
    mkdirSync(join(folder, 'labels'));
    writeFileSync(join(folder, 'labels', 'a.ndjson'), '{"account":"a","typology":"ring"}\n');
    writeFileSync(join(folder, 'labels', 'b.ndjson'), '{"account":"b","typology":"ring","role":"member"}\n');
    writeFileSync(join(folder, 'labels', 'notes.txt'), 'no label');
    expect((await readLabels(folder)).map(({ account, role }) => [account, role])).toEqual([
      ['a', 'subject'],
      ['b', 'member'],
    ]);
    writeFileSync(join(folder, 'labels', 'b.ndjson'), '{"account":"b","typology":"ring"}\n{"account":"c"}\n');
    await expect(readLabels(folder)).rejects.toThrow(
      `${join(folder, 'labels', 'b.ndjson')}:2 is no label; expected {"account","typology",…}`,
    );
  });
});

describe('alerts and population', () => {
  it('are read from ClickHouse, each alert once however often it was revised', async () => {
    const { clickhouse } = await openBench();
    const insert = (table: string, values: object[]) =>
      clickhouse.write.insert({
        table,
        values,
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: `${table}-1` },
      });
    const row = (alert_id: string, revision: number, rule: string, family: string, subject: string) => ({
      alert_id,
      revision,
      rule,
      family,
      subject,
    });
    await insert('alerts', [
      row('1', 1, 'fan-in', 'aml', 'a'),
      row('1', 2, 'fan-in', 'aml', 'a'),
      row('2', 1, 'fan-in', 'aml', 'a'),
      row('3', 1, 'velocity', 'anomaly', 'b'),
      row('4', 1, 'rule-failed', 'operations', 'b'),
    ]);
    const entry = (ordinal: number, subject_kind: string, subject: string, transfer_id: string) => ({
      ordinal,
      subject_kind,
      subject,
      transfer_id,
    });
    await insert('entries', [
      entry(1, 'party', 'a', 'T-1'),
      entry(2, 'party', 'b', 'T-1'),
      entry(3, 'device', 'd', 'T-1'),
      entry(4, 'party', 'a', 'T-2'),
    ]);
    expect(await readAlerts(clickhouse.read)).toEqual([
      { rule: 'fan-in', family: 'aml', subject: 'a', alerts: 2 },
      { rule: 'velocity', family: 'anomaly', subject: 'b', alerts: 1 },
    ]);
    expect(await readPopulation(clickhouse.read)).toEqual({ accounts: 2, transfers: 2 });
  });
});
