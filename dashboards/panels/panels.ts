/** Every panel, by its id. */
import { AML } from './aml.ts';
import { APPROVALS } from './approvals.ts';
import { WEBHOOKS } from './delivery.ts';
import { DELIVERY, PIPELINE } from './operations.ts';
import { OVERVIEW } from './overview.ts';
import type { Panel } from './panel.ts';
import { RECEIVABLES } from './receivables.ts';

export const PANELS: readonly Panel[] = [
  ...OVERVIEW,
  ...APPROVALS,
  ...AML,
  ...RECEIVABLES,
  ...DELIVERY,
  ...WEBHOOKS,
  ...PIPELINE,
];

const BY_ID: ReadonlyMap<string, Panel> = new Map(PANELS.map((panel) => [panel.id, panel]));

export function panelOf(id: string): Panel | undefined {
  return BY_ID.get(id);
}
