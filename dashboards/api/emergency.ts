/** `GET /v1/emergency`: the measures of an emergency that are in force (应急措施), with who took them and why. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { type Control, controlRecord } from '../../schemas/events/control.ts';
import { timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { isoTime, select } from './select.ts';

/** Control stands once in the tables, in the order in which all tasks heard of it. */
const MEASURES = `
SELECT body
FROM events
WHERE topic = 'control'
    AND JSONExtractString(body, 'kind') IN ('freeze', 'unfreeze', 'stop-payouts', 'tighten', 'undo')
ORDER BY log_partition, ordinal`;

const measureBody = z
  .strictObject({
    measure: z.string().describe('Names it: what `undo` is told.'),
    kind: z.enum(['freeze', 'stop-payouts', 'tighten']),
    party: z.string().optional().describe('freeze: party or account.'),
    segment: z.string().optional().describe('The customers it is for; all where absent.'),
    percent: z.int().optional().describe('tighten: what limits are multiplied by.'),
    at: timeField('Since when.'),
    until: timeField('When it ends by itself.').optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
  })
  .describe('A measure in force.');

type Measure = z.infer<typeof measureBody>;

export const emergencyBody = z.strictObject({ items: z.array(measureBody).describe('The latest first.') });

export async function readMeasures(client: ClickHouseClient, now: number): Promise<Measure[]> {
  const rows = await select<{ body: string }>(client, MEASURES, {});
  const inForce = new Map<string, Control>();
  for (const { body } of rows) take(inForce, controlRecord.json.parse(JSON.parse(body)));
  return [...inForce.values()]
    .filter(({ until }) => until === null || until > now)
    .reverse()
    .map(bodyOf);
}

function take(inForce: Map<string, Control>, entry: Control): void {
  const { kind, controlId, party, measure } = entry;
  if (kind === 'undo') inForce.delete(measure ?? '');
  if (kind === 'freeze' || kind === 'unfreeze') {
    for (const [id, one] of inForce) if (one.kind === 'freeze' && one.party === party) inForce.delete(id);
  }
  if (kind !== 'undo' && kind !== 'unfreeze') inForce.set(controlId, entry);
}

function bodyOf({ controlId, kind, party, segment, percent, at, until, by, reason }: Control): Measure {
  return {
    measure: controlId,
    kind: kind.replaceAll('_', '-') as Measure['kind'],
    ...(party === null ? {} : { party }),
    ...(segment === null ? {} : { segment }),
    ...(percent === null ? {} : { percent }),
    at: isoTime(at),
    ...(until === null ? {} : { until: isoTime(until) }),
    ...(by === null ? {} : { by }),
    ...(reason === null ? {} : { reason }),
  };
}

export function addEmergencyRoute(app: App, { clickhouse, mayRead, now }: QueryParts): void {
  app.get(
    '/v1/emergency',
    {
      onRequest: mayRead.alerts,
      schema: {
        tags: ['queries'],
        summary: 'Emergency measures in force (应急措施)',
        description: 'Who is frozen is told to those alone who may see restricted alerts.',
        response: { 200: emergencyBody },
      },
    },
    async (request) => {
      const measures = await readMeasures(clickhouse, now());
      const sees = seesRestricted(knownCaller(request));
      return { items: measures.filter(({ kind }) => sees || kind !== 'freeze') };
    },
  );
}
