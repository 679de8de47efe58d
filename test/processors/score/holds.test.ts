import { beforeEach, describe, expect, it, vi } from 'vitest';
import { approve, NEEDS_ONE_PERSON, NEEDS_TWO_PEOPLE, submit } from '../../support/approvals.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';
import { NEEDS_RISK, NEEDS_RISK_AND_TREASURY } from '../../support/test-rules.ts';

vi.mock('../../../processors/rules/index.ts', async (original) => {
  const { RULES } = await original<typeof import('../../../processors/rules/index.ts')>();
  const { TEST_RULES } = await import('../../support/test-rules.ts');
  return { RULES: [...RULES, ...TEST_RULES] };
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
});

function refusals({ 'dead-letters': deadLetters }: Outputs): string[] {
  return deadLetters.map((one) => one.refusal);
}

describe('a held transfer', () => {
  it('says who must approve, by when, and for what reason', () => {
    expect(submit(driver)).toMatchObject({
      outcome: 'hold',
      revision: 1,
      approvalsRequired: 1,
      approvalsGiven: 0,
      expiresAt: driver.now + DAY,
      by: null,
      reasons: [{ rule: 'large-amount-approval', outcome: 'hold' }],
    });
  });

  it('is accepted once somebody else approves', () => {
    submit(driver);
    const { decisions, voids } = approve(driver, { note: 'called the payee' });
    expect(decisions).toMatchObject([
      {
        outcome: 'accept',
        revision: 2,
        status: 'submitted',
        approvalsRequired: 1,
        approvalsGiven: 1,
        expiresAt: null,
        by: 'li',
        reasons: [
          { rule: 'large-amount-approval' },
          { code: 'approved', outcome: 'note', en: 'li approved: called the payee', zh: 'li 已批准: called the payee' },
        ],
      },
    ]);
    expect(voids).toEqual([]);
    expect(reservedBy(driver)).toBe(20_000_000);
  });

  it('is rejected when somebody denies it, and gives its amount back', () => {
    submit(driver);
    const { decisions, voids } = approve(driver, { action: 'deny' });
    expect(decisions).toMatchObject([{ outcome: 'reject', revision: 2, by: 'li' }]);
    expect(decisions[0]!.reasons.at(-1)).toMatchObject({ code: 'denied', en: 'li denied', zh: 'li 已拒绝' });
    expect(voids).toMatchObject([{ transferId: 'T', eventId: 'T#submitted', revision: 2 }]);
    expect(reservedBy(driver)).toBe(0);
  });

  it('reserves its amount while it waits', () => {
    submit(driver);
    expect(reservedBy(driver)).toBe(20_000_000);
  });
});

describe('two people', () => {
  it('are asked for one after the other; the second approves the revision that the first brought', () => {
    expect(submit(driver, { minor: NEEDS_TWO_PEOPLE })).toMatchObject({ approvalsRequired: 2, approvalsGiven: 0 });
    const first = approve(driver, { by: 'li' });
    expect(first.decisions).toMatchObject([
      { outcome: 'hold', revision: 2, approvalsRequired: 2, approvalsGiven: 1, expiresAt: driver.now + DAY, by: 'li' },
    ]);
    expect(refusals(approve(driver, { by: 'wang', revision: 1 }))).toEqual(['approval_outdated']);
    const second = approve(driver, { by: 'wang', revision: 2 });
    expect(second.decisions).toMatchObject([
      { outcome: 'accept', revision: 3, approvalsRequired: 2, approvalsGiven: 2, by: 'wang' },
    ]);
  });

  it.each([
    ['name', { by: 'li' }],
    ['device', { by: 'wang', device: 'dev-li' }],
    ['session', { by: 'wang', session: 'ses-li' }],
  ])('are not one person twice, by %s', (_what, second) => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE });
    approve(driver, { by: 'li', device: 'dev-li', session: 'ses-li' });
    const answer = approve(driver, { ...second, revision: 2 });
    expect(answer.decisions).toEqual([]);
    expect(refusals(answer)).toEqual(['approval_twice']);
  });

  it('cannot approve what names no maker; it must be entered again', () => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE, maker: undefined });
    const answer = approve(driver);
    expect(answer['dead-letters']).toMatchObject([
      {
        refusal: 'approval_by_maker',
        detail:
          'Transfer T needs two people besides its maker and names none; it must be entered again with its maker.',
      },
    ]);
    submit(driver, { minor: NEEDS_TWO_PEOPLE, eventId: 'T-again' });
    approve(driver, { by: 'li', revision: 2 });
    expect(approve(driver, { by: 'wang', revision: 3 }).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('may deny what names no maker', () => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE, maker: undefined });
    expect(approve(driver, { action: 'deny' }).decisions).toMatchObject([{ outcome: 'reject' }]);
  });
});

