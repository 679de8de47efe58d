import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Task } from '../../../processors/score/task.ts';
import { valueAt } from '../../../runtime/log/values.ts';
import { approve, submit } from '../../support/approvals.ts';
import { BREAKS_CHANGES, BREAKS_LIMITS, BREAKS_ORDINARY, BREAKS_WINDOWS, FAULT } from '../../support/broken-books.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

vi.mock('../../../processors/features/windows.ts', async (original) => {
  const real = await original<typeof import('../../../processors/features/windows.ts')>();
  const { brokenWindows } = await import('../../support/broken-books.ts');
  return { ...real, Windows: brokenWindows(real.Windows) };
});
vi.mock('../../../processors/books/limits.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/limits.ts')>();
  const { brokenLimits } = await import('../../support/broken-books.ts');
  return { Limits: brokenLimits(real.Limits) };
});
vi.mock('../../../processors/books/ordinary.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/ordinary.ts')>();
  const { brokenOrdinary } = await import('../../support/broken-books.ts');
  return { Ordinary: brokenOrdinary(real.Ordinary) };
});
vi.mock('../../../processors/books/profile.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/profile.ts')>();
  const { breaking } = await import('../../support/broken-books.ts');
  return { ...real, profileAfter: breaking(real.profileAfter, (_before, event) => event.country === 'XX') };
});
vi.mock('../../../processors/books/approvals.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/approvals.ts')>();
  const { breaking } = await import('../../support/broken-books.ts');
  return { ...real, refuseApproval: breaking(real.refuseApproval, (_hold, approval) => approval.by === 'broken') };
});
vi.mock('../../../processors/books/ledger.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/ledger.ts')>();
  const { breaking } = await import('../../support/broken-books.ts');
  return { ...real, forget: breaking(real.forget, (book) => book.invoices.has('broken')) };
});
vi.mock('../../../processors/books/credit.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/credit.ts')>();
  const { breaking } = await import('../../support/broken-books.ts');
  return { ...real, rate: breaking(real.rate, (overdue) => overdue.openMinor === 665) };
});
vi.mock('../../../processors/books/alerts.ts', async (original) => {
  const real = await original<typeof import('../../../processors/books/alerts.ts')>();
  const { breaking } = await import('../../support/broken-books.ts');
  return { ...real, alertAfter: breaking(real.alertAfter, (_open, hit) => hit.subject === 'alerts-broken') };
});

let driver: Driver;

beforeEach(() => {
  driver = new Driver({ partitions: 3 });
});

function failures({ alerts }: Outputs) {
  return alerts.filter((one) => one.rule === 'book-failed');
}

/** Which book of whom failed, as the alerts tell it. */
function told(outputs: Outputs): string[] {
  return failures(outputs).map(
    ({ subject, evidence }) => `${subject} ${evidence.find(({ name }) => name === 'book')!.text}`,
  );
}

