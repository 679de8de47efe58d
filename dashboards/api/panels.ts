/**
 * `GET /v1/panels` and `GET /v1/panels/{id}`: what the panels are, and their numbers: the same that Grafana's
 * dashboards show, from the same SQL.
 */
import { z } from 'zod';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { App } from '../../runtime/http/app.ts';
import { knownCaller, seesRestricted } from '../../runtime/http/auth.ts';
import { isCurrency } from '../../schemas/currencies.ts';
import { DAY_MS, isZone, SECOND_MS } from '../../schemas/time.ts';
import type { Panel, Scope } from '../panels/panel.ts';
import { PANELS, panelOf } from '../panels/panels.ts';
import { everyStep, stepOf } from '../panels/steps.ts';
import { timeField } from './fields.ts';
import type { QueryParts } from './parts.ts';
import { type Params, selectRows } from './select.ts';

/** Steps in a chart, unless its data is coarser. */
const STEPS = 120;
/** So that steps are times that people know; seconds. */
const STEP_SECONDS = [1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800];
const RANGE_MS = DAY_MS;
const RANGE_MS_MAX = 3_660 * DAY_MS;
const RULES_MAX = 50;

const FROM = 'fromUnixTimestamp64Milli({from:Int64})';
const TO = 'fromUnixTimestamp64Milli({to:Int64})';
const ZONE = '{zone:String}';
const STEP = '{step:UInt32}';

/** How panels speak for callers who may see everything. */
const SCOPE: Scope = {
  within: (column) => `(${column} >= ${FROM} AND ${column} <= ${TO})`,
  from: FROM,
  to: TO,
  now: 'fromUnixTimestamp64Milli({now:Int64})',
  step: (column) => stepOf(column, STEP, ZONE),
  stepSeconds: STEP,
  everyStep: everyStep({ from: FROM, to: TO, seconds: STEP, zone: ZONE }),
  inCurrency: (column) => `({currency:String} = '' OR ${column} = {currency:String})`,
  ownCurrency: (column) => `${column} = if({currency:String} = '', {baseCurrency:String}, {currency:String})`,
  amount: (own, base) => `if({currency:String} = '', ${base}, ${own})`,
  // Sums of amounts may pass 2^53, where a chart needs no last digit any more.
  money: (minor) => `toFloat64(${minor})`,
  ofRules: (column) => `(empty({rules:Array(String)}) OR has({rules:Array(String)}, ${column}))`,
  unlessRestricted: () => 'true',
  words: (english, chinese) => `if({language:String} = 'zh', ${chinese}, ${english})`,
  inZone: (column) => `toTimeZone(${column}, ${ZONE})`,
};

/** The same for others: rules whose alerts are restricted are not there. */
const OPEN_SCOPE: Scope = {
  ...SCOPE,
  ofRules: (column) => `(${SCOPE.ofRules(column)} AND NOT has({restrictedRules:Array(String)}, ${column}))`,
  unlessRestricted: (condition) => `NOT (${condition})`,
};

const labelBody = z.strictObject({ en: z.string(), zh: z.string() });

const columnBody = z.strictObject({
  name: z.string(),
  title: labelBody,
  kind: z.enum(['time', 'text', 'number', 'money']),
  labels: z.string().optional().describe('Which words its values have.'),
  link: z.enum(['party', 'alert', 'transfer']).optional().describe('What its values name.'),
  unit: z.string().optional(),
  currency: z.enum(['chosen', 'base', 'row']).optional().describe('Whose minor units they are.'),
  thresholds: z.strictObject({ warning: z.number(), critical: z.number() }).optional(),
});

const panelBody = z
  .strictObject({
    id: z.string(),
    title: labelBody,
    question: labelBody.describe('The question that it answers.'),
    kind: z.enum(['timeseries', 'stat', 'bars', 'pie', 'heatmap', 'table']),
    stacked: z.boolean().optional(),
    variables: z.array(z.enum(['currency', 'rule'])),
    columns: z.array(columnBody),
  })
  .describe('A panel.');

export const listBody = z.strictObject({
  items: z.array(panelBody),
  zone: z.string().describe('The institution’s time zone.'),
  baseCurrency: z.string(),
});

export const dataBody = z
  .strictObject({
    id: z.string(),
    from: timeField('Begin of the range.'),
    to: timeField('End of the range.'),
    stepSeconds: z.int().describe('Length of a step of a chart.'),
    currency: z.string().describe('Currency of amounts where a column says “chosen”.'),
    baseCurrency: z.string(),
    rows: z
      .array(z.array(z.union([z.string(), z.number(), z.null()])))
      .describe('Values in the order of the panel’s columns; times in ISO 8601, amounts in minor units.'),
  })
  .describe('The numbers of a panel.');

