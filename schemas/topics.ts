/** Every topic once: what it carries, how it is partitioned and kept, and what an undecodable record gets. */
import { accessChangeRecord, sessionChangeRecord } from './access.ts';
import { alertRecord } from './alert.ts';
import { creditRatingRecord } from './credit-rating.ts';
import { deadLetterRecord } from './dead-letter.ts';
import { decisionRecord } from './decision.ts';
import type { Declared } from './declare.ts';
import { EVENTS } from './journal.ts';
import { notificationRecord } from './notification.ts';
import { DAY_MS } from './time.ts';
import { webhookAttemptRecord, webhookChangeRecord } from './webhook.ts';

export interface Topic {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** The record of each value; null for the journal, whose blocks name their own. */
  readonly record: Declared<unknown> | null;
  /** What records are keyed by, in words. */
  readonly key: string;
  /**
   * `input`: one partition, since one router merges all inputs anyway. `journal`: one a journal
   * partition, each written by one task. `journal-and-route`: the same and a last one for route.
   * `journal-and-webhooks`: the same and a last one for whoever sends webhooks. `single`: one partition.
   */
  readonly partitions: 'input' | 'journal' | 'journal-and-route' | 'journal-and-webhooks' | 'single';
  /** How long records are kept once every registered reader and checkpoint has passed them; null for ever. */
  readonly retentionMs: number | null;
  /** Of records with the same key the last counts: a log that compacts may drop those before it. */
  readonly compacted?: true;
  readonly access: 'public' | 'internal';
  readonly undecodable: 'dead-letter' | 'fatal';
}

function declareInput(name: keyof typeof EVENTS, key: string, en: string, zh: string): Topic {
  const record = EVENTS[name] as unknown as Declared<unknown>;
  return {
    name,
    title: { en, zh },
    record,
    key,
    partitions: 'input',
    retentionMs: 30 * DAY_MS,
    access: 'public',
    undecodable: 'dead-letter',
  };
}

function declareOutput(name: string, record: unknown, key: string, en: string, zh: string): Topic {
  return {
    name,
    title: { en, zh },
    record: record as Declared<unknown>,
    key,
    partitions: 'journal',
    retentionMs: 30 * DAY_MS,
    access: 'public',
    undecodable: 'fatal',
  };
}

export const TOPICS = {
  transfers: declareInput('transfers', 'payer', 'Transfers', '转账'),
  customers: declareInput('customers', 'customer', 'Customers', '客户'),
  approvals: declareInput('approvals', 'payer', 'Approvals', '审批'),
  invoices: declareInput('invoices', 'customer', 'Invoices', '账单'),
  payments: declareInput('payments', 'customer', 'Payments received', '回款'),
  balances: declareInput('balances', 'party', 'Balances', '余额'),
  'profile-changes': declareInput('profile-changes', 'party', 'Profile changes', '信息调整'),
  activity: declareInput('activity', 'party', 'Activity', '行为'),
  statements: declareInput('statements', 'account', 'Bank statements', '银行流水'),
  control: declareInput('control', 'none', 'Control', '控制'),
  'alert-actions': declareInput('alert-actions', 'subject', 'Steps on alerts', '预警处置'),
  voids: {
    ...declareInput('voids', 'transfer', 'Voids', '撤销'),
    partitions: 'journal',
    access: 'internal',
    undecodable: 'fatal',
  },
  journal: {
    name: 'journal',
    title: { en: 'Journal', zh: '流水日志' },
    record: null,
    key: 'subject',
    partitions: 'journal',
    retentionMs: null,
    access: 'internal',
    undecodable: 'fatal',
  },
  decisions: declareOutput('decisions', decisionRecord, 'transfer', 'Decisions', '决定'),
  alerts: declareOutput('alerts', alertRecord, 'alert', 'Alerts', '预警'),
  'credit-ratings': declareOutput('credit-ratings', creditRatingRecord, 'customer', 'Credit ratings', '信用评级'),
  notifications: {
    ...declareOutput('notifications', notificationRecord, 'party', 'Notifications', '通知'),
    partitions: 'journal-and-webhooks',
  },
  'dead-letters': {
    ...declareOutput('dead-letters', deadLetterRecord, 'none', 'Dead letters', '死信'),
    partitions: 'journal-and-route',
  },
  'webhook-subscriptions': {
    ...declareOutput(
      'webhook-subscriptions',
      webhookChangeRecord,
      'subscription',
      'Changes of webhook subscriptions',
      'Webhook 订阅变更',
    ),
    partitions: 'single',
    retentionMs: null,
    access: 'internal',
  },
  'webhook-attempts': {
    ...declareOutput('webhook-attempts', webhookAttemptRecord, 'none', 'Webhook attempts', 'Webhook 投递记录'),
    partitions: 'single',
  },
  access: {
    ...declareOutput('access', accessChangeRecord, 'part of a key or user', 'Keys and users', '密钥与用户'),
    partitions: 'single',
    retentionMs: null,
    compacted: true,
    access: 'internal',
  },
  sessions: {
    ...declareOutput('sessions', sessionChangeRecord, 'session', 'Sessions', '登录会话'),
    partitions: 'single',
    // Twice as long as a session lasts: what is older tells of none that is still open.
    retentionMs: DAY_MS,
    access: 'internal',
  },
} as const satisfies { readonly [name: string]: Topic };

export type TopicName = keyof typeof TOPICS;
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

export function partitionsOf(topic: Topic, journalPartitions: number): number {
  if (topic.partitions === 'input' || topic.partitions === 'single') return 1;
  return topic.partitions === 'journal' ? journalPartitions : journalPartitions + 1;
}
