/** What a broker's error codes mean to us, and which of kafkajs's errors pass by themselves. */
import { isWeirError } from '../../errors.ts';
import type { Place } from './requests.ts';

interface Meaning {
  readonly name: string;
  /** `again`: passes by itself. `leader`, `coordinator`: ask who it is now, and go there. `fenced`: another took over. */
  readonly remedy: 'again' | 'leader' | 'coordinator' | 'fenced' | 'give-up';
}

const MEANINGS: { readonly [code: number]: Meaning } = {
  1: { name: 'OFFSET_OUT_OF_RANGE', remedy: 'give-up' },
  2: { name: 'CORRUPT_MESSAGE', remedy: 'again' },
  3: { name: 'UNKNOWN_TOPIC_OR_PARTITION', remedy: 'leader' },
  5: { name: 'LEADER_NOT_AVAILABLE', remedy: 'leader' },
  6: { name: 'NOT_LEADER_OR_FOLLOWER', remedy: 'leader' },
  7: { name: 'REQUEST_TIMED_OUT', remedy: 'again' },
  9: { name: 'REPLICA_NOT_AVAILABLE', remedy: 'leader' },
  10: { name: 'MESSAGE_TOO_LARGE', remedy: 'give-up' },
  13: { name: 'NETWORK_EXCEPTION', remedy: 'again' },
  14: { name: 'COORDINATOR_LOAD_IN_PROGRESS', remedy: 'again' },
  15: { name: 'COORDINATOR_NOT_AVAILABLE', remedy: 'coordinator' },
  16: { name: 'NOT_COORDINATOR', remedy: 'coordinator' },
  17: { name: 'INVALID_TOPIC_EXCEPTION', remedy: 'give-up' },
  19: { name: 'NOT_ENOUGH_REPLICAS', remedy: 'again' },
  20: { name: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', remedy: 'again' },
  22: { name: 'ILLEGAL_GENERATION', remedy: 'give-up' },
  25: { name: 'UNKNOWN_MEMBER_ID', remedy: 'give-up' },
  26: { name: 'INVALID_SESSION_TIMEOUT', remedy: 'give-up' },
  27: { name: 'REBALANCE_IN_PROGRESS', remedy: 'give-up' },
  29: { name: 'TOPIC_AUTHORIZATION_FAILED', remedy: 'give-up' },
  30: { name: 'GROUP_AUTHORIZATION_FAILED', remedy: 'give-up' },
  31: { name: 'CLUSTER_AUTHORIZATION_FAILED', remedy: 'give-up' },
  41: { name: 'NOT_CONTROLLER', remedy: 'again' },
  45: { name: 'OUT_OF_ORDER_SEQUENCE_NUMBER', remedy: 'give-up' },
  46: { name: 'DUPLICATE_SEQUENCE_NUMBER', remedy: 'give-up' },
  47: { name: 'INVALID_PRODUCER_EPOCH', remedy: 'fenced' },
  48: { name: 'INVALID_TXN_STATE', remedy: 'give-up' },
  49: { name: 'INVALID_PRODUCER_ID_MAPPING', remedy: 'give-up' },
  50: { name: 'INVALID_TRANSACTION_TIMEOUT', remedy: 'give-up' },
  51: { name: 'CONCURRENT_TRANSACTIONS', remedy: 'again' },
  52: { name: 'TRANSACTION_COORDINATOR_FENCED', remedy: 'again' },
  53: { name: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', remedy: 'give-up' },
  56: { name: 'KAFKA_STORAGE_ERROR', remedy: 'leader' },
  59: { name: 'UNKNOWN_PRODUCER_ID', remedy: 'give-up' },
  67: { name: 'INVALID_PRODUCER_ID_OR_EPOCH', remedy: 'give-up' },
  74: { name: 'FENCED_LEADER_EPOCH', remedy: 'leader' },
  75: { name: 'UNKNOWN_LEADER_EPOCH', remedy: 'leader' },
  78: { name: 'OFFSET_NOT_AVAILABLE', remedy: 'again' },
  81: { name: 'GROUP_MAX_SIZE_REACHED', remedy: 'give-up' },
  82: { name: 'FENCED_INSTANCE_ID', remedy: 'give-up' },
  87: { name: 'INVALID_RECORD', remedy: 'give-up' },
  90: { name: 'PRODUCER_FENCED', remedy: 'fenced' },
  105: { name: 'TRANSACTIONAL_ID_NOT_FOUND', remedy: 'give-up' },
  120: { name: 'TRANSACTION_ABORTABLE', remedy: 'give-up' },
};

export const OFFSET_OUT_OF_RANGE = 1;
export const DUPLICATE_SEQUENCE = 46;
export const REBALANCE_IN_PROGRESS = 27;
/** The group went on without this member. */
export const EXPELLED: readonly number[] = [22, 25];

/** An error code that a broker answered with. */
export class CodeError extends Error {
  readonly code: number;
  readonly remedy: Meaning['remedy'];

  constructor(code: number, what: string) {
    const meaning = MEANINGS[code] ?? { name: `code ${code}`, remedy: 'give-up' };
    super(`${what}: Kafka answers ${meaning.name}.`);
    this.name = 'KafkaCodeError';
    this.code = code;
    this.remedy = meaning.remedy;
  }
}

export function refuseCode(code: number, what: string): void {
  if (code !== 0) throw new CodeError(code, what);
}

export function refuseCodes(answers: readonly (Place & { readonly code: number })[], what: string): void {
  // The one that cannot pass decides, since the others may only follow from it.
  const errors = answers
    .filter(({ code }) => code !== 0)
    .map(({ code, topic, partition }) => new CodeError(code, `${what} ${topic}/${partition}`));
  const worst = errors.find(({ remedy }) => remedy === 'fenced') ?? errors.find(({ remedy }) => remedy === 'give-up');
  if (errors.length > 0) throw worst ?? errors[0];
}

/** What kafkajs throws where trying again is of no use: wrong credentials, a faulty setting, no such version. */
const KAFKAJS_FINAL = /SASL|NonRetriable|NotImplemented|InvalidLongError|UnsupportedMagicByte|AggregateError/;

/** True for what a broker answered and what kafkajs met on the way to it, and for no fault of ours. */
export function isOfKafka(error: unknown): error is Error {
  return error instanceof CodeError || (error instanceof Error && error.name.startsWith('KafkaJS'));
}

/** True where the same request may go well later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof CodeError)
    return error.remedy === 'again' || error.remedy === 'leader' || error.remedy === 'coordinator';
  if (isWeirError(error)) return false;
  const { name } = error as Error;
  if (!name.startsWith('KafkaJS')) return false;
  if (name === 'KafkaJSProtocolError') return (error as { retriable?: boolean }).retriable === true;
  return !KAFKAJS_FINAL.test(name) || isWrapped(error);
}

/** kafkajs wraps what it gave up on; that it did is no reason for us to. */
function isWrapped(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && cause !== error && mayPass(cause);
}
