/**
 * The query API: decisions, alerts and parties, read from ClickHouse. What it answers may be a fraction
 * of a second behind the log; whoever must know at once waits at intake for the decision.
 */
import type { App } from '../../runtime/http/app.ts';
import { requireRole, STAFF } from '../../runtime/http/auth.ts';
import { addAlertRoutes } from './alerts.ts';
import { addDecisionRoute } from './decisions.ts';
import { addEmergencyRoute } from './emergency.ts';
import { addPanelRoutes } from './panels.ts';
import { addPartyRoute } from './parties.ts';
import type { QueryOptions, QueryParts } from './parts.ts';
import { addPartyChangesRoute } from './party-changes.ts';
import { addPartyFlowRoute } from './party-flow.ts';
import { addWebhookAttemptRoutes } from './webhook-attempts.ts';

export function addQueryRoutes(app: App, options: QueryOptions): void {
  const staff = requireRole(...STAFF);
  const parts: QueryParts = {
    ...options,
    // Upstream systems may read what they were told; what is suspected is for people alone.
    mayRead: {
      decisions: requireRole('intake', ...STAFF),
      alerts: staff,
      parties: staff,
      panels: staff,
      webhooks: requireRole('compliance'),
    },
  };
  addDecisionRoute(app, parts);
  addAlertRoutes(app, parts);
  addPartyRoute(app, parts);
  addPartyFlowRoute(app, parts);
  addPartyChangesRoute(app, parts);
  addPanelRoutes(app, parts);
  addEmergencyRoute(app, parts);
  addWebhookAttemptRoutes(app, parts);
}
