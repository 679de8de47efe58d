import { beforeEach, describe, expect, it } from 'vitest';
import { EVENTS, type EventOf, type EventTopic } from '../../../schemas/journal.ts';
import { partitionOf } from '../../../schemas/subjects.ts';
import { Driver, type Outputs } from '../../support/driver.ts';

const DAY = 86_400_000;
const EVERY_TOPIC = Object.keys(EVENTS) as EventTopic[];

let driver: Driver;

beforeEach(() => {
  driver = new Driver({ partitions: 16 });
});

function journalOf(partition: number): number {
  return driver.journal.filter((append) => append.partition === partition).length;
}

/** The partitions whose journal the sending writes to. */
function partitionsAfter(send: () => unknown): number[] {
  const before = driver.tasks.map((_task, partition) => journalOf(partition));
  send();
  return driver.tasks.flatMap((_task, partition) => (journalOf(partition) > before[partition]! ? [partition] : []));
}

function refusalOf({ 'dead-letters': deadLetters }: Outputs): string {
  expect(deadLetters).toHaveLength(1);
  return deadLetters[0]!.refusal;
}

describe('a record', () => {
  it.each([
    [0, 'accepted'],
    [DAY, 'accepted'],
    [DAY + 1, 'too_far_ahead'],
    [-400 * DAY, 'accepted'],
  ])('whose event lies %i ms after it was stored is %s', (ahead, expected) => {
    const at = new Date(driver.now + ahead).toISOString();
    const outputs = [
      driver.transfer({ at }, driver.now),
      driver.send('customers', { customerId: 'C', kind: 'person', at }, driver.now),
    ];
    for (const one of outputs) {
      if (expected === 'accepted') expect(one['dead-letters']).toEqual([]);
      else expect(refusalOf(one)).toBe(expected);
    }
  });

  it('that is too far ahead is told with both times, and its bytes', () => {
    const at = new Date(driver.now + DAY + 1).toISOString();
    const [refused] = driver.transfer({ transferId: 'T', at }, driver.now)['dead-letters'];
    expect(refused).toMatchObject({
      topic: 'transfers',
      partition: 0,
      offset: 0,
      seen: driver.now,
      detail: `Event time ${at} is more than a day after ${new Date(driver.now).toISOString()}, when the record was stored.`,
      eventId: 'T#submitted',
      transferId: 'T',
    });
    expect(EVENTS.transfers.decode(refused!.body)).toMatchObject({ transferId: 'T' });
    expect(driver.journal).toEqual([]);
  });

  it('of a negative amount is refused, though no JSON can bring it', () => {
    const transfer: EventOf<'transfers'> = { ...EVENTS.transfers.example, amount: { minor: -1, currency: 'CNY' } };
    expect(driver.append('transfers', transfer)['dead-letters']).toMatchObject([
      {
        refusal: 'amount_out_of_range',
        detail: 'Amount -1 is negative; a transfer has a payer and a payee instead of a sign.',
        transferId: transfer.transferId,
      },
    ]);
  });

  it.each(EVERY_TOPIC)('of %s that does not decode is refused with its bytes', (topic) => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from([0xff, 0xff]),
      Buffer.from('not Avro at all, but long enough to try'),
    ]) {
      const [refused] = driver.record(topic, bytes)['dead-letters'];
      expect(refused).toMatchObject({
        topic,
        refusal: 'undecodable',
        detail: `${bytes.length} bytes do not decode as a whole and valid ${EVENTS[topic].name}.`,
        eventId: null,
        transferId: null,
      });
      expect(refused!.body.equals(bytes)).toBe(true);
    }
    expect(driver.journal).toEqual([]);
  });

  it.each(EVERY_TOPIC)('of %s that is cut off, or runs on, is refused', (topic) => {
    const { example } = EVENTS[topic];
    const whole = (EVENTS[topic].encode as (event: unknown) => Buffer)(example);
    const { at } = example as { at: number };
    expect(driver.record(topic, whole, at)['dead-letters'].filter((one) => one.refusal === 'undecodable')).toEqual([]);
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, whole.length >> 1),
      Buffer.concat([whole, Buffer.from([0])]),
    ]) {
      expect(refusalOf(driver.record(topic, bytes, at))).toBe('undecodable');
    }
  });
});

describe('a transfer goes to', () => {
  it('its payer, its payee, its device and its maker', () => {
    const send = () => driver.transfer({ from: 'A', to: 'B', device: 'dev', maker: 'zhang' });
    const expected = ['A', 'B', 'dev', 'zhang'].map((subject) => partitionOf(subject, 16));
    expect(partitionsAfter(send)).toEqual([...new Set(expected)].sort((a, b) => a - b));
  });

  it('an account where the event names no party', () => {
    const send = () => driver.transfer({ debtor: { account: 'x' }, creditor: { account: 'y' } });
    expect(partitionsAfter(send)).toEqual(['x', 'y'].map((id) => partitionOf(id, 16)).sort((a, b) => a - b));
  });
});

describe('an event of a customer goes to that customer alone', () => {
  it.each([
    ['customers', { customerId: 'C-7', kind: 'person' }],
    [
      'approvals',
      { approvalId: 'A', transferId: 'T', revision: 1, action: 'deny', subject: 'C-7', by: 'li', roles: [] },
    ],
    ['invoices', { ...EVENTS.invoices.render(EVENTS.invoices.example), customer: 'C-7' }],
    ['payments', { ...EVENTS.payments.render(EVENTS.payments.example), customer: 'C-7' }],
    ['balances', { ...EVENTS.balances.render(EVENTS.balances.example), party: 'C-7' }],
    ['activity', { ...EVENTS.activity.render(EVENTS.activity.example), party: 'C-7' }],
    ['profile-changes', { ...EVENTS['profile-changes'].render(EVENTS['profile-changes'].example), party: 'C-7' }],
    ['statements', { ...EVENTS.statements.render(EVENTS.statements.example), party: 'C-7' }],
  ] as const)('%s', (topic, event) => {
    const { at } = event as { at?: string };
    if (at !== undefined) driver.now = Date.parse(at);
    expect(partitionsAfter(() => driver.send(topic, event))).toEqual([partitionOf('C-7', 16)]);
  });
});

describe('control goes to', () => {
  it('every partition', () => {
    expect(partitionsAfter(() => driver.tick(driver.now))).toEqual(driver.tasks.map((_task, index) => index));
  });
});

describe('a void goes to', () => {
  it('its targets, of kinds that are routed', () => {
    const subjects = ['payee', 'dev', 'zhang'];
    const sent = partitionsAfter(() =>
      driver.append('voids', {
        transferId: 'T',
        eventId: 'E',
        replaced: null,
        revision: 1,
        at: driver.now,
        targets: [
          { subjectKind: 'party', subject: 'payee', role: 'payee' },
          { subjectKind: 'device', subject: 'dev', role: 'device' },
          { subjectKind: 'operator', subject: 'zhang', role: 'operator' },
          { subjectKind: 'group', subject: 'nobody-asks', role: 'group' },
        ],
      }),
    );
    expect(sent).toEqual([...new Set(subjects.map((one) => partitionOf(one, 16)))].sort((a, b) => a - b));
  });
});
