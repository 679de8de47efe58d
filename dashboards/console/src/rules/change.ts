/** Sending changes of a rule. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { ask } from '../api.ts';
import { toldOf } from '../faults.ts';
import { usePreferences } from '../preferences.tsx';
import { RULES } from '../words/rules.ts';
import type { Difference } from './differences.tsx';
import type { Asked } from './held.ts';

interface Changed {
  readonly revision: number;
  readonly changes: readonly Difference[];
}

/** What was told stands in the tables a little later. */
const SHOWN_SOON_MS = [500, 2_000, 5_000];

/** Loads what is shown of rules again, now and when the tables have caught up. */
export function useRulesAgain(): () => void {
  const client = useQueryClient();
  return () => {
    const again = () =>
      void client.invalidateQueries({ predicate: ({ queryKey: [name] }) => /^rule/.test(String(name)) });
    again();
    for (const ms of SHOWN_SOON_MS) setTimeout(again, ms);
  };
}

export function useRulePreview(rule: string) {
  return useMutation({
    mutationFn: (asked: Asked) => ask<Changed>(`/v1/rules/${encodeURIComponent(rule)}/preview`, asked),
  });
}

export function useRuleChange(rule: string, onDone: () => void) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const again = useRulesAgain();
  return useMutation({
    mutationFn: (asked: Asked & { readonly reason: string }) =>
      ask<Changed>(`/v1/rules/${encodeURIComponent(rule)}/settings`, asked),
    onSuccess: () => {
      void message.success(pick(RULES.done));
      again();
      onDone();
    },
    // Somebody else may have changed it: what they did is to be seen.
    onError: again,
  });
}

/** Says anew whom a rule leaves alone. */
export function useExemptionChange(rule: string, onDone: () => void) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const again = useRulesAgain();
  return useMutation({
    mutationFn: (asked: {
      readonly revision: number;
      readonly exemptions: readonly { readonly reason: string; readonly until: string }[];
      readonly reason: string;
    }) => ask<Changed>(`/v1/rules/${encodeURIComponent(rule)}/settings`, asked),
    onSuccess: () => {
      void message.success(pick(RULES.done));
      again();
      onDone();
    },
    onError: again,
  });
}

/** Takes a rule out of force, or puts it back, at once. */
export function useRuleSwitch(rule: string, onDone: () => void) {
  const { pick, language } = usePreferences();
  const { message } = App.useApp();
  const again = useRulesAgain();
  return useMutation({
    mutationFn: (order: { readonly enabled: boolean; readonly reason: string }) =>
      ask<unknown>('/v1/control', { kind: 'rule-switch', rule, ...order }),
    onSuccess: () => {
      void message.success(pick(RULES.done));
      again();
      onDone();
    },
    onError: (error) => void message.error(toldOf(error, language)),
  });
}