describe('a book that throws for a submitted transfer', () => {
  const CASES = [
    ['history', BREAKS_WINDOWS],
    ['limits', BREAKS_LIMITS],
  ] as const;

  it.each(CASES)('%s: holds it at the payer, and only alerts at the payee', (book, minor) => {
    const outputs = driver.transfer({ transferId: 'T', minor });
    expect(outputs.decisions).toMatchObject([{ outcome: 'hold', approvalsRequired: 1 }]);
    expect(told(outputs).sort()).toEqual([`payee ${book}`, `payer ${book}`]);
    expect(failures(outputs)[0]).toMatchObject({ severity: 'critical', family: 'operations', transferId: 'T' });
    expect(failures(outputs)[0]!.en).toContain(FAULT);
    expect(failures(outputs)[0]!.zh).toContain(FAULT);
  });

  it.each(CASES)('%s: tells the readers of decisions nothing of its inside', (_book, minor) => {
    const { decisions } = driver.transfer({ minor });
    expect(decisions[0]!.reasons).toMatchObject([{ code: 'data', rule: 'book-failed', outcome: 'hold', evidence: [] }]);
    expect(JSON.stringify(decisions)).not.toContain('fault');
  });

  it.each(CASES)('%s: keeps the identity', (_book, minor) => {
    driver.transfer({ transferId: 'T', minor });
    expect(Object.values(driver.transfer({ transferId: 'T', minor })).flat()).toEqual([]);
    const other = driver.transfer({ transferId: 'T', minor: minor + 100 });
    expect(other['dead-letters']).toMatchObject([{ refusal: 'event_id_reused' }]);
  });

  it.each(CASES)('%s: keeps the hold', (_book, minor) => {
    driver.transfer({ transferId: 'T', minor });
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept', revision: 2 }]);
    driver.transfer({ transferId: 'T', minor, status: 'settled' });
    expect(driver.outputs.decisions.at(-1)).toMatchObject({ outcome: 'accept', status: 'settled', revision: 3 });
  });

  it.each(CASES)('%s: lets what comes next be judged as ever', (_book, minor) => {
    driver.transfer({ minor });
    expect(driver.transfer({ minor: 5 }).decisions).toMatchObject([{ outcome: 'accept', reasons: [] }]);
  });

  it('keeps the reservation where it is another book', () => {
    driver.transfer({ transferId: 'T', minor: BREAKS_WINDOWS });
    expect(reservedBy(driver)).toBe(BREAKS_WINDOWS);
    driver.transfer({ transferId: 'T', minor: BREAKS_WINDOWS, status: 'failed' });
    expect(reservedBy(driver)).toBe(0);
  });

  it('gives nothing back that was never reserved', () => {
    driver.transfer({ minor: 1_000 });
    driver.transfer({ transferId: 'T', minor: BREAKS_LIMITS });
    driver.transfer({ transferId: 'T', minor: BREAKS_LIMITS, status: 'failed' });
    expect(reservedBy(driver)).toBe(1_000);
  });

  it('keeps the windows of the others: they count as if it had never come', () => {
    const payments = Array.from({ length: 5 }, () => driver.transfer({ minor: 5 }));
    driver.transfer({ minor: BREAKS_WINDOWS });
    payments.push(driver.transfer({ minor: 5 }));
    const velocity = payments.map(({ alerts }) => alerts.some((one) => one.rule === 'velocity'));
    expect(velocity).toEqual([false, false, false, false, false, true]);
  });

  it('leaves a freeze in force', () => {
    driver.send('control', { controlId: 'F', kind: 'freeze', party: 'payee' });
    expect(driver.transfer({ minor: BREAKS_LIMITS }).decisions).toMatchObject([{ outcome: 'reject' }]);
  });

  it('is an alert alone where the book is nobody’s', () => {
    const outputs = driver.transfer({ minor: BREAKS_ORDINARY });
    expect(outputs.decisions).toMatchObject([{ outcome: 'accept' }]);
    expect(told(outputs)).toEqual(['payee ordinary']);
  });
});

