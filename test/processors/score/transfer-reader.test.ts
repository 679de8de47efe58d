/** The reader in place against avsc, which reads the same bytes by the declared schema. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransferReader } from '../../../processors/score/transfer-reader.ts';
import { TRANSFER_KINDS, TRANSFER_STATUSES, type Transfer, transferRecord } from '../../../schemas/events/transfer.ts';
import { BLOCKS, type Entry } from '../../../schemas/journal.ts';
import { SUBJECT_KINDS, SUBJECT_ROLES } from '../../../schemas/subjects.ts';
import { scaled } from '../../support/scale.ts';
import { transferEntries, transfers } from '../../support/transfers.ts';

const reader = new TransferReader();

/** All that the reader knows of an event, in the form of the declared record. */
function eventRead() {
  return {
    transferId: reader.text(reader.transferId),
    eventId: reader.text(reader.eventId),
    at: reader.at,
    kind: TRANSFER_KINDS[reader.kind],
    status: TRANSFER_STATUSES[reader.status]!.replaceAll('-', '_'),
    debtor: [reader.text(reader.debtorParty), reader.text(reader.debtorAccount)],
    creditor: [reader.text(reader.creditorParty), reader.text(reader.creditorAccount)],
    amount: { minor: reader.amountMinor, currency: reader.text(reader.currency) },
    channel: reader.text(reader.channel),
    device: reader.text(reader.device),
    session: reader.text(reader.session),
    maker: reader.text(reader.maker),
    batch: reader.text(reader.batch),
    historical: reader.historical,
  };
}

function eventDecoded(transfer: Transfer) {
  const { location: _location, purpose: _purpose, debtor, creditor, historical, ...rest } = transfer;
  return {
    ...rest,
    debtor: [debtor.party, debtor.account],
    creditor: [creditor.party, creditor.account],
    historical: historical === true,
  };
}

function decoded(record: Buffer): Transfer | null {
  try {
    return transferRecord.decode(record);
  } catch {
    return null;
  }
}

/** What the reader takes must be what avsc reads: whoever reads the journal later has nothing but the schema. */
function expectAgreement(record: Buffer): boolean {
  const taken = reader.readEvent(record);
  if (!taken) return false;
  const transfer = decoded(record);
  expect(transfer).not.toBeNull();
  expect(eventRead()).toEqual(eventDecoded(transfer!));
  return true;
}

describe('a block of transfer entries', () => {
  it('is read as avsc reads it', () => {
    fc.assert(
      fc.property(fc.array(transferEntries, { maxLength: 5 }), (entries) => {
        const block = BLOCKS.transfers.type.toBuffer(entries);
        reader.open(block);
        for (const entry of entries) {
          expect(reader.next()).toBe(true);
          const { subjectKind, role, seen, sourcePartition, sourceOffset } = reader;
          expect({
            subjectKind: SUBJECT_KINDS[subjectKind],
            subject: reader.text(reader.subject),
            role: SUBJECT_ROLES[role],
            seen,
            sourcePartition,
            sourceOffset,
          }).toEqual({ ...entry, event: undefined });
          expect(eventRead()).toEqual(eventDecoded(entry.event));
          expect(transferRecord.decode(block.subarray(reader.eventStart, reader.eventEnd))).toEqual(entry.event);
          // One entry taken out, as a hold keeps it, is a block of its own.
          expect(BLOCKS.transfers.type.fromBuffer(reader.entryBlock())).toEqual([entry]);
        }
        expect(reader.next()).toBe(false);
      }),
      { numRuns: scaled(2_000) },
    );
  });

  it('may come in several parts, as Avro allows', () => {
    fc.assert(
      fc.property(fc.array(fc.array(transferEntries, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), (parts) => {
        const bodies = parts.map((entries) => BLOCKS.transfers.type.toBuffer(entries).subarray(0, -1));
        reader.open(Buffer.concat([...bodies, Buffer.from([0])]));
        for (const entry of parts.flat() as Entry<'transfers'>[]) {
          expect(reader.next()).toBe(true);
          expect(reader.text(reader.transferId)).toBe(entry.event.transferId);
        }
        expect(reader.next()).toBe(false);
      }),
      { numRuns: scaled(200) },
    );
  });
});

describe('a transfer that stands alone', () => {
  it('is taken as avsc reads it', () => {
    fc.assert(
      fc.property(transfers, (transfer) => {
        expect(expectAgreement(transferRecord.encode(transfer))).toBe(true);
      }),
      { numRuns: scaled(2_000) },
    );
  });

  it('is refused where its end is missing, or something follows it', () => {
    fc.assert(
      fc.property(transfers, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (transfer, cut, more) => {
        const record = transferRecord.encode(transfer);
        expect(reader.readEvent(record.subarray(0, cut % record.length))).toBe(false);
        expect(reader.readEvent(Buffer.concat([record, more]))).toBe(false);
      }),
      { numRuns: scaled(2_000) },
    );
  });

  it('is refused where a marker, a length or a flag is none that Avro has', () => {
    // These were taken once, went into the journal, and nothing that goes by the schema could read it again.
    const whole = transferRecord.encode({ ...transferRecord.example, purpose: null, historical: null });
    const ending = (...bytes: number[]) => Buffer.concat([whole.subarray(0, -2), Buffer.from(bytes)]);
    expect(reader.readEvent(ending(0, 0))).toBe(true);
    expect(reader.readEvent(ending(0, 2, 1))).toBe(true);
    expect(reader.readEvent(ending(0, 4)), 'third of two branches').toBe(false);
    expect(reader.readEvent(ending(0, 2, 7)), 'neither true nor false').toBe(false);
    expect(reader.readEvent(ending(2, 1)), 'a purpose of −1 bytes').toBe(false);
  });

  it.each([
    ['device', 'd'.repeat(128), true],
    ['device', 'd'.repeat(129), false],
    ['transferId', 'T 1', false],
    ['transferId', 'T-１', false],
    ['batch', 'б', false],
    ['at', Date.UTC(2200, 0, 1), true],
    ['at', Date.UTC(2200, 0, 1) + 1, false],
    ['at', -1, false],
    ['at', 9_000_000_000_000_000, false],
  ])('is taken or refused by the declaration: %s %j, taken: %s', (field, value, taken) => {
    // No date has such a time as the last one: what it was put into died of it.
    expect(reader.readEvent(transferRecord.encode({ ...transferRecord.example, [field]: value }))).toBe(taken);
  });

  it('is refused where it is noise, and none makes the reader throw or hang', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // Bytes that look like lengths and markers, and endless varints.
      fc.array(fc.constantFrom(0, 0, 2, 2, 1, 4, 6, 0x7f, 0x80, 0xff), { maxLength: 200 }),
      fc.constant(new Array<number>(5_000).fill(0x80)),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        expectAgreement(Buffer.from(bytes));
      }),
      { numRuns: scaled(5_000) },
    );
  });

  it('is taken only where avsc reads the same, however it was damaged', () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('set', 'insert', 'delete'), fc.oneof(fc.nat(255), fc.nat(12))),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(transfers, damage, (transfer, changes) => {
        const bytes = [...transferRecord.encode(transfer)];
        for (const [where, how, byte] of changes) {
          const at = where % bytes.length;
          if (how === 'set') bytes[at] = byte;
          else bytes.splice(at, how === 'delete' ? 1 : 0, ...(how === 'insert' ? [byte] : []));
        }
        expectAgreement(Buffer.from(bytes));
      }),
      { numRuns: scaled(10_000) },
    );
  });
});
