/**
 * Messages: what a record becomes for a receiver. The id of a message is its record’s place in the log, so it
 * is the same at each attempt, after each restart and in each replay, and a replay by id needs no index.
 *
 * Thin messages carry no personal data. Ids of customers stand as pseudonyms, which are the same in each
 * message, and what a reason names in words is blanked out; amounts stay, in both languages. Whoever may see
 * more asks the API for it, where it is known who looked.
 */
import type { Alert } from '../../schemas/alert.ts';
import { alertRecord } from '../../schemas/alert.ts';
import { type CreditRating, creditRatingRecord } from '../../schemas/credit-rating.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import { type Notification, notificationRecord } from '../../schemas/notification.ts';
import type { Evidence } from '../../schemas/reason.ts';
import type { WebhookTopic } from '../../schemas/webhook.ts';

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record of a topic that can be subscribed to. */
export type Told =
  | { readonly topic: 'alerts'; readonly record: Alert }
  | { readonly topic: 'decisions'; readonly record: Decision }
  | { readonly topic: 'credit-ratings'; readonly record: CreditRating }
  | { readonly topic: 'notifications'; readonly record: Notification };

export interface Message {
  readonly id: string;
  readonly type: string;
  /** The very bytes that are signed and sent. */
  readonly body: Buffer;
}

/**
 * What of a record is in a thin message as it is. What is not named here is left out: a field that is added
 * to a record one day is told to nobody until somebody has thought about it.
 */
export const THIN_FIELDS = {
  alerts: [
    ...['revision', 'rule', 'ruleVersion', 'family', 'severity', 'subjectKind', 'status', 'openedAt', 'at', 'seen'],
    ...['occurrences', 'transferId', 'late', 'historical', 'shadow', 'restricted', 'beyondLateness', 'segments'],
    ...['step', 'stepAt', 'resolution', 'reportBy', 'snoozedUntil', 'escalation'],
  ],
  decisions: [
    ...['transferId', 'revision', 'outcome', 'at', 'seen', 'kind', 'status', 'approvalsRequired', 'approvalsGiven'],
    ...['expiresAt', 'beyondLateness'],
  ],
  'credit-ratings': [
    ...['revision', 'at', 'seen', 'grade', 'previousGrade', 'overdueDaysMax', 'overdueMinor', 'openMinor'],
    ...['utilisationPercent', 'limitScalePercent'],
  ],
  notifications: ['revision', 'at', 'seen', 'audience', 'kind'],
} as const satisfies { readonly [topic in WebhookTopic]: readonly string[] };

export type Content = 'thin' | 'full';
/** Gives the pseudonym of an id. */
export type Pseudonym = (id: string) => string;

export function messageIdOf({ topic, partition, offset }: Place): string {
  return `${topic}-${partition}-${offset}`;
}

/** The place that an id names; null where it is no id of a message. */
export function placeOfMessage(id: string): Place | null {
  const parts = /^([a-z-]+)-(\d{1,3})-(\d{1,15})$/.exec(id);
  return parts === null ? null : { topic: parts[1] as string, partition: Number(parts[2]), offset: Number(parts[3]) };
}

export function messageOf(place: Place, told: Told, content: Content, pseudonym: Pseudonym): Message {
  const type = typeOf(told);
  const data = content === 'full' ? fullData(told) : thinData(told, pseudonym);
  const timestamp = new Date(told.record.seen).toISOString();
  return { id: messageIdOf(place), type, body: Buffer.from(JSON.stringify({ type, timestamp, data })) };
}

/** Messages that were made for one subscription serve the others that want the same. */
export class Messages {
  readonly #pseudonym: Pseudonym;
  readonly #made = { thin: new WeakMap<Told, Message>(), full: new WeakMap<Told, Message>() };

  constructor(pseudonym: Pseudonym) {
    this.#pseudonym = pseudonym;
  }