describe('a book that throws for what follows', () => {
  it('a change of status: the amount counts as it now should, in windows too', () => {
    driver.transfer({ transferId: 'T', minor: BREAKS_CHANGES });
    const outputs = driver.transfer({ transferId: 'T', minor: 50, status: 'settled' });
    expect(told(outputs).sort()).toEqual(['payee history', 'payer history']);
    expect(outputs.decisions).toMatchObject([{ outcome: 'accept', status: 'settled', revision: 2 }]);
    expect(reservedBy(driver)).toBe(50);
  });

  it('a customer’s file: the one before stays in force', () => {
    driver.customer({ customerId: 'payer', kind: 'organisation' });
    driver.now += 1_000;
    const outputs = driver.customer({ customerId: 'payer', kind: 'person', country: 'XX' });
    expect(told(outputs)).toEqual(['payer profile']);
    const { alerts } = driver.transfer({ minor: 60_000_000, status: 'settled' });
    expect(alerts.filter(({ rule, subject }) => rule === 'large-value' && subject === 'payer')).toEqual([]);
  });

  it('an approval: it does not count, and the hold waits on', () => {
    submit(driver);
    expect(told(approve(driver, { by: 'broken' }))).toEqual(['payer approvals']);
    expect(approve(driver).decisions).toMatchObject([{ outcome: 'accept', approvalsGiven: 1 }]);
  });

  it('an alert: it is told nevertheless', () => {
    const outputs = driver.transfer({ minor: 60_000_000, status: 'settled', from: 'alerts-broken' });
    const ofPayer = outputs.alerts.filter((one) => one.subject === 'alerts-broken');
    expect(ofPayer.map(({ rule, revision }) => [rule, revision])).toEqual([
      ['large-value', 1],
      ['book-failed', 1],
    ]);
  });

  it('a tick: timers go on', () => {
    submit(driver);
    driver.send('invoices', invoice('I-1', 665));
    const outputs = driver.advance(25 * 3_600_000);
    expect(outputs.decisions).toMatchObject([{ outcome: 'reject' }]);
  });
});

function invoice(invoiceId: string, minor: number) {
  return {
    invoiceId,
    customer: 'payer',
    amount: { minor, currency: 'CNY' },
    issuedOn: '2026-02-01',
    dueOn: '2026-03-01',
    status: 'open',
  };
}

describe('a book of debts that throws', () => {
  it('drops the event that it threw for, and knows it when it comes again', () => {
    driver.tick(driver.now);
    const outputs = driver.send('invoices', invoice('broken', 7_000));
    expect(told(outputs)).toEqual(['payer receivables']);
    expect(Object.values(driver.send('invoices', invoice('broken', 7_000))).flat()).toEqual([]);
    driver.send('invoices', invoice('I-2', 9_000));
    const overdue = driver.outputs.alerts.filter((one) => one.rule === 'overdue-days');
    expect(overdue[0]!.evidence).toContainEqual({ name: 'overdueAmount', number: 9_000, text: null, unit: 'CNY' });
  });

  it('leaves the rating as it was, and the rules asked', () => {
    driver.tick(driver.now);
    const outputs = driver.send('invoices', invoice('I-1', 665));
    expect(told(outputs)).toContain('payer credit');
    expect(outputs['credit-ratings']).toEqual([]);
    expect(outputs.alerts.map((one) => one.rule)).toContain('overdue-days');
  });
});

describe('settings that no rule understands', () => {
  it('are told about the partition, and those before stay in force', () => {
    driver.settings('rules: {limit-transaction: {options: {limit: {minor: 500, currency: CNY}}}}');
    const outputs = driver.send('control', {
      controlId: 'S',
      kind: 'settings',
      settings: '{"rules":{"velocity":{"options":{"count":"x"}}}}',
    });
    expect(told(outputs)).toEqual(['0 control', '1 control', '2 control']);
    expect(driver.transfer({ minor: 501 }).decisions).toMatchObject([{ outcome: 'reject' }]);
  });
});

it('comes out the same in every replay', () => {
  driver.transfer({ transferId: 'A', minor: BREAKS_WINDOWS });
  driver.transfer({ transferId: 'B', minor: BREAKS_LIMITS });
  driver.transfer({ transferId: 'C', minor: BREAKS_CHANGES });
  driver.transfer({ transferId: 'C', minor: 5, status: 'settled' });
  driver.transfer({ transferId: 'B', minor: BREAKS_LIMITS, status: 'settled' });
  driver.send('invoices', invoice('broken', 7_000));
  driver.advance(26 * 3_600_000);
  const again = driver.tasks.map((_none, partition) => new Task(partition, () => null));
  for (const { partition, fingerprint, values } of driver.journal) {
    for (let index = 0; index < values.count; index++) again[partition]!.fold(valueAt(values, index), fingerprint);
  }
  expect(again.map(({ digest }) => digest)).toEqual(driver.tasks.map(({ digest }) => digest));
});
