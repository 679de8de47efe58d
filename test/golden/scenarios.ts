/** The scenarios, by the folder that holds what was recorded of them. */
import * as alertLifecycle from './alert-lifecycle.ts';
import * as approvals from './approvals.ts';
import * as ordinaryDay from './ordinary-day.ts';
import * as receivables from './receivables.ts';
import type { Found, Script } from './script.ts';

export interface Scenario {
  readonly name: string;
  readonly record: () => Script;
  readonly found: Found;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'ordinary-day', ...ordinaryDay },
  { name: 'approvals', ...approvals },
  { name: 'receivables', ...receivables },
  { name: 'alert-lifecycle', ...alertLifecycle },
];
