/** Which alerts are shown: as a page keeps it, as an address says it, and as the API is asked. */
import type { AlertStatus } from '../../../../schemas/alert.ts';
import { LABELS } from '../../../panels/words.ts';

export const SPANS_MS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
export type Span = keyof typeof SPANS_MS;

/** Stands for whoever looks, so that a view that is passed on shows everybody their own. */
export const ME = '@me';

export interface AlertFilter {
  readonly status: 'unclosed' | 'any' | AlertStatus;
  readonly quiet: 'hidden' | 'shown' | 'only';
  readonly severity?: string;
  readonly rule?: string;
  readonly family?: string;
  readonly assignee?: string;
  readonly subject?: string;
  readonly escalated?: 'true';
  /** Opened within this time up to now. */
  readonly since?: Span;
  /** Opened between two instants, ISO 8601. */
  readonly from?: string;
  readonly to?: string;
}

export const TO_DO: AlertFilter = { status: 'unclosed', quiet: 'hidden' };

const STATUSES = ['unclosed', 'any', ...Object.keys(LABELS.alertStatus)];
const PERMITTED: { readonly [name in keyof AlertFilter]-?: (value: string) => boolean } = {
  status: (value) => STATUSES.includes(value),
  quiet: (value) => ['hidden', 'shown', 'only'].includes(value),
  severity: (value) => Object.hasOwn(LABELS.severity, value),
  family: (value) => Object.hasOwn(LABELS.family, value),
  rule: (value) => value.length <= 64,
  assignee: (value) => value.length <= 128,
  subject: (value) => value.length <= 128,
  escalated: (value) => value === 'true',
  since: (value) => Object.hasOwn(SPANS_MS, value),
  from: (value) => !Number.isNaN(Date.parse(value)),
  to: (value) => !Number.isNaN(Date.parse(value)),
};

/** What an address asks for; what it says that means nothing is left out. */
export function filterOf(search: string): AlertFilter {
  const given = [...new URLSearchParams(search)].filter(
    ([name, value]) => value !== '' && Object.hasOwn(PERMITTED, name) && PERMITTED[name as keyof AlertFilter](value),
  );
  return { ...TO_DO, ...Object.fromEntries(given) };
}

/** The part of an address after `?`; empty for what is to do. */
export function searchOf(filter: AlertFilter): string {
  const told = Object.entries(filter).filter(
    ([name, value]) => value !== undefined && value !== TO_DO[name as keyof AlertFilter],
  );
  return new URLSearchParams(told.sort(([one], [other]) => (one < other ? -1 : 1))).toString();
}

/** What the API is asked for. */
export function askedOf(filter: AlertFilter, { me, now }: { readonly me: string; readonly now: number }) {
  const { status, quiet, since, from, to, assignee, ...rest } = filter;
  return {
    ...rest,
    ...(status === 'unclosed' ? { closed: 'false' } : status === 'any' ? {} : { status }),
    ...(quiet === 'shown' ? {} : { quieted: quiet === 'only' ? 'true' : 'false' }),
    ...(assignee === undefined ? {} : { assignee: assignee === ME ? me : assignee }),
    ...(since === undefined ? { from, to } : { from: new Date(now - SPANS_MS[since]).toISOString() }),
  };
}
