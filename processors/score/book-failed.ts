/**
 * A book that throws never means silence. Only its own change is dropped: the folds call their books
 * through guards, note here what failed, and go on. What was noted holds a submitted transfer at its
 * payer's side, and is an alert everywhere.
 */
import { z } from 'zod';
import { pass, rule } from '../rules/contract.ts';
import { COMMON_EVIDENCE } from '../rules/evidence.ts';
import type { BoundRule } from '../rules/rule-set.ts';
import type { TaskState } from './state.ts';

const BOOKS = {
  alerts: { en: 'alerts', zh: '预警' },
  approvals: { en: 'approvals', zh: '审批' },
  control: { en: 'control', zh: '控制' },
  credit: { en: 'credit', zh: '信用' },
  history: { en: 'history', zh: '历史' },
  limits: { en: 'limits', zh: '限额' },
  ordinary: { en: 'what is ordinary', zh: '常态' },
  profile: { en: 'profile', zh: '客户档案' },
  receivables: { en: 'receivables', zh: '应收' },
} as const;

export type Book = keyof typeof BOOKS;

export interface BookFailure {
  readonly book: Book;
  readonly failure: string;
}

const FAILURE_LENGTH_MAX = 200;

/** Notes what failed, to be told before the entry ends. */
export function bookFailed(state: TaskState, book: Book, error: unknown): void {
  const failure = failureOf(error);
  if (state.failures.some((one) => one.book === book && one.failure === failure)) return;
  state.failures.push({ book, failure });
}

/**
 * What is said of an error inside of a rule or book. Where the machine ran short, a replay would come out
 * otherwise: that ends the process instead.
 */
export function failureOf(error: unknown): string {
  const { message } = error as Error;
  if (error instanceof RangeError && /allocation failed|call stack/.test(message)) throw error;
  return String(message).slice(0, FAILURE_LENGTH_MAX);
}

/** Stands among the findings for a book that failed. It is in no rule set: nothing switches it off. */
export const BOOK_FAILED: BoundRule = {
  rule: rule({
    id: 'book-failed',
    version: 1,
    family: 'operations',
    title: { en: 'A book failed', zh: '台账出错' },
    code: 'data',
    restricted: false,
    on: ['outgoing', 'incoming', 'device', 'operator', 'status', 'receivables'],
    options: z.strictObject({}),
    message: {
      en: 'The book of {book} failed, and what the entry changes in it was dropped: {failure}',
      zh: '台账“{book}”出错，本条目对其的变更已丢弃：{failure}',
    },
    evidence: { book: { en: 'Book', zh: '台账' }, failure: COMMON_EVIDENCE.failure },
    words: { book: BOOKS },
    features: () => ({}),
    judge: () => pass,
  }),
  options: {},
  shadow: false,
  bit: 0,
  reachMs: 0,
  ofAttempts: false,
  input: { features: {}, options: {} },
  units: {},
};
