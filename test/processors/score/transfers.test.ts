import { beforeEach, describe, expect, it } from 'vitest';
import { EVENTS } from '../../../schemas/journal.ts';
import { submit } from '../../support/approvals.ts';
import { Driver, type Outputs } from '../../support/driver.ts';
import { reservedBy } from '../../support/reserved.ts';

const STATUSES = ['submitted', 'partially-settled', 'settled', 'failed', 'cancelled', 'returned', 'reversed'] as const;
type Status = (typeof STATUSES)[number];

/** How a transfer comes to a status. */
const WAYS: { readonly [status in Status | 'none']: readonly Status[] } = {
  none: [],
  submitted: ['submitted'],
  'partially-settled': ['submitted', 'partially-settled'],
  settled: ['submitted', 'settled'],
  failed: ['submitted', 'failed'],
  cancelled: ['submitted', 'cancelled'],
  returned: ['submitted', 'settled', 'returned'],
  reversed: ['submitted', 'settled', 'reversed'],
};

/** The table of permitted changes, written out once more: x may follow. */
const MAY_FOLLOW: { readonly [from in Status | 'none']: string } = {
  //                    submitted partially settled failed cancelled returned reversed
  none: '                x         x         x       x      x         -        -',
  submitted: '           x         x         x       x      x         -        -',
  'partially-settled': ' -         x         x       x      x         x        x',
  settled: '             -         -         -       -      -         x        x',
  failed: '              -         -         -       -      -         -        -',
  cancelled: '           -         -         -       -      -         -        -',
  returned: '            -         -         -       -      -         x        x',
  reversed: '            -         -         -       -      -         -        -',
};

const PAIRS = (Object.keys(WAYS) as (Status | 'none')[]).flatMap((from) =>
  STATUSES.map((to, column) => [from, to, MAY_FOLLOW[from].trim().split(/\s+/)[column] === 'x'] as const),
);

let driver: Driver;
let events: number;

beforeEach(() => {
  driver = new Driver({ partitions: 4 });
  events = 0;
});

/** A message on transfer T, under an eventId of its own. */
function say(status: Status, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.transfer({ transferId: 'T', eventId: `E-${++events}`, status, ...fields });
}

describe('after', () => {
  it.each(PAIRS)('%s, %s is permitted: %s', (from, to, permitted) => {
    for (const status of WAYS[from]) say(status);
    const before = driver.outputs.decisions.at(-1)?.revision ?? 0;
    const { decisions, 'dead-letters': deadLetters } = say(to);
    if (permitted) {
      expect(deadLetters).toEqual([]);
      const isDecided = before > 0 || to === 'submitted';
      expect(decisions.map((one) => one.revision)).toEqual(isDecided ? [before + 1] : []);
      return;
    }
    expect(decisions).toEqual([]);
    expect(deadLetters).toMatchObject([
      {
        topic: 'transfers',
        refusal: from === 'none' ? 'transfer_unknown' : 'status_impossible',
        eventId: `E-${events}`,
        transferId: 'T',
      },
    ]);
  });
});

describe('a refused message', () => {
  it('says why, and keeps its bytes', () => {
    say('submitted');
    say('cancelled');
    const [refused] = say('settled', { purpose: '货款' })['dead-letters'];
    expect(refused).toMatchObject({
      detail: 'Transfer T is cancelled; settled cannot follow.',
      offset: 2,
      seen: driver.now,
    });
    expect(EVENTS.transfers.decode(refused!.body)).toMatchObject({ status: 'settled', purpose: '货款' });
  });

  it('names the transfer that a return does not find', () => {
    expect(say('returned')['dead-letters'].map((one) => one.detail)).toEqual([
      'Transfer T is not known; a return or reversal needs the transfer before it.',
    ]);
  });

  it('changes nothing', () => {
    say('submitted', { minor: 500 });
    say('cancelled');
    say('settled', { minor: 900 });
    expect(reservedBy(driver)).toBe(0);
  });

  it('is told once, by the payer’s task, however many subjects hear of it', () => {
    for (const from of ['a', 'b', 'c', 'd', 'e']) {
      const told = driver.transfer({
        transferId: `T-${from}`,
        from,
        to: `${from}-payee`,
        status: 'returned',
        device: `${from}-device`,
        maker: `${from}-maker`,
      });
      expect(told['dead-letters']).toHaveLength(1);
    }
  });
});

