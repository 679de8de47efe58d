/** Route takes records from anybody: what it lets into the journal, everybody behind it must be able to read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../runtime/log/values.ts';
import type { Declared } from '../../../schemas/declare.ts';
import { BLOCKS, EVENTS, type EventTopic } from '../../../schemas/journal.ts';
import { Driver } from '../../support/driver.ts';
import { scaled } from '../../support/scale.ts';

const PUBLIC = (Object.keys(EVENTS) as EventTopic[]).filter((topic) => topic !== 'voids');
const AT = Date.UTC(2026, 2, 2, 1);

/** Every block of the journal, decoded by the schema that its fingerprint names. */
function readJournal(driver: Driver): number {
  let entries = 0;
  for (const { values, fingerprint } of driver.journal) {
    const block = Object.values(BLOCKS).find((one) => one.fingerprint === fingerprint)!;
    for (let index = 0; index < values.count; index++) {
      entries += (block.type.fromBuffer(valueAt(values, index)) as unknown[]).length;
    }
  }
  return entries;
}

function send(driver: Driver, topic: EventTopic, event: object) {
  return driver.record(topic, (EVENTS[topic] as unknown as Declared<object>).encode(event), AT);
}

describe('route', () => {
  it.each(PUBLIC)('journals a whole record of %s', (topic) => {
    const driver = new Driver();
    send(driver, topic, { ...(EVENTS[topic].example as object), at: AT });
    expect(readJournal(driver)).toBeGreaterThan(0);
  });

  it.each([
    ['approvals', 'subject', 'x'.repeat(20_000), 'subject'],
    ['balances', 'party', 'C 1', 'party'],
    ['customers', 'customerId', '', 'customerId'],
    ['customers', 'zone', 'Mars/Olympus', 'zone'],
    ['invoices', 'dueOn', 'soon', 'dueOn'],
    ['payments', 'at', 9_000_000_000_000_000, 'valid Payment'],
    ['approvals', 'revision', 0, 'revision'],
  ] as const)('refuses %s whose %s is %.20j, and says so', (topic, field, value, named) => {
    // A subject of 20,000 bytes had its length written in two, and its partition never folded again.
    const driver = new Driver();
    const event = { ...(EVENTS[topic].example as object), at: AT, [field]: value };
    const [refused, ...others] = send(driver, topic, event)['dead-letters'];
    expect(others).toEqual([]);
    expect(refused!.refusal).toBe('undecodable');
    expect(refused!.detail).toContain(named);
    expect(readJournal(driver)).toBe(0);
  });

  it('lets nothing through that tasks or sinks choke on, however a record was damaged', () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('set', 'insert', 'delete'), fc.oneof(fc.nat(255), fc.nat(12))),
      { minLength: 1, maxLength: 4 },
    );
    const record = fc.tuple(fc.constantFrom(...PUBLIC), damage).map(([topic, changes]) => {
      const bytes = [...(EVENTS[topic] as unknown as Declared<object>).encode({ ...EVENTS[topic].example, at: AT })];
      for (const [where, how, byte] of changes) {
        const at = where % bytes.length;
        if (how === 'set') bytes[at] = byte;
        else bytes.splice(at, how === 'delete' ? 1 : 0, ...(how === 'insert' ? [byte] : []));
      }
      return { topic, bytes: Buffer.from(bytes) };
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const driver = new Driver();
        for (const { topic, bytes } of records) driver.record(topic, bytes, AT);
        driver.tick(AT + 1_000);
        readJournal(driver);
      }),
      { numRuns: scaled(100) },
    );
  });
});
