/** `GET /v1/me`, `/v1/colleagues`, `/v1/system`: what the console shows besides the data itself. */
import { z } from 'zod';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, requireRole, STAFF } from '../../runtime/http/auth.ts';
import { ROLES, type Role } from '../../runtime/http/keys.ts';
import type { Institution } from './parts.ts';

export const meBody = z.strictObject({
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  departments: z.array(z.string()),
  zone: z.string().describe('The institution’s time zone.'),
  baseCurrency: z.string(),
  version: z.string(),
  demo: z.boolean().describe('True where the traffic is made up.'),
});

export const systemBody = z.strictObject({
  version: z.string(),
  versions: z.strictObject({
    weir: z.string(),
    build: z
      .string()
      .describe('Hash over what judges: processors, schemas and dependencies. Equal builds judge alike.'),
    tables: z.int().nullable().describe('Number of the last migration of the tables; null where not known.'),
    clickhouse: z.string().nullable(),
    clickhouseKind: z.enum(['embedded', 'server']),
    log: z.enum(['embedded', 'kafka']),
    node: z.string(),
  }),
  partitions: z.int(),
  flow: z.strictObject({
    eventsPerSecond: z.number(),
    accepted: z.number(),
    held: z.number(),
    rejected: z.number(),
    alerts: z.number(),
    p99Ms: z.number().nullable().describe('Of decisions since the last measure, from intake to readable.'),
  }),
  lags: z.array(
    z.strictObject({
      stage: z.string(),
      topic: z.string(),
      partition: z.int(),
      records: z.number(),
      ms: z.number(),
    }),
  ),
  clickhouse: z.string().nullable().describe('What inserting failed with last; null while it goes well.'),
});

export const colleaguesBody = z
  .strictObject({ items: z.array(z.strictObject({ name: z.string(), roles: z.array(z.enum(ROLES)) })) })
  .describe('People who may work on alerts, by name.');

export type Colleague = z.infer<typeof colleaguesBody>['items'][number];
export type SystemFacts = z.infer<typeof systemBody>;

const WORKING = ['officer', 'compliance'] as const satisfies readonly Role[];

export interface WorkplaceOptions {
  readonly institution: () => Institution;
  readonly version: string;
  readonly demo: () => boolean;
  readonly system: () => Promise<SystemFacts>;
  /** Whoever has a key or signs in, whatever they may. */
  readonly people: () => readonly Colleague[];
}

export function addWorkplaceRoutes(app: App, options: WorkplaceOptions): void {
  const { institution, version, demo } = options;
  const tags = ['console'];
  const staff = requireRole(...STAFF);
  app.get(
    '/v1/me',
    { onRequest: staff, schema: { tags, summary: 'Who is calling (当前用户)', response: { 200: meBody } } },
    (request) => {
      const { name, roles, departments } = knownCaller(request);
      return { name, roles: [...roles], departments: [...departments], ...institution(), version, demo: demo() };
    },
  );
  app.get(
    '/v1/colleagues',
    {
      onRequest: requireRole(...WORKING),
      schema: { tags, summary: 'Who may work on alerts (可分派人员)', response: { 200: colleaguesBody } },
    },
    () => ({ items: colleagues(options.people()) }),
  );
  app.get(
    '/v1/system',
    { onRequest: staff, schema: { tags, summary: 'How Weir itself fares (系统)', response: { 200: systemBody } } },
    () => options.system(),
  );
}

/** A person may have several keys, and a password beside them. */
function colleagues(people: readonly Colleague[]): Colleague[] {
  const roles = new Map<string, Set<Role>>();
  for (const one of people) roles.set(one.name, new Set([...(roles.get(one.name) ?? []), ...one.roles]));
  const working = [...roles].filter(([, own]) => own.has('admin') || WORKING.some((role) => own.has(role)));
  return working
    .map(([name, own]) => ({ name, roles: [...own] }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
