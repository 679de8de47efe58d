/** Webhooks as the API tells of them; what it is told about them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import type { z } from 'zod';
import type { attemptsBody, figuresBody } from '../../api/webhook-attempts.ts';
import { ask, query } from './api.ts';
import { toldOf } from './faults.ts';
import { useRefreshMs } from './live.tsx';
import { usePreferences } from './preferences.tsx';

/** A subscription in its JSON form, which is declared where subscriptions are kept. */
export interface Subscription {
  readonly id: string;
  readonly revision: number;
  readonly enabled: boolean;
  readonly address: string;
  readonly title: string;
  readonly topics: readonly string[];
  readonly rules: readonly string[];
  readonly severity: string;
  readonly segments: readonly string[];
  readonly restricted: boolean;
  readonly quieted: boolean;
  readonly content: 'thin' | 'full';
  readonly secrets: readonly {
    readonly id: string;
    readonly scheme: string;
    readonly createdAt: string;
    readonly expiresAt: string | null;
  }[];
  readonly changedAt: string;
  readonly changedBy: string;
  readonly reason: string | null;
  readonly health: {
    readonly state: 'closed' | 'open' | 'probing';
    readonly failingSince: string | null;
    readonly lastSuccessAt: string | null;
    readonly unfinished: number;
    readonly lagRecords: number;
  } | null;
}

/** Told once, and never again. */
export interface ToldSecret {
  readonly id: string;
  readonly scheme: string;
  readonly secret: string;
}

export interface WithSecrets {
  readonly subscription: Subscription;
  readonly secrets: readonly ToldSecret[];
}

export interface TestResult {
  readonly outcome: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly detail: string | null;
  readonly durationMs: number | null;
}

export type Attempts = z.infer<typeof attemptsBody>;
export type Attempt = Attempts['items'][number];
export type Figures = z.infer<typeof figuresBody>['items'][number];

const REFRESH_MS = 10_000;

export function useSubscriptions() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: () => ask<{ readonly items: readonly Subscription[] }>('/v1/webhooks'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
}

export function useFigures() {
  const { data } = useQuery({
    queryKey: ['webhook-figures'],
    queryFn: () => ask<z.infer<typeof figuresBody>>('/v1/webhook-figures'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
  return (id: string): Figures | undefined => data?.items.find((one) => one.id === id);
}

export function useAttempts(id: string, isFailedOnly: boolean, limit: number) {
  return useQuery({
    queryKey: ['webhook-attempts', id, isFailedOnly, limit],
    queryFn: () =>
      ask<Attempts>(`/v1/webhooks/${encodeURIComponent(id)}/attempts${query({ failed: `${isFailedOnly}`, limit })}`),
    refetchInterval: useRefreshMs(REFRESH_MS),
    placeholderData: (before) => before,
  });
}

interface WebhookChangeOptions {
  readonly method?: 'POST' | 'PATCH';
  /** Answers whether it has told of the refusal itself. */
  readonly onRefused?: (error: Error) => boolean;
}

/** Asks something of webhooks; what is shown of them is then loaded again, and a refusal is said. */
export function useWebhookChange<Given, Answer>(
  path: (given: Given) => string,
  bodyOf: (given: Given) => unknown,
  onDone: (answer: Answer) => void,
  { method = 'POST', onRefused }: WebhookChangeOptions = {},
) {
  const { language } = usePreferences();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => ask<Answer>(`/v1/webhooks${path(given)}`, bodyOf(given), { method }),
    onSuccess: (answer) => {
      void client.invalidateQueries({ predicate: ({ queryKey: [name] }) => String(name).startsWith('webhook') });
      onDone(answer);
    },
    onError: (error) => {
      if (onRefused?.(error) !== true) void message.error(toldOf(error, language));
    },
  });
}
