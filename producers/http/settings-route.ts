/**
 * `POST /v1/settings`: changes settings that are of no rule, such as the base currency. It becomes a control entry with
 * the whole settings, as `weir rules apply` tells them; it must have been made on the settings that are in force.
 */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, requireRole } from '../../runtime/http/auth.ts';
import { text } from '../../schemas/declare.ts';
import { changeBody as ruleDifferenceBody } from './rule-route.ts';

const change = {
  revision: z.int().describe('The settings that it was made on, as GET /v1/settings told.'),
  values: z
    .record(z.string(), z.unknown())
    .describe('By name, as in institution.zone, written as in a file of settings; null goes back to the default.'),
  rate: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/, 'must be a number like 7.1')
    .optional()
    .describe(
      'Where the base currency changes: what one of it is worth in the new one. All amounts of rules are converted by it, half to even.',
    ),
};

const previewBody = z.strictObject(change).describe('What is to be changed; the rest stays.');
const settingsBody = z
  .strictObject({ ...change, reason: text('Why.', 512).json })
  .describe('What is to be changed, and why; the rest stays.');

const changedBody = z
  .strictObject({
    revision: z.int().describe('Of the settings: those in force, or those that this brought.'),
    changes: z.array(z.strictObject({ name: z.string(), before: z.unknown(), after: z.unknown() })),
    rules: z
      .array(z.strictObject({ rule: z.string(), changes: z.array(ruleDifferenceBody) }))
      .describe('What changes of rules along with it.'),
  })
  .describe('What differs from what was in force.');

type Request = z.infer<typeof previewBody>;
type Changed = z.infer<typeof changedBody>;

interface Told {
  readonly revision: number;
  readonly changes: readonly Changed['changes'][number][];
  readonly rules: readonly {
    readonly rule: string;
    readonly changes: readonly Changed['rules'][number]['changes'][number][];
  }[];
}

/** Whoever keeps the settings. */
export interface GeneralSettingsParts {
  previewGeneral(request: Request): Told;
  changeGeneral(request: Request, told: { readonly by: string; readonly reason: string }): Promise<Told>;
}

export function addGeneralSettingsRoutes(app: App, settings: GeneralSettingsParts): void {
  const tags = ['administration'];
  // Nobody but administrators: it changes how everybody is judged.
  const onRequest = requireRole();
  const response = { 200: changedBody };
  app.post(
    '/v1/settings/preview',
    {
      onRequest,
      schema: { tags, summary: 'What a change of settings would come to (预览设置变更)', body: previewBody, response },
    },
    (request) => answerOf(settings.previewGeneral(request.body)),
  );
  app.post(
    '/v1/settings',
    {
      onRequest,
      schema: { tags, summary: 'Change settings that are of no rule (变更通用设置)', body: settingsBody, response },
    },
    async (request) => {
      const { reason, ...asked } = request.body;
      return answerOf(await settings.changeGeneral(asked, { by: knownCaller(request).name, reason }));
    },
  );
}

function answerOf({ revision, changes, rules }: Told): Changed {
  return {
    revision,
    changes: [...changes],
    rules: rules.map(({ rule, changes: own }) => ({ rule, changes: [...own] })),
  };
}
