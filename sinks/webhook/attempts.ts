/** Attempts as rows: what is written down of each, whatever came of it. */
import type { WebhookAttempt } from '../../schemas/webhook.ts';
import type { Answer } from './delivery.ts';
import type { Unfinished } from './state.ts';

export interface AttemptFacts {
  readonly subscriptionId: string;
  readonly messageId: string;
  readonly type: string;
  readonly message: Pick<Unfinished, 'attempts' | 'seen' | 'commandId'>;
  readonly trigger: WebhookAttempt['trigger'];
  readonly outcome: WebhookAttempt['outcome'];
  readonly at: number;
  readonly answer: Answer;
  readonly nextAt: number | null;
}

export function attemptRow(facts: AttemptFacts): WebhookAttempt {
  const { subscriptionId, messageId, type, message, trigger, outcome, at, answer, nextAt } = facts;
  const { attempts, seen, commandId } = message;
  const { status, error, detail, durationMs } = answer;
  return {
    ...{ subscriptionId, messageId, type, attempt: attempts, trigger, outcome, at, seen, durationMs },
    ...{ status, error, detail, nextAt, commandId },
  };
}
