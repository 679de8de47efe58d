/** Intake over HTTP: puts its routes on the server that all roles share. */
import type { Now } from '../../runtime/clock.ts';
import type { Access } from '../../runtime/http/access.ts';
import type { App } from '../../runtime/http/app.ts';
import type { Intake } from '../intake.ts';
import { type AlertRouteParts, addAlertActionRoute } from './alert-action-route.ts';
import { type ApprovalRouteParts, addApprovalRoute } from './approval-route.ts';
import { addControlRoute, type ControlRouteParts } from './control-route.ts';
import type { DecisionIndex } from './decision-index.ts';
import { addEventRoutes } from './event-routes.ts';
import { Idempotency } from './idempotency.ts';
import { addKeyRoutes } from './key-routes.ts';
import { addRuleSettingsRoutes, type RuleSettingsParts } from './rule-route.ts';
import { addSessionRoutes, type SessionRouteParts } from './session-routes.ts';
import { addGeneralSettingsRoutes, type GeneralSettingsParts } from './settings-route.ts';

export interface IntakeRouteOptions {
  readonly intake: Intake;
  /** Started by whoever made it. */
  readonly index: DecisionIndex;
  readonly access: Access;
  readonly newId: SessionRouteParts['newId'];
  readonly now: Now;
  readonly lookUpAlerts: AlertRouteParts['lookUpAlerts'];
  readonly lookUpWaiting: ApprovalRouteParts['lookUpWaiting'];
  readonly validateSettings: ControlRouteParts['validateSettings'];
  /** Whoever keeps the settings; without it they are changed as a whole alone. */
  readonly settings?: RuleSettingsParts & GeneralSettingsParts;
  readonly onControl?: NonNullable<ControlRouteParts['onControl']>;
}

export function addIntakeRoutes(app: App, options: IntakeRouteOptions): void {
  const { keys, users } = options.access;
  const parts = { ...options, users, idempotency: new Idempotency(options.now) };
  addEventRoutes(app, parts);
  addApprovalRoute(app, parts);
  addAlertActionRoute(app, parts);
  if (options.settings !== undefined) {
    addRuleSettingsRoutes(app, options.settings);
    addGeneralSettingsRoutes(app, options.settings);
  }
  addControlRoute(app, parts);
  addKeyRoutes(app, keys);
  addSessionRoutes(app, parts);
}