const dataQuery = z.strictObject({
  from: timeField('Begin of the range; a day before its end where it is not said.').optional(),
  to: timeField('End of the range; now where it is not said.').optional(),
  currency: z
    .string()
    .refine(isCurrency, 'must be an ISO 4217 currency code like CNY')
    .optional()
    .describe('Only amounts in this currency; without it all, in the base currency.'),
  rules: z
    .string()
    .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/, 'must be ids of rules with commas between them')
    .refine((written) => written.split(',').length <= RULES_MAX, `must be ${RULES_MAX} rules at most`)
    .optional()
    .describe('Only these rules, with commas between them.'),
  zone: z.string().refine(isZone, 'must be an IANA time zone like Asia/Shanghai').optional(),
  language: z.enum(['en', 'zh']).default('en').describe('Of texts that stand in the data in both.'),
});

type DataQuery = z.infer<typeof dataQuery>;

/** Reads a panel's numbers. */
export async function readPanel(
  client: ClickHouseClient,
  panel: Panel,
  asked: DataQuery,
  defaults: {
    readonly zone: string;
    readonly baseCurrency: string;
    readonly now: number;
    /** Rules that the caller must not hear of; none where it may hear of all. */
    readonly hiddenRules?: readonly string[];
  },
): Promise<z.infer<typeof dataBody>> {
  const { from, to } = rangeOf(asked, defaults.now);
  const step = stepSeconds(panel, from, to);
  const { baseCurrency } = defaults;
  // A panel's amounts in the base currency are converted ones; naming it asks for those in it alone.
  const params: Params = {
    from,
    to,
    step,
    now: defaults.now,
    zone: asked.zone ?? defaults.zone,
    currency: asked.currency ?? '',
    baseCurrency,
    rules: asked.rules?.split(',') ?? [],
    language: asked.language,
    ...(defaults.hiddenRules === undefined ? {} : { restrictedRules: defaults.hiddenRules }),
  };
  const scope = defaults.hiddenRules === undefined ? SCOPE : OPEN_SCOPE;
  const rows = await selectRows(client, panel.sql(scope), params);
  return {
    id: panel.id,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    stepSeconds: step,
    currency: asked.currency ?? baseCurrency,
    baseCurrency,
    rows,
  };
}

function rangeOf(asked: DataQuery, now: number): { readonly from: number; readonly to: number } {
  const to = asked.to === undefined ? now : Date.parse(asked.to);
  const from = asked.from === undefined ? to - RANGE_MS : Date.parse(asked.from);
  if (from < to && to - from <= RANGE_MS_MAX) return { from, to };
  throw new WeirError('REQUEST_INVALID', 'The query is not valid.', {
    zh: '查询条件无效。',
    fields: [{ path: '/from', message: `must lie before “to”, and ${RANGE_MS_MAX / DAY_MS} days before it at most` }],
  });
}

function stepSeconds({ stepSecondsMin = 60 }: Panel, from: number, to: number): number {
  const wanted = (to - from) / SECOND_MS / STEPS;
  return Math.max(stepSecondsMin, STEP_SECONDS.find((step) => step >= wanted) ?? (STEP_SECONDS.at(-1) as number));
}

function bodyOf({ id, title, question, kind, stacked, columns, variables }: Panel): z.infer<typeof panelBody> {
  return {
    id,
    title,
    question,
    kind,
    ...(stacked === undefined ? {} : { stacked }),
    variables: [...(variables ?? [])],
    columns: [...columns],
  };
}

export function addPanelRoutes(app: App, parts: QueryParts): void {
  const { clickhouse, mayRead, institution, now, restrictedRules } = parts;
  const tags = ['queries'];
  app.get(
    '/v1/panels',
    {
      onRequest: mayRead.panels,
      schema: { tags, summary: 'Panels: what can be shown as a chart (图表)', response: { 200: listBody } },
    },
    (request) => {
      const sees = seesRestricted(knownCaller(request));
      const shown = PANELS.filter(({ restricted }) => sees || restricted !== true);
      return { items: shown.map(bodyOf), ...institution() };
    },
  );
  app.get(
    '/v1/panels/:id',
    {
      onRequest: mayRead.panels,
      schema: {
        tags,
        summary: 'The numbers of a panel (图表数据)',
        params: z.strictObject({ id: z.string().min(1).max(64) }),
        querystring: dataQuery,
        response: { 200: dataBody },
      },
    },
    (request) => {
      const { id } = request.params;
      const sees = seesRestricted(knownCaller(request));
      const panel = panelOf(id);
      if (panel === undefined || (panel.restricted === true && !sees))
        throw new WeirError('NOT_FOUND', `There is no panel ${id}.`, { zh: `没有图表 ${id}。` });
      return readPanel(clickhouse, panel, request.query, {
        ...{ ...institution(), now: now() },
        ...(sees ? {} : { hiddenRules: restrictedRules }),
      });
    },
  );
}
