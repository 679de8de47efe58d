/** `GET /v1/settings`, `/v1/setting-changes`: settings that are of no rule as they are in force, and who changed them. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { App } from '../../runtime/http/app.ts';
import { requireRole, STAFF } from '../../runtime/http/auth.ts';
import { readSettingsChanges, saidOf } from './control-entries.ts';
import { timeField } from './fields.ts';

/** Changes of one setting that are told. */
const CHANGES_MAX = 10;

const settingBody = z.strictObject({
  name: z.string().describe('As in institution.zone.'),
  meaning: z.strictObject({ en: z.string(), zh: z.string() }),
  kind: z.enum(['zone', 'currency', 'days', 'duration', 'working-days']),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  value: z.unknown().describe('In force; durations in ms.'),
  default: z.unknown(),
});

export const settingsBody = z.strictObject({
  items: z.array(settingBody),
  revision: z.int().describe('Of the settings in force: a change names it.'),
});

const changeBody = z.strictObject({
  name: z.string(),
  at: timeField('When.'),
  by: z.string(),
  reason: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});

export const settingChangesBody = z.strictObject({
  items: z.array(changeBody).describe(`The latest first; of each setting ${CHANGES_MAX} at most.`),
});

export type SettingsFacts = z.infer<typeof settingsBody>;
type Change = z.infer<typeof changeBody>;

/** What differs between two settings as control carries them. */
export type GeneralDifferences = (
  before: string,
  after: string,
) => readonly { readonly name: string; readonly before: unknown; readonly after: unknown }[];

export interface SettingRouteParts {
  readonly clickhouse: ClickHouseClient;
  readonly settings: () => SettingsFacts;
  readonly generalDifferences: GeneralDifferences;
}

async function readChanges({ clickhouse, generalDifferences }: SettingRouteParts): Promise<Change[]> {
  const changes = (await readSettingsChanges(clickhouse)).flatMap(({ entry, before, after }) =>
    generalDifferences(before, after).map((difference) => ({ ...difference, ...saidOf(entry) })),
  );
  const counted = new Map<string, number>();
  return changes.reverse().filter(({ name }) => {
    const count = (counted.get(name) ?? 0) + 1;
    counted.set(name, count);
    return count <= CHANGES_MAX;
  });
}

export function addSettingRoutes(app: App, parts: SettingRouteParts): void {
  const tags = ['console'];
  const onRequest = requireRole(...STAFF);
  app.get(
    '/v1/settings',
    {
      onRequest,
      schema: { tags, summary: 'Settings that are of no rule (通用设置)', response: { 200: settingsBody } },
    },
    () => parts.settings(),
  );
  app.get(
    '/v1/setting-changes',
    {
      onRequest,
      schema: { tags, summary: 'Changes of those settings (通用设置变更)', response: { 200: settingChangesBody } },
    },
    async () => ({ items: await readChanges(parts) }),
  );
}
