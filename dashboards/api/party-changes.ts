/** `GET /v1/parties/{id}/changes`: what changed about a party, by whom and when: its file, its rating, its freezes. */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { seesPersonalData } from '../../runtime/http/masking.ts';
import { timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { readAs } from './readings.ts';
import { isoTime, select } from './select.ts';

const CHANGES_MAX = 100;

const EVENTS = `
SELECT topic, body
FROM events
WHERE topic IN ('customers', 'profile-changes') AND subject = {party:String} AND role = 'holder'
ORDER BY at DESC, ordinal DESC
LIMIT ${CHANGES_MAX + 1}`;

const RATINGS = `
SELECT
    toUnixTimestamp64Milli(at) AS at,
    grade,
    previous_grade AS previousGrade,
    overdue_days_max AS overdueDaysMax,
    limit_scale_percent AS limitScalePercent
FROM ratings
WHERE customer = {party:String}
ORDER BY revision DESC
LIMIT ${CHANGES_MAX + 1}`;

/** A freeze is undone by its party, or as the measure that it is. */
const FREEZES = `
WITH own AS
(
    SELECT body FROM events
    WHERE topic = 'control' AND JSONExtractString(body, 'kind') = 'freeze' AND JSONExtractString(body, 'party') = {party:String}
)
SELECT body
FROM events
WHERE topic = 'control'
    AND (
        JSONExtractString(body, 'kind') IN ('freeze', 'unfreeze') AND JSONExtractString(body, 'party') = {party:String}
        OR JSONExtractString(body, 'kind') = 'undo'
            AND JSONExtractString(body, 'measure') IN (SELECT JSONExtractString(body, 'controlId') FROM own)
    )
ORDER BY log_partition DESC, ordinal DESC
LIMIT ${CHANGES_MAX}`;

const fieldBody = z.strictObject({
  field: z.string(),
  before: z.unknown().describe('Null where there was none, or where the caller may not read it.'),
  after: z.unknown(),
  hidden: z.boolean().describe('True where the values are personal data that the caller may not read.'),
});

const changeBody = z.strictObject({
  what: z.enum(['file', 'profile', 'rating', 'freeze', 'unfreeze']),
  at: timeField('When.'),
  by: z.string().nullable().describe('Who; null where upstream did not say, or nobody did: ratings follow from debts.'),
  reason: z.string().nullable(),
  status: z.string().nullable().describe('profile: requested, approved, applied or refused.'),
  until: timeField('freeze: when it ends by itself.').nullable(),
  fields: z.array(fieldBody),
});

export const partyChangesBody = z.strictObject({
  items: z.array(changeBody).describe(`The latest first; ${CHANGES_MAX} at most.`),
});

type Change = z.infer<typeof changeBody>;
type Body = { readonly [field: string]: unknown };

const SAYS_NOTHING = { by: null, reason: null, status: null, until: null };

/** Fields of a file, in the order in which they are told. */
const FILE_FIELDS = [
  ...['kind', 'name', 'country', 'zone', 'tags', 'industry', 'accounts', 'ownGroup', 'taxNumber', 'contact'],
  ...['accountManager', 'creditLimit'],
];
const PERSONAL: ReadonlySet<string> = new Set(['name', 'accounts', 'taxNumber', 'contact']);

async function readEvents(client: ClickHouseClient, party: string): Promise<Change[]> {
  const rows = await select<{ topic: string; body: string }>(client, EVENTS, { party });
  const events = rows.map(({ topic, body }) => ({ topic, body: JSON.parse(body) as Body }));
  const files = events.filter(({ topic }) => topic === 'customers').map(({ body }) => body);
  const wasCut = rows.length > CHANGES_MAX;
  return [
    // The oldest of a list that was cut has nothing to be compared with.
    ...files.slice(0, wasCut ? -1 : undefined).flatMap((file, index) => fileChange(file, files[index + 1] ?? null)),
    ...events.filter(({ topic }) => topic === 'profile-changes').map(({ body }) => profileChange(body)),
  ];
}

/** None where a file came again as it was. */
function fileChange(file: Body, before: Body | null): Change[] {
  const fields = FILE_FIELDS.flatMap((field) => {
    const [was, is] = [before?.[field] ?? null, file[field] ?? null];
    return isSame(was, is) || isEmpty(was, is) ? [] : [{ field, before: was, after: is, hidden: false }];
  });
  return fields.length === 0 ? [] : [{ ...SAYS_NOTHING, what: 'file', at: String(file.at), fields }];
}

function profileChange({ at, field, oldValue, newValue, status, maker }: Body): Change {
  const [before, after] = [oldValue ?? null, newValue ?? null];
  return {
    ...{ ...SAYS_NOTHING, what: 'profile', at: String(at), status: String(status) },
    by: maker === undefined ? null : String(maker),
    fields: [{ field: String(field), before, after, hidden: false }],
  };
}

interface RatingRow {
  readonly at: number;
  readonly grade: string;
  readonly previousGrade: string;
  readonly overdueDaysMax: number;
  readonly limitScalePercent: number;
}

async function readRatings(client: ClickHouseClient, party: string): Promise<Change[]> {
  const rows = await select<RatingRow>(client, RATINGS, { party });
  return rows.slice(0, CHANGES_MAX).map(({ at, grade, previousGrade, overdueDaysMax, limitScalePercent }, index) => {
    const before = rows[index + 1]?.limitScalePercent ?? null;
    return {
      ...{ ...SAYS_NOTHING, what: 'rating', at: isoTime(at) },
      fields: [
        { field: 'grade', before: previousGrade, after: grade, hidden: false },
        ...(before === limitScalePercent
          ? []
          : [{ field: 'limitScalePercent', before, after: limitScalePercent, hidden: false }]),
        { field: 'overdueDaysMax', before: null, after: overdueDaysMax, hidden: false },
      ],
    };
  });
}

async function readFreezes(client: ClickHouseClient, party: string): Promise<Change[]> {
  const rows = await select<{ body: string }>(client, FREEZES, { party });
  return rows.map(({ body }) => {
    const { kind, at, by, reason, until } = JSON.parse(body) as Body;
    return {
      ...{ ...SAYS_NOTHING, what: kind === 'freeze' ? 'freeze' : 'unfreeze', at: String(at) },
      by: by === undefined ? null : String(by),
      reason: reason === undefined ? null : String(reason),
      until: until === undefined ? null : String(until),
      fields: [],
    };
  });
}

function withoutPersonal({ fields, ...change }: Change): Change {
  return {
    ...change,
    fields: fields.map((one) => {
      return PERSONAL.has(one.field) ? { field: one.field, before: null, after: null, hidden: true } : one;
    }),
  };
}

export function addPartyChangesRoute(app: App, { clickhouse, mayRead, noteReading }: QueryParts): void {
  app.get(
    '/v1/parties/:id/changes',
    {
      onRequest: mayRead.parties,
      schema: {
        tags: ['queries'],
        summary: 'What changed about a party (客户变更)',
        description: 'Freezes are told to those alone who may see restricted alerts.',
        params: z.strictObject({ id: z.string().min(1).max(128) }),
        response: { 200: partyChangesBody },
      },
    },
    async (request) => {
      const { id: party } = request.params;
      const caller = knownCaller(request);
      const found = await Promise.all([
        readEvents(clickhouse, party),
        readRatings(clickhouse, party),
        seesRestricted(caller) ? readFreezes(clickhouse, party) : [],
      ]);
      const items = found
        .flat()
        .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
        .slice(0, CHANGES_MAX)
        .map((change) => (seesPersonalData(caller) ? change : withoutPersonal(change)));
      return readAs(request, noteReading, party, { items });
    },
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** No tags are as good as none said. */
function isEmpty(...values: readonly unknown[]): boolean {
  return values.every((value) => value === null || (Array.isArray(value) && value.length === 0));
}
