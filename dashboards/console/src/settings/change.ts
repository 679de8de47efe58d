/** Asking for general settings, and sending changes of them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import type { SettingsFacts } from '../../../api/settings.ts';
import { ask, type SettingChanges } from '../api.ts';
import { useRefreshMs } from '../live.tsx';
import { usePreferences } from '../preferences.tsx';
import type { Difference } from '../rules/differences.tsx';
import { RULES } from '../words/rules.ts';
import type { HeldSettings } from './values.ts';

const REFRESH_MS = 60_000;
/** What was told stands in the tables a little later. */
const SHOWN_SOON_MS = [500, 2_000, 5_000];

export interface Asked {
  readonly revision: number;
  readonly values: HeldSettings;
  readonly rate?: string;
}

export interface Changed {
  readonly revision: number;
  readonly changes: readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[];
  readonly rules: readonly { readonly rule: string; readonly changes: readonly Difference[] }[];
}

export function useSettings() {
  return useQuery({
    queryKey: ['settings'],
    queryFn: () => ask<SettingsFacts>('/v1/settings'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
}

export function useSettingChanges() {
  return useQuery({
    queryKey: ['setting-changes'],
    queryFn: () => ask<SettingChanges>('/v1/setting-changes'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
}

export function useSettingsPreview() {
  return useMutation({ mutationFn: (asked: Asked) => ask<Changed>('/v1/settings/preview', asked) });
}

export function useSettingsChange(onDone: () => void) {
  const { pick } = usePreferences();
  const { message } = App.useApp();
  const client = useQueryClient();
  const again = () => {
    const load = () =>
      // Zone and base currency are told with who is signed in, amounts of rules with the rules.
      void client.invalidateQueries({ predicate: ({ queryKey: [name] }) => /^(setting|rule|me$)/.test(String(name)) });
    load();
    for (const ms of SHOWN_SOON_MS) setTimeout(load, ms);
  };
  return useMutation({
    mutationFn: (asked: Asked & { readonly reason: string }) => ask<Changed>('/v1/settings', asked),
    onSuccess: () => {
      void message.success(pick(RULES.done));
      again();
      onDone();
    },
    // Somebody else may have changed them: what they did is to be seen.
    onError: again,
  });
}
