/** What a process that starts may wait for, and what it must not: that is told by what the log stands on. */
import { expect, it } from 'vitest';
import { WeirError } from '../../../runtime/errors.ts';
import { mayComeUp } from '../../../runtime/log/open.ts';

const unavailable = (cause?: unknown) => new WeirError('LOG_UNAVAILABLE', 'does not answer', { cause });
/** As kafkajs names it. */
const named = (name: string) => Object.assign(new Error('refused'), { name });
const answered = (status: number) => unavailable(Object.assign(new Error('refused'), { status }));

it.each([
  ['brokers that nobody reaches', unavailable(named('KafkaJSConnectionError')), true],
  ['a wrong password', unavailable(named('KafkaJSSASLAuthenticationError')), false],
  ['a registry that nobody reaches', unavailable(new Error('connect ECONNREFUSED')), true],
  ['a registry that is not up yet', answered(503), true],
  ['a wrong password at the registry', answered(401), false],
  ['a right that is missing there', answered(403), false],
  ['topics that are missing', new WeirError('TOPICS_MISMATCH', 'no journal'), false],
  ['a fault', new TypeError('undefined'), false],
])('%s', (_, error, expected) => {
  expect(mayComeUp(error)).toBe(expected);
});
