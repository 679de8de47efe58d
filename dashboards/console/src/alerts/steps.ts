/** Steps on alerts, as the API takes them: sent some at a time, so that each refusal comes back by name. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { STEPS_PERMITTED } from '../../../../schemas/alert-permits.ts';
import type { AlertAction } from '../../../../schemas/events/alert-action.ts';
import { type Alert, ask, query } from '../api.ts';
import { now } from '../clock.ts';
import { lookAgain } from '../look-again.ts';
import { useMe } from '../me.tsx';
import { Refusal, refusalIn } from '../refusal.ts';

export type Action = AlertAction['action'];

/** A step, without the alert that it is taken on. */
export interface Step {
  readonly action: Action;
  readonly assignee?: string;
  readonly resolution?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly note?: string;
}

export interface Refused {
  readonly alert: Alert;
  /** As the closed set of refusals has it. */
  readonly code: string;
  readonly detail: string;
}

export interface Outcome {
  readonly taken: number;
  readonly refused: readonly Refused[];
}

/** A problem lists no more refusals than this. */
const SENT_AT_ONCE = 100;
const REFUSAL_MS = 800;
/** Whoever closes an alert or lets it rest does so for what they saw of it. */
const OF_WHAT_WAS_SEEN: readonly Action[] = ['close', 'snooze'];

/** Whether a step may follow on at least one of the alerts; the others then are refused by name. */
export function isPermitted(action: Action, alerts: readonly Alert[]): boolean {
  return alerts.some(
    ({ status, family }) =>
      STEPS_PERMITTED[status].includes(action) && !(action === 'snooze' && family === 'screening'),
  );
}

export function useSteps(onDone: (outcome: Outcome) => void) {
  const client = useQueryClient();
  const { name } = useMe();
  return useMutation({
    mutationFn: ({ step, alerts, openedAt }: { step: Step; alerts: readonly Alert[]; openedAt: number }) =>
      takeSteps(step, alerts, `${name}-${openedAt}`),
    onSettled: () => lookAgain(client, ['alerts', 'alert', 'party']),
    onSuccess: onDone,
  });
}

/** When a dialog was opened names its steps: sending them again after a failure takes none of them twice. */
export function openedNow(): number {
  return now();
}

async function takeSteps(step: Step, alerts: readonly Alert[], name: string): Promise<Outcome> {
  const refused: Refused[] = [];
  for (let first = 0; first < alerts.length; first += SENT_AT_ONCE) {
    const some = alerts.slice(first, first + SENT_AT_ONCE);
    refused.push(...(await send(step, some, `${name}-${first}`)));
  }
  return { taken: alerts.length - refused.length, refused };
}

async function send(step: Step, alerts: readonly Alert[], name: string): Promise<Refused[]> {
  const bodies = alerts.map(({ id: alertId, revision }, index) => ({
    ...step,
    alertId,
    actionId: `${name}-${index}`,
    ...(OF_WHAT_WAS_SEEN.includes(step.action) ? { revision } : {}),
  }));
  try {
    await ask(`/v1/alert-actions${query({ wait: 'refusal', timeoutMs: REFUSAL_MS })}`, bodies);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 422 || error.fields.length === 0) throw error;
    return error.fields.map(({ path, message }) => {
      const { code, detail } = refusalIn(message);
      return { alert: alerts[Number(path.slice(1))] as Alert, code, detail };
    });
  }
}
