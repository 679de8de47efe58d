/**
 * `POST /v1/rules/{id}/settings`: changes the settings of one rule. It becomes a control entry with the whole settings,
 * as `weir rules apply` tells them; what is asked for must have been made on the settings that are in force.
 */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, requireRole } from '../../runtime/http/auth.ts';
import { id, text } from '../../schemas/declare.ts';

const when = z
  .strictObject({
    kind: z.enum(['person', 'organisation']).optional(),
    tag: z.string().min(1).max(64).optional(),
    grade: z.enum(['A', 'B', 'C', 'D']).optional(),
  })
  .describe('Customers of a kind, with a tag, of a grade: all that is named holds.');

const exemption = z
  .strictObject({
    subject: id('Party, account or device that the rule leaves alone.').json.optional(),
    when: when.optional(),
    reason: text('Why.', 512).json,
    by: id('By whose word; the caller’s where absent.').json.optional(),
    until: z.iso.datetime({ offset: true }).describe('When it ends.'),
  })
  .describe('Whom the rule leaves alone: one subject, or customers.');

const change = {
  revision: z.int().describe('The settings that it was made on, as GET /v1/rules told.'),
  enabled: z.boolean().optional().describe('False: the rule is not judged.'),
  shadow: z.boolean().optional().describe('True: it is judged and counted, and has no effect.'),
  options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('By name, written as in a file of settings; null goes back to the default.'),
  segments: z
    .array(
      z.strictObject({
        when,
        enabled: z.boolean().optional(),
        options: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .max(32)
    .nullable()
    .optional()
    .describe('Other options for groups of customers: all of them. Null goes back to the rule’s own.'),
  exemptions: z.array(exemption).max(1_000).optional().describe('Whom the rule leaves alone: all of them.'),
};

const previewBody = z.strictObject(change).describe('What is to be changed of a rule; the rest stays.');
const settingsBody = z
  .strictObject({ ...change, reason: text('Why.', 512).json })
  .describe('What is to be changed of a rule, and why; the rest stays.');

/** What differs between two settings of a rule. */
export const changeBody = z.strictObject({
  what: z.string(),
  name: z.string().nullable(),
  when: when.nullable(),
  before: z.unknown(),
  after: z.unknown(),
});

const changedBody = z
  .strictObject({
    revision: z.int().describe('Of the settings: those in force, or those that this brought.'),
    changes: z.array(changeBody),
  })
  .describe('What differs from what was in force.');

type Written = Omit<z.infer<typeof previewBody>, 'revision'>;

/** As settings have it: each exemption with whose word it is. */
type RuleChange = Omit<Written, 'exemptions'> & {
  readonly exemptions?: (Omit<z.infer<typeof exemption>, 'by'> & { readonly by: string })[];
};
type Changed = z.infer<typeof changedBody>;

interface Told {
  readonly revision: number;
  readonly changes: readonly Changed['changes'][number][];
}

interface RuleRequest {
  readonly rule: string;
  readonly revision: number;
  readonly change: RuleChange;
}

/** Whoever keeps the settings. */
export interface RuleSettingsParts {
  preview(request: RuleRequest): Told;
  changeRule(request: RuleRequest, told: { readonly by: string; readonly reason: string }): Promise<Told>;
}

export function addRuleSettingsRoutes(app: App, settings: RuleSettingsParts): void {
  const tags = ['administration'];
  const params = z.strictObject({ id: z.string().min(1).max(64) });
  // Nobody but administrators: it changes how everybody is judged.
  const onRequest = requireRole();
  const response = { 200: changedBody };
  app.post(
    '/v1/rules/:id/preview',
    {
      onRequest,
      schema: {
        tags,
        summary: 'What a change of a rule would come to (预览规则变更)',
        params,
        body: previewBody,
        response,
      },
    },
    (request) => {
      const { revision, ...asked } = request.body;
      return answerOf(
        settings.preview({ rule: request.params.id, revision, change: signed(asked, knownCaller(request).name) }),
      );
    },
  );
  app.post(
    '/v1/rules/:id/settings',
    {
      onRequest,
      schema: { tags, summary: 'Change the settings of a rule (变更规则设置)', params, body: settingsBody, response },
    },
    async (request) => {
      const { revision, reason, ...asked } = request.body;
      const { name: by } = knownCaller(request);
      return answerOf(
        await settings.changeRule({ rule: request.params.id, revision, change: signed(asked, by) }, { by, reason }),
      );
    },
  );
}

function answerOf({ revision, changes }: Told): Changed {
  return { revision, changes: [...changes] };
}

function signed({ exemptions, ...change }: Written, caller: string): RuleChange {
  if (exemptions === undefined) return change;
  return { ...change, exemptions: exemptions.map(({ by = caller, ...one }) => ({ ...one, by })) };
}
