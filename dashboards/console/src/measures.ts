/** Measures of an emergency: those in force, and telling new ones. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import type { z } from 'zod';
import type { emergencyBody } from '../../api/emergency.ts';
import { ask } from './api.ts';
import { toldOf } from './faults.ts';
import { useRefreshMs } from './live.tsx';
import { usePreferences } from './preferences.tsx';
import { EMERGENCY } from './words/emergency.ts';

export type Measure = z.infer<typeof emergencyBody>['items'][number];

const REFRESH_MS = 15_000;
/** What was told goes through the log and shows a little later. */
const SHOWN_SOON_MS = [1_000, 3_000, 6_000];

export function useMeasures() {
  return useQuery({
    queryKey: ['emergency'],
    queryFn: () => ask<z.infer<typeof emergencyBody>>('/v1/emergency'),
    refetchInterval: useRefreshMs(REFRESH_MS),
  });
}

/** What `POST /v1/control` is sent. */
export interface Order {
  readonly kind: 'freeze' | 'unfreeze' | 'stop-payouts' | 'tighten' | 'undo';
  readonly reason: string;
  readonly party?: string;
  readonly segment?: string;
  readonly percent?: number;
  readonly until?: string;
  readonly measure?: string;
}

/** Tells a measure, says so, and looks for it until it shows. */
export function useOrder(onTold: () => void) {
  const { pick, language } = usePreferences();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: Order) => ask<unknown>('/v1/control', order),
    onSuccess: () => {
      void message.success(pick(EMERGENCY.accepted));
      for (const ms of SHOWN_SOON_MS) {
        setTimeout(() => void client.invalidateQueries({ queryKey: ['emergency'] }), ms);
      }
      onTold();
    },
    onError: (error) => void message.error(toldOf(error, language)),
  });
}
