/** What was refused after it had been stored, with its bytes and the reason (死信). */
import { bytes, choice, type Inner, id, instant, long, maybe, record, text } from './declare.ts';
import { REFUSAL_CODES } from './refusals.ts';

export const deadLetterRecord = record(
  'DeadLetter',
  'A record that route could not take, or an event that the payer’s task refused.',
  {
    topic: id('Topic of the refused record.', 64),
    partition: long('Its partition.'),
    offset: long('Its offset.'),
    seen: instant('Its append time.'),
    refusal: choice('Why, as a code.', 'Refusal', REFUSAL_CODES),
    detail: text('Why, in a sentence.', 1_000),
    eventId: maybe(id('Its eventId, where it could be read.')),
    transferId: maybe(id('Its transfer, where it could be read.')),
    body: bytes('The record as it came.'),
  },
  {
    topic: 'transfers',
    partition: 0,
    offset: 41,
    seen: '2026-03-01T01:30:00.120Z',
    refusal: 'status-impossible',
    detail: 'Transfer T-1 is cancelled; settled cannot follow.',
    eventId: 'T-1#settled',
    transferId: 'T-1',
    body: 'AA==',
  },
);

export type DeadLetter = Inner<typeof deadLetterRecord>;
export type Refusal = DeadLetter['refusal'];