describe('the same eventId', () => {
  it.each(['submitted', 'settled', 'failed'] as const)('with the same content is silent, %s', (status) => {
    say('submitted', { minor: 700, eventId: 'first' });
    const fields = { minor: 700, eventId: status === 'submitted' ? 'first' : 'second' };
    if (status !== 'submitted') say(status, fields);
    const again = say(status, fields);
    driver.advance(60_000);
    expect(Object.values(again).flat()).toEqual([]);
  });

  it('is silent after later messages too', () => {
    const at = new Date(driver.now).toISOString();
    say('submitted', { eventId: 'a', at });
    say('submitted', { eventId: 'b', minor: 5, at });
    say('settled', { eventId: 'c', minor: 5, at });
    driver.advance(3_600_000);
    const repeats = [
      say('submitted', { eventId: 'a', at }),
      say('submitted', { eventId: 'b', minor: 5, at }),
      say('settled', { eventId: 'c', minor: 5, at }),
    ];
    expect(repeats.flatMap((one) => Object.values(one).flat())).toEqual([]);
    expect(reservedBy(driver)).toBe(5);
  });

  it.each([
    ['amount', { minor: 701 }],
    ['payee', { to: 'other' }],
    ['time', { at: '2026-03-02T00:30:00Z' }],
    ['purpose', { purpose: 'x' }],
  ])('with another %s is refused', (_what, change) => {
    say('submitted', { minor: 700, eventId: 'first' });
    const { decisions, 'dead-letters': deadLetters } = say('submitted', { minor: 700, eventId: 'first', ...change });
    expect(decisions).toEqual([]);
    expect(deadLetters).toMatchObject([
      { refusal: 'event_id_reused', detail: 'Transfer T came again under the same eventId with other content.' },
    ]);
    expect(reservedBy(driver)).toBe(700);
  });

  it('that was made of transfer and status is the same as if it had been given', () => {
    driver.transfer({ transferId: 'T', minor: 700 });
    const refused = driver.transfer({ transferId: 'T', minor: 701 })['dead-letters'];
    expect(refused).toMatchObject([{ refusal: 'event_id_reused', eventId: 'T#submitted' }]);
  });

  it('of another transfer is another message', () => {
    say('submitted', { eventId: 'first' });
    expect(say('submitted', { eventId: 'first', transferId: 'T-2' }).decisions).toHaveLength(1);
  });
});