describe('the maker', () => {
  it.each([
    ['name', { by: 'zhang' }],
    ['device', { device: 'dev-1' }],
    ['session', { session: 'ses-1' }],
  ])('is known by %s, and neither approves nor denies', (_what, fields) => {
    submit(driver, { device: 'dev-1', session: 'ses-1' });
    for (const action of ['approve', 'deny']) {
      const answer = approve(driver, { ...fields, action });
      expect(answer.decisions).toEqual([]);
      expect(refusals(answer)).toEqual(['approval_by_maker']);
    }
    expect(approve(driver, { device: 'dev-2', session: 'ses-2' }).decisions).toMatchObject([{ outcome: 'accept' }]);
  });

  it('may be unnamed where one person is asked for', () => {
    submit(driver, { maker: undefined });
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept' }]);
  });
});

describe('roles', () => {
  it.each([
    [['approver'], []],
    [['approver', 'risk'], ['accept']],
  ])('of an approver are %j: %j', (roles, outcomes) => {
    submit(driver, { minor: NEEDS_RISK });
    const answer = approve(driver, { roles });
    expect(answer.decisions.map((one) => one.outcome)).toEqual(outcomes);
    expect(refusals(answer)).toEqual(outcomes.length > 0 ? [] : ['approval_role']);
  });

  it('that several rules ask for are all asked for', () => {
    submit(driver, { minor: NEEDS_RISK_AND_TREASURY });
    expect(approve(driver, { by: 'li', roles: ['risk'] }).decisions).toMatchObject([
      { outcome: 'hold', approvalsRequired: 2, approvalsGiven: 1 },
    ]);
    const answer = approve(driver, { by: 'wang', roles: ['risk'], revision: 2 });
    expect(answer['dead-letters']).toMatchObject([
      {
        refusal: 'approval_role',
        detail: 'Transfer T asks for an approver with one of the roles treasury; wang has risk.',
      },
    ]);
    expect(approve(driver, { by: 'wang', roles: ['treasury'], revision: 2 }).decisions).toMatchObject([
      { outcome: 'accept', approvalsGiven: 2 },
    ]);
  });

  it('that several rules ask for may be one person’s', () => {
    submit(driver, { minor: NEEDS_RISK_AND_TREASURY });
    expect(approve(driver, { roles: ['risk', 'treasury'] }).decisions).toMatchObject([{ outcome: 'accept' }]);
  });
});

describe('an approval', () => {
  it('of a transfer that is not held is refused', () => {
    submit(driver, { minor: 100 });
    expect(approve(driver)['dead-letters']).toMatchObject([
      { topic: 'approvals', refusal: 'approval_not_held', detail: 'Transfer T is not held.', transferId: 'T' },
    ]);
  });

  it('of a rejected transfer is refused: a reject cannot be approved away', () => {
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee' });
    expect(submit(driver).outcome).toBe('reject');
    expect(refusals(approve(driver))).toEqual(['approval_not_held']);
  });

  it('of a denied transfer is refused', () => {
    submit(driver);
    approve(driver, { action: 'deny' });
    expect(refusals(approve(driver, { by: 'wang', revision: 2 }))).toEqual(['approval_not_held']);
  });

  it.each([2, 99])('of revision %i, where 1 is in force, is refused', (revision) => {
    submit(driver);
    expect(approve(driver, { revision })['dead-letters']).toMatchObject([
      {
        refusal: 'approval_outdated',
        detail: `The decision on T is at revision 1; the approval speaks of revision ${revision}.`,
      },
    ]);
  });

  it('that comes again is silent, whether it counted or was refused', () => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE });
    for (const said of [
      { approvalId: 'A', by: 'li' },
      { approvalId: 'B', by: 'zhang', revision: 2 },
    ]) {
      approve(driver, said);
      const again = approve(driver, said);
      driver.now += 1_000;
      const later = approve(driver, said);
      expect([again, later].flatMap((one) => [...one.decisions, ...one['dead-letters']])).toEqual([]);
    }
  });

  it('that comes again with other content is refused', () => {
    submit(driver);
    submit(driver, { transferId: 'T-2' });
    approve(driver, { approvalId: 'A' });
    for (const other of [{ transferId: 'T-2' }, { action: 'deny' }, { revision: 2 }, { by: 'wang' }]) {
      expect(approve(driver, { approvalId: 'A', ...other })['dead-letters']).toMatchObject([
        { refusal: 'event_id_reused', detail: 'Approval A came again with other content.' },
      ]);
    }
  });

  it('keeps its bytes where it is refused', async () => {
    const { EVENTS } = await import('../../../schemas/journal.ts');
    const [refused] = approve(driver, { approvalId: 'lost', note: '请放行' })['dead-letters'];
    expect(EVENTS.approvals.decode(refused!.body)).toMatchObject({ approvalId: 'lost', note: '请放行' });
    expect(refused!.eventId).toBe('lost');
  });
});

