import { beforeEach, describe, expect, it, vi } from 'vitest';
import { approve } from '../../support/approvals.ts';
import { Driver } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';
import { THROWS, THROWS_IN_A_BURST } from '../../support/test-rules.ts';

vi.mock('../../../processors/rules/index.ts', async (original) => {
  const { RULES } = await original<typeof import('../../../processors/rules/index.ts')>();
  const { TEST_RULES } = await import('../../support/test-rules.ts');
  return { RULES: [...RULES, ...TEST_RULES] };
});

const SECRET = 'the secret inside of a rule';
const FAILED = {
  severity: 'critical',
  en: `Rule throws-outgoing failed and could not judge: ${SECRET}`,
  zh: `规则 throws-outgoing 执行失败，无法判断：${SECRET}`,
  evidence: [{ name: 'failure', number: null, text: SECRET, unit: null }],
};

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
});

describe('a rule that throws on the payer’s side', () => {
  it('holds the transfer for one approval, and alerts critically', () => {
    const { decisions, alerts } = driver.transfer({ transferId: 'T', minor: THROWS });
    expect(decisions).toMatchObject([{ outcome: 'hold', approvalsRequired: 1 }]);
    const ofPayer = alerts.filter((one) => one.subject === 'payer');
    expect(ofPayer.map((one) => one.rule)).toEqual(['throws-outgoing', 'throws-outgoing-restricted']);
    expect(ofPayer[0]).toMatchObject(FAILED);
  });

  it('tells the decision’s readers nothing of its inside', () => {
    const { decisions } = driver.transfer({ minor: THROWS });
    expect(JSON.stringify(decisions)).not.toContain('secret');
    const neutral = { outcome: 'hold', en: 'Under review.', zh: '审核中。', evidence: [] };
    expect(decisions[0]!.reasons).toEqual([
      { code: 'data', rule: 'throws-outgoing', ...neutral },
      { code: 'review', rule: null, ...neutral },
    ]);
  });

  it('leaves identity and reservation recorded', () => {
    driver.transfer({ transferId: 'T', minor: THROWS });
    expect(Object.values(driver.transfer({ transferId: 'T', minor: THROWS })).flat()).toEqual([]);
    expect(driver.transfer({ transferId: 'T', minor: THROWS + 1 })['dead-letters']).toMatchObject([
      { refusal: 'event_id_reused' },
    ]);
    expect(reservedBy(driver)).toBe(THROWS);
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('leaves the other rules in force', () => {
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee' });
    expect(driver.transfer({ minor: THROWS }).decisions).toMatchObject([{ outcome: 'reject' }]);
  });

  it('only alerts where the transfer has settled already', () => {
    const { decisions, alerts } = driver.transfer({ minor: THROWS, status: 'settled' });
    expect(decisions).toEqual([]);
    expect(alerts.find((one) => one.rule === 'throws-outgoing')).toMatchObject(FAILED);
  });

  it('has no effect as shadow, and is seen as one', () => {
    driver.settings('rules: {throws-outgoing: {shadow: true}, throws-outgoing-restricted: {enabled: false}}');
    const { decisions, alerts } = driver.transfer({ minor: THROWS });
    expect(decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
    expect(alerts.filter((one) => one.subject === 'payer')).toMatchObject([{ ...FAILED, shadow: true }]);
  });

  it('is silent once it is switched off by control', () => {
    for (const rule of ['throws-outgoing', 'throws-outgoing-restricted']) {
      driver.send('control', { controlId: rule, kind: 'rule-switch', rule, enabled: false });
    }
    expect(driver.transfer({ minor: THROWS }).decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
  });
});

describe('a rule that throws on another subject', () => {
  it.each([
    ['payee', 'throws-incoming', 'party'],
    ['dev-1', 'throws-device', 'device'],
  ])('%s alerts critically and holds nothing', (subject, rule, subjectKind) => {
    driver.settings('rules: {throws-outgoing: {enabled: false}, throws-outgoing-restricted: {enabled: false}}');
    const { decisions, alerts } = driver.transfer({ minor: THROWS, device: 'dev-1' });
    expect(decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
    const own = alerts.filter((one) => one.subject === subject);
    expect(own).toMatchObject([{ rule, subjectKind, severity: 'critical' }]);
    expect(own[0]!.en).toContain(SECRET);
  });
});

/** Judging a window again once let the exception through, which ended the fold for good. */
describe('a rule that throws when a late leg has it judge again', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 1, minute)).toISOString();

  it('alerts critically, once a leg, and changes no decision', () => {
    for (const minute of [0, 20]) driver.transfer({ minor: THROWS_IN_A_BURST, at: at(minute) });
    const { decisions, alerts } = driver.transfer({ minor: 1, at: at(10) });
    expect(decisions).toMatchObject([{ outcome: 'accept', revision: 1 }]);
    expect(alerts).toMatchObject([{ rule: 'throws-burst', severity: 'critical', late: true, at: Date.parse(at(20)) }]);
    expect(driver.transfer({ minor: 1, at: at(12) }).alerts).toEqual([]);
  });
});

describe('an alert', () => {
  const large = { minor: 60_000_000, status: 'settled' };

  it('has an id of rule, subject and the ordinal of the entry, the same in every replay', () => {
    const alerts = [new Driver(), new Driver()].map((one) => one.transfer(large).alerts.map(({ alertId }) => alertId));
    expect(alerts[0]).toEqual(['large-value:payer:1', 'large-value:payee:2']);
    expect(alerts[1]).toEqual(alerts[0]);
  });

  it('takes up further hits on the same subject, and keeps its gravest severity', () => {
    driver.transfer(large);
    const alertId = driver.outputs.alerts[0]!.alertId;
    const openedAt = driver.now;
    driver.advance(3_600_000);
    const { alerts } = driver.transfer(large);
    expect(alerts[0]).toMatchObject({ alertId, revision: 2, occurrences: 2, openedAt, at: driver.now });
  });

  it('takes up a hit for as long as nobody has closed it', () => {
    driver.transfer(large);
    driver.advance(100 * 86_400_000);
    const [report] = driver.transfer(large).alerts.filter((one) => one.rule === 'large-value');
    expect(report!.revision).toBe(2);
  });

  it('of a shadow rule is an alert apart from the real one', () => {
    driver.transfer(large);
    driver.settings('rules: {large-value: {shadow: true}}');
    expect(driver.transfer(large).alerts[0]).toMatchObject({
      alertId: expect.stringMatching(/^large-value!shadow:payer:/),
      revision: 1,
      shadow: true,
    });
  });

  it('is raised for a shadow rule that would only hold or reject, so that somebody can see what it would do', () => {
    driver.settings('rules: {limit-transaction: {shadow: true, options: {limit: {minor: 5, currency: CNY}}}}');
    const { decisions, alerts } = driver.transfer({ minor: 6 });
    expect(decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
    expect(alerts).toMatchObject([
      {
        rule: 'limit-transaction',
        severity: 'info',
        shadow: true,
        en: 'Amount CNY 0.06 is above the limit per transaction of CNY 0.05.',
      },
    ]);
  });
});
