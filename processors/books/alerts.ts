/**
 * The alerts book (预警): one open alert a rule and subject. A further hit adds an occurrence and
 * raises the revision, so a burst is one alert that grows and not a flood.
 */
import type { Severity } from '../../schemas/reason.ts';
import { SEVERITIES } from '../../schemas/reason.ts';
import { DAY_MS } from '../../schemas/time.ts';

export interface OpenAlert {
  alertId: string;
  revision: number;
  severity: Severity;
  openedAt: number;
  lastAt: number;
  occurrences: number;
}

/** A hit so long after the last one opens a new alert. */
export const QUIET_MS = 30 * DAY_MS;

/**
 * The alert after a hit at time `at`. A new one takes its id from rule, subject and the ordinal of the
 * entry in its partition: never random, never from a clock or an offset.
 */
export function alertAfter(
  open: OpenAlert | undefined,
  hit: { rule: string; subject: string; ordinal: number; at: number; severity: Severity },
): OpenAlert {
  if (open === undefined || hit.at - open.lastAt > QUIET_MS) {
    return {
      alertId: `${hit.rule}:${hit.subject}:${hit.ordinal}`,
      revision: 1,
      severity: hit.severity,
      openedAt: hit.at,
      lastAt: hit.at,
      occurrences: 1,
    };
  }
  const graver = SEVERITIES.indexOf(hit.severity) > SEVERITIES.indexOf(open.severity);
  return {
    alertId: open.alertId,
    revision: open.revision + 1,
    severity: graver ? hit.severity : open.severity,
    openedAt: Math.min(open.openedAt, hit.at),
    lastAt: Math.max(open.lastAt, hit.at),
    occurrences: open.occurrences + 1,
  };
}