describe('what counts of 1,000 after', () => {
  it.each<[string, [Status, number][], number]>([
    ['submission', [['submitted', 1_000]], 1_000],
    [
      'an amendment',
      [
        ['submitted', 1_000],
        ['submitted', 300],
      ],
      300,
    ],
    [
      'settlement',
      [
        ['submitted', 1_000],
        ['settled', 1_000],
      ],
      1_000,
    ],
    [
      'settlement of less',
      [
        ['submitted', 1_000],
        ['settled', 900],
      ],
      900,
    ],
    [
      'failure',
      [
        ['submitted', 1_000],
        ['failed', 1_000],
      ],
      0,
    ],
    [
      'cancellation',
      [
        ['submitted', 1_000],
        ['cancelled', 1_000],
      ],
      0,
    ],
    [
      'a part',
      [
        ['submitted', 1_000],
        ['partially-settled', 400],
      ],
      1_000,
    ],
    [
      'two parts',
      [
        ['submitted', 1_000],
        ['partially-settled', 400],
        ['partially-settled', 700],
      ],
      1_000,
    ],
    [
      'a part and failure',
      [
        ['submitted', 1_000],
        ['partially-settled', 400],
        ['failed', 1_000],
      ],
      400,
    ],
    [
      'a part and the whole',
      [
        ['submitted', 1_000],
        ['partially-settled', 400],
        ['settled', 1_000],
      ],
      1_000,
    ],
    [
      'a return',
      [
        ['submitted', 1_000],
        ['settled', 1_000],
        ['returned', 300],
      ],
      700,
    ],
    [
      'two returns',
      [
        ['submitted', 1_000],
        ['settled', 1_000],
        ['returned', 300],
        ['returned', 1_000],
      ],
      0,
    ],
    [
      'a reversal',
      [
        ['submitted', 1_000],
        ['settled', 1_000],
        ['reversed', 1_000],
      ],
      0,
    ],
    ['a settlement out of the blue', [['settled', 1_000]], 1_000],
    ['a failure out of the blue', [['failed', 1_000]], 0],
  ])('%s', (_what, messages, counts) => {
    for (const [status, minor] of messages) say(status, { minor });
    expect(reservedBy(driver)).toBe(counts);
  });

  it('a return counts in the day that it gives back to', () => {
    say('submitted');
    say('settled');
    driver.advance(3 * 86_400_000);
    say('returned');
    expect(reservedBy(driver)).toBe(0);
  });
});

describe('a transfer between accounts of one customer', () => {
  beforeEach(() => {
    driver.customer({ customerId: 'payer', accounts: ['acc-payer', 'acc-savings'] });
  });

  it.each([
    ['the party itself', { to: 'payer' }],
    ['an account of its file', { creditor: { account: 'acc-savings' } }],
  ])('to %s rings no bell of laundering or habit', (_what, fields) => {
    const alerts = Array.from({ length: 8 }, (_none, index) =>
      driver.transfer({ minor: 100_000_000, transferId: `own-${index}`, status: 'settled', ...fields }),
    ).flatMap((one) => one.alerts.filter(({ subject }) => subject === 'payer'));
    expect(alerts).toEqual([]);
  });

  it('is bound by limits and approvals like any other', () => {
    expect(submit(driver, { creditor: { account: 'acc-savings' } }).outcome).toBe('hold');
  });

  it('to an account of somebody else does ring', () => {
    expect(driver.transfer({ minor: 100_000_000, status: 'settled' }).alerts).not.toEqual([]);
  });

  /** Judging later windows again once forgot whose transfer it was. */
  it('stays quiet when a late leg has it judged again', () => {
    const band = { minor: 45_000_000, status: 'settled' };
    driver.transfer({ ...band, at: '2026-03-02T01:00:00Z' });
    driver.transfer({ ...band, at: '2026-03-02T03:00:00Z', creditor: { account: 'acc-savings' } });
    const { alerts } = driver.transfer({ ...band, at: '2026-03-02T02:00:00Z' });
    expect(alerts.filter((one) => one.rule === 'structuring' && one.late)).toEqual([]);
  });
});

/** An amendment's leg can be late like any other: it was once judged by the windows of its own time alone. */
describe('an amendment that is late', () => {
  it('has later windows judged again', () => {
    const at = (hour: number) => `2026-03-02T0${hour}:00:00Z`;
    const band = { minor: 45_000_000, maker: 'zhang' };
    driver.transfer({ ...band, transferId: 'T', minor: 100, at: at(1) });
    driver.transfer({ ...band, at: at(2) });
    driver.transfer({ ...band, at: at(3) });
    const { alerts } = driver.transfer({ ...band, transferId: 'T', eventId: 'amended', at: at(1) });
    const late = alerts.filter((one) => one.late);
    expect(late).toMatchObject([{ rule: 'structuring', transferId: 'T', at: Date.parse(at(3)) }]);
  });
});