describe('a hold that upstream ends', () => {
  it.each([
    ['settled', 'settled', '结算'],
    ['failed', 'failed', '判定失败'],
    ['cancelled', 'cancelled', '撤销'],
  ])('as %s keeps its outcome, and says that nobody needs to approve any more', (status, en, zh) => {
    submit(driver);
    const { decisions } = driver.transfer({ transferId: 'T', minor: NEEDS_ONE_PERSON, maker: 'zhang', status });
    expect(decisions).toMatchObject([
      {
        outcome: 'hold',
        status,
        revision: 2,
        approvalsRequired: 0,
        expiresAt: null,
        reasons: [
          {
            code: 'status',
            outcome: 'note',
            en: `Upstream ${en} the transfer while it waited; it asks for no approval any more.`,
            zh: `待审期间上游已${zh}该交易，不再需要审批。`,
          },
        ],
      },
    ]);
  });

  it('in part waits on', () => {
    submit(driver);
    const { decisions } = driver.transfer({ transferId: 'T', minor: 5, maker: 'zhang', status: 'partially-settled' });
    expect(decisions).toMatchObject([{ outcome: 'hold', approvalsRequired: 1, expiresAt: driver.now + 86_400_000 }]);
  });
});

describe('an amendment', () => {
  it.each([
    ['amount', { minor: 21_000_000 }],
    ['payee', { to: 'other' }],
  ])('of the %s voids the approvals before it', (_what, change) => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE });
    approve(driver, { by: 'li' });
    const amended = submit(driver, { ...change, eventId: 'T-2' });
    expect(amended).toMatchObject({ outcome: 'hold', revision: 3, approvalsGiven: 0 });
    expect(refusals(approve(driver, { by: 'wang', revision: 2 }))).toEqual(['approval_outdated']);
    const { decisions } = approve(driver, { by: 'li', revision: 3 });
    expect(decisions[0]!.revision).toBe(4);
  });

  it('to a small amount is accepted at once, and nothing is left to approve', () => {
    submit(driver);
    expect(submit(driver, { minor: 100, eventId: 'T-2' })).toMatchObject({ outcome: 'accept', revision: 2 });
    expect(refusals(approve(driver, { revision: 2 }))).toEqual(['approval_not_held']);
    expect(driver.advance(2 * DAY).decisions).toEqual([]);
  });

  it('of a rejected transfer is a new instruction, decided afresh', () => {
    submit(driver);
    approve(driver, { action: 'deny' });
    expect(submit(driver, { minor: 100, eventId: 'T-2' })).toMatchObject({ outcome: 'accept', revision: 3 });
    expect(reservedBy(driver)).toBe(100);
  });
});

describe('a hold that nobody approves', () => {
  it('expires by the tick that reaches its end, and not before', () => {
    submit(driver);
    expect(driver.advance(DAY - 1).decisions).toEqual([]);
    const { decisions, voids } = driver.advance(1);
    expect(decisions).toMatchObject([{ transferId: 'T', outcome: 'reject', revision: 2, by: null, expiresAt: null }]);
    expect(decisions[0]!.reasons.at(-1)).toMatchObject({
      code: 'expired',
      outcome: 'reject',
      en: 'The hold expired without the approvals that it asked for.',
      zh: '待审超时，未获得所需审批。',
    });
    expect(voids).toHaveLength(1);
    expect(reservedBy(driver)).toBe(0);
    expect(refusals(approve(driver, { revision: 2 }))).toEqual(['approval_not_held']);
  });

  it('expires as the settings say', () => {
    driver.settings('holdExpiry: 2h');
    expect(submit(driver).expiresAt).toBe(driver.now + 2 * HOUR);
    expect(driver.advance(2 * HOUR).decisions).toMatchObject([{ outcome: 'reject' }]);
  });

  it('expires no sooner for an event time in the past, once time is known', () => {
    driver.tick(driver.now);
    const at = new Date(driver.now - 5 * HOUR).toISOString();
    expect(submit(driver, { at }).expiresAt).toBe(driver.now + DAY);
  });

  it('expires after the first of two approvals as well', () => {
    submit(driver, { minor: NEEDS_TWO_PEOPLE });
    approve(driver);
    expect(driver.advance(DAY).decisions).toMatchObject([
      { outcome: 'reject', revision: 3, approvalsGiven: 1, approvalsRequired: 2 },
    ]);
  });

  it('expires with others of its kind in the order of their ends', () => {
    submit(driver, { transferId: 'T-b' });
    submit(driver, { transferId: 'T-a' });
    driver.now += HOUR;
    submit(driver, { transferId: 'T-0', from: 'someone' });
    driver.now -= 2 * HOUR;
    submit(driver, { transferId: 'T-first' });
    const expired = driver.tick(driver.now + 3 * DAY).decisions.map((one) => one.transferId);
    expect(expired).toEqual(['T-first', 'T-a', 'T-b', 'T-0']);
  });
});
