/** Which records a subscription is sent. */
import type { Alert } from '../../schemas/alert.ts';
import type { Decision } from '../../schemas/decision.ts';
import { SEVERITIES } from '../../schemas/reason.ts';
import type { WebhookChoices } from '../../schemas/webhook.ts';
import type { Told } from './messages.ts';

export type Filter = (told: Told) => boolean;

export function filterOf(choices: WebhookChoices): Filter {
  const topics = new Set<string>(choices.topics.map((topic) => topic.replaceAll('_', '-')));
  return (told) => {
    if (!topics.has(told.topic)) return false;
    if (told.topic === 'alerts') return isWantedAlert(choices, told.record);
    if (told.topic === 'decisions') return isWantedDecision(choices, told.record);
    if (told.topic === 'credit-ratings') return isIn(choices.segments, [`grade:${told.record.grade}`]);
    return true;
  };
}

function isWantedAlert(choices: WebhookChoices, alert: Alert): boolean {
  // What a backfill or a shadow rule found is for looking at, and told nobody.
  if (alert.historical || alert.shadow) return false;
  if (alert.restricted && !choices.restricted) return false;
  if (isHushed(choices, alert)) return false;
  if (SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(choices.severity)) return false;
  return (
    isIn(choices.rules, [alert.rule]) &&
    isIn(choices.families, [alert.family]) &&
    isIn(choices.segments, alert.segments?.split(' ') ?? [])
  );
}

/**
 * True for what a critical alert, which is sent, says louder: no shout of its own. That an alert is quieted from now on
 * is told, since it may have been sent before. Whoever chooses rules or families may not be sent the critical one, and
 * gets the lesser for that.
 */
function isHushed({ quieted, rules, families }: WebhookChoices, { quietedBy, step }: Alert): boolean {
  if (quieted === true || quietedBy === null || step === 'quiet') return false;
  return rules.length === 0 && families.length === 0;
}

function isWantedDecision({ outcomes, rules }: WebhookChoices, { outcome, reasons }: Decision): boolean {
  return (
    isIn(outcomes, [outcome]) &&
    isIn(
      rules,
      reasons.map(({ rule }) => rule ?? ''),
    )
  );
}

/** Nothing asked for is everything. */
function isIn(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === 0 || found.some((one) => wanted.includes(one));
}