  of(place: Place, told: Told, content: Content): Message {
    let message = this.#made[content].get(told);
    if (message === undefined) {
      message = messageOf(place, told, content, this.#pseudonym);
      this.#made[content].set(told, message);
    }
    return message;
  }
}

function typeOf({ topic, record }: Told): string {
  if (topic === 'alerts') {
    if (record.status === 'closed') return 'alert.closed';
    return record.revision === 1 ? 'alert.opened' : 'alert.updated';
  }
  if (topic === 'decisions') return record.revision === 1 ? 'decision.made' : 'decision.revised';
  return topic === 'credit-ratings' ? 'credit-rating.changed' : 'notification.issued';
}

/** The record’s JSON form, with the reason in one place. */
function fullData(told: Told): { readonly [name: string]: unknown } {
  if (told.topic === 'alerts') {
    const { en, zh, ...rest } = alertRecord.render(told.record);
    return { ...rest, reason: { en, zh } };
  }
  if (told.topic === 'decisions') return decisionRecord.render(told.record);
  if (told.topic === 'credit-ratings') return creditRatingRecord.render(told.record);
  const { en, zh, ...rest } = notificationRecord.render(told.record);
  return { ...rest, revision: 1, reason: { en, zh } };
}

function thinData(told: Told, pseudonym: Pseudonym): { readonly [name: string]: unknown } {
  const kept = thinFields(told);
  if (told.topic === 'alerts') {
    const { subject, alertId, evidence, quietedBy, en, zh } = told.record;
    const reason = blanked({ en, zh }, [subject, ...wordsOf(evidence)]);
    const louder = quietedBy === null ? {} : { quietedBy: pseudonym(quietedBy) };
    return { alertId: pseudonym(alertId), subject: pseudonym(subject), ...kept, ...louder, reason };
  }
  if (told.topic === 'decisions') {
    const { debtor, creditor, reasons } = told.record;
    return {
      ...kept,
      reasons: reasons.map(({ code, outcome, en, zh, evidence }) => {
        return { code, outcome, ...blanked({ en, zh }, [debtor, creditor, ...wordsOf(evidence)]) };
      }),
    };
  }
  if (told.topic === 'credit-ratings') return { customer: pseudonym(told.record.customer), ...kept };
  return thinNotification(told.record, kept, pseudonym);
}

/** What is told to operations names subscriptions and no customers. */
function thinNotification(
  { audience, notificationId, party, invoiceId, en, zh }: Notification,
  kept: { readonly [name: string]: unknown },
  pseudonym: Pseudonym,
): { readonly [name: string]: unknown } {
  if (audience === 'operations') return { notificationId, party, ...kept, reason: { en, zh } };
  const reason = blanked({ en, zh }, [party, ...(invoiceId === null ? [] : [invoiceId])]);
  return { notificationId: pseudonym(notificationId), party: pseudonym(party), ...kept, reason };
}

/** Nothing else of the record is put into its JSON form, which would cost more than all the rest of a message. */
function thinFields({ topic, record }: Told): { [name: string]: unknown } {
  if (topic === 'alerts') return alertRecord.render(record, THIN_FIELDS.alerts);
  if (topic === 'decisions') return decisionRecord.render(record, THIN_FIELDS.decisions);
  if (topic === 'credit-ratings') return creditRatingRecord.render(record, THIN_FIELDS['credit-ratings']);
  // It has no revision of its own.
  return { revision: 1, ...notificationRecord.render(record, THIN_FIELDS.notifications) };
}

/** Words come into a reason from its evidence alone. */
function wordsOf(evidence: readonly Evidence[]): string[] {
  return evidence.flatMap(({ text }) => (text === null ? [] : [text]));
}

const BLANK = '•••';

function blanked(reason: { readonly en: string; readonly zh: string }, words: readonly string[]) {
  const longestFirst = words.filter((word) => word !== '').sort((a, b) => b.length - a.length);
  // Most are in neither text, and to find that out takes no expression made for the word.
  const blankOne = (text: string, word: string) => (text.includes(word) ? text.replace(wholeWord(word), BLANK) : text);
  const blank = (text: string) => longestFirst.reduce(blankOne, text);
  return { en: blank(reason.en), zh: blank(reason.zh) };
}

/** A word of Latin letters or digits is not looked for inside another: the grade A is no part of “At”. */
function wholeWord(word: string): RegExp {
  const quoted = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const before = /^\w/.test(word) ? '(?<!\\w)' : '';
  const after = /\w$/.test(word) ? '(?!\\w)' : '';
  return new RegExp(before + quoted + after, 'g');
}
