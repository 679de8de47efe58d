/** A subject and its books: all that a task remembers about it. Books are made when they are first needed. */
import type { SubjectKind } from '../../schemas/subjects.ts';
import type { WindowPlan } from '../features/windows.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { OpenAlert } from './alerts.ts';
import type { Hold } from './approvals.ts';
import type { CreditState } from './credit.ts';
import { History } from './history.ts';
import { Limits } from './limits.ts';
import type { Profile } from './profile.ts';
import type { Receivables } from './receivables.ts';
import type { Accepted } from './repeats.ts';
import type { TransferDetail } from './transfer-detail.ts';

/** Only parties have limits; what is never counted need not be there for each device. */
const NO_LIMITS = new Limits();

export class Subject {
  readonly kind: SubjectKind;
  /** Interned id. */
  readonly number: number;
  readonly history: History;
  readonly limits: Limits;
  profile: Profile | null = null;
  /** Transfer name × 2 + side → what its leg cannot hold. */
  details: Map<number, TransferDetail> | null = null;
  /** Held transfers by id. */
  holds: Map<string, Hold> | null = null;
  /** The latest approvals, so that a repeat changes nothing. */
  approvalsKnown: Accepted | null = null;
  /** The latest steps on its alerts, for the same. */
  actionsKnown: Accepted | null = null;
  receivables: Receivables | null = null;
  credit: CreditState | null = null;
  /** The latest alert of each rule. */
  alerts: Map<string, OpenAlert> | null = null;
  /** When the earliest of its timers is due, ms. */
  due = Number.POSITIVE_INFINITY;
  /** The rules that hold for it, and the stamp of settings and profile that they were chosen by. */
  rules: RuleSet | null = null;
  rulesStamp = -1;
  /** Checkpoint since which it has changed; −1 where it has not. */
  changedSince = -1;

  constructor(kind: SubjectKind, number: number, plan: WindowPlan, partyOf: (counterparty: number) => number) {
    this.kind = kind;
    this.number = number;
    this.limits = kind === 'party' ? new Limits() : NO_LIMITS;
    this.history = new History(plan, partyOf);
  }
}
