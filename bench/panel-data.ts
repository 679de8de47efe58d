/**
 * Rows for measuring panels and pages: made by ClickHouse itself from a row of numbers, straight into the tables that the sink
 * fills, so that their views are filled as they would be. Thirty days up to `now`; a fiftieth of all transfers was held.
 */
import type { ClickHouseClient } from '../runtime/clickhouse.ts';
import { customerRecord } from '../schemas/events/customer.ts';
import { partitionOf } from '../schemas/subjects.ts';

export interface PanelRows {
  /** Decided transfers. */
  readonly decisions: number;
  /** Alerts, each with two or three hits. */
  readonly alerts: number;
  /** Invoices, of which four in five are paid. */
  readonly invoices: number;
  /** Samples of the pipeline, one each ten seconds, eight rows each. */
  readonly samples: number;
  readonly now: number;
}

export const PARTITIONS = 16;
/** Customers, named C-0 and up. Each pays and is paid as often as another. */
export const PARTIES = 50_000;

/** The journal partition of the customer of a number, in SQL. */
const homeOf = (number: string): string =>
  `[${Array.from({ length: PARTIES }, (_, index) => partitionOf(`C-${index}`, PARTITIONS))}][1 + (${number})]`;
const PAYER = `cityHash64(number) % ${PARTIES}`;
const PAYEE = `cityHash64(number, 1) % ${PARTIES}`;
const AMOUNT = '1000 + cityHash64(number, 2) % 10000000';

/** Rows in one insert; more would only need more memory. */
const CHUNK = 500_000;
const DAYS = 30;

const RULES = `['pass-through', 'fan-in', 'fan-out', 'structuring', 'large-value', 'velocity', 'amount-spike', 'overdue-days', 'listed-party']`;
const FAMILIES = `['aml', 'aml', 'aml', 'aml', 'aml', 'anomaly', 'anomaly', 'overdue', 'screening']`;
const SEVERITIES = `['low', 'medium', 'high', 'critical']`;
const COUNTRIES = `['CN', 'CN', 'CN', 'CN', 'HK', 'SG', 'US', 'DE']`;

export async function fillTables(client: ClickHouseClient, rows: PanelRows): Promise<void> {
  const end = `fromUnixTimestamp64Milli(toInt64(${rows.now}))`;
  const atOf = (number: string, count: number): string =>
    `${end} - toIntervalMillisecond(intDiv((${count} - 1 - ${number}) * ${DAYS * 86_400_000}, ${count}))`;
  await inChunks(rows.decisions, async (first, count) => {
    const stamp = atOf('number', rows.decisions);
    await insert(client, decisionsOf(stamp, first, count));
    await insert(client, entriesOf(stamp, first, count));
  });
  await inChunks(rows.alerts, (first, count) =>
    insert(client, alertsOf(atOf('intDiv(number, 5)', Math.ceil(rows.alerts / 5) * 5), first * 5, count * 5, end)),
  );
  await inChunks(rows.invoices, async (first, count) => {
    for (const statement of receivablesOf(end, first, count)) await insert(client, statement);
  });
  for (const statement of smallTables(end, rows.samples * 8)) await insert(client, statement);
  await insert(client, customersOf(end));
}

async function inChunks(total: number, work: (first: number, count: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < total; first += CHUNK) await work(first, Math.min(CHUNK, total - first));
}

/** Columns are matched by name: a later migration may add one. */
async function insert(client: ClickHouseClient, query: string): Promise<void> {
  const [, table, select] = /^\s*INSERT INTO (\w+)\s+(SELECT[\s\S]+)$/.exec(query) as unknown as [
    string,
    string,
    string,
  ];
  const described = await client.query({ query: `DESCRIBE (${select})`, format: 'JSONEachRow' });
  const names = (await described.json<{ name: string }>()).map(({ name }) => name);
  await client.command({
    query: `INSERT INTO ${table} (${names.join(', ')}) ${select}`,
    clickhouse_settings: { max_partitions_per_insert_block: '1000', max_threads: 2 },
  });
}

/** First decisions; of each that was held one more row, eight in ten times a person's word, else its expiry. */
function decisionsOf(at: string, first: number, count: number): string {
  const reason = (code: string, outcome: string) =>
    `[('${code}', 'limit-day', '${outcome}', 'Above the limit.', '超过限额。', [('dayTotal', 100, '', 'CNY')])]`;
  return `
INSERT INTO decisions
SELECT
    ${homeOf(PAYER)} AS log_partition, number * 2 + later AS log_offset,
    concat('T-', toString(number)) AS transfer_id, 1 + later AS revision, concat(transfer_id, if(later = 0, '#submitted', '#said')) AS event_id,
    multiIf(later = 1, if(number % 500 < 400, 'accept', 'reject'), number % 50 = 0, 'hold', number % 50 = 1, 'reject', 'accept') AS outcome,
    ${at} AS at, at + toIntervalMillisecond(200 + number % 5000 + later * 1000 * (60 + number % 20000)) AS seen, seen AS logged,
    number % 7 AS kind, 'submitted' AS status,
    concat('C-', toString(${PAYER})) AS debtor, concat('C-', toString(${PAYEE})) AS creditor,
    ${AMOUNT} AS amount_minor, if(number % 10 = 0, 'USD', 'CNY') AS currency,
    if(currency = 'USD', amount_minor * 7, amount_minor) AS base_minor,
    if(outcome = 'hold', 2, 0) AS approvals_required, 0 AS approvals_given,
    if(outcome = 'hold', ${at} + INTERVAL 1 DAY, NULL) AS expires_at,
    if(later = 1 AND number % 500 < 450, concat('u-', toString(number % 23)), '') AS by,
    multiIf(
        later = 1, ${reason('approved', 'note')},
        outcome = 'hold', ${reason('approval', 'hold')},
        outcome = 'reject', ${reason('limit', 'reject')}, []) AS reasons,
    number % 2000 = 0 AS beyond_lateness
FROM (SELECT number, arrayJoin(if(number % 50 = 0 AND number % 1000 != 0, [0, 1], [0])) AS later FROM numbers(${first}, ${count}))`;
}

/** Both legs of each transfer, as its payer and its payee have it in their history. */
function entriesOf(at: string, first: number, count: number): string {
  return `
INSERT INTO entries
SELECT
    ${homeOf(`if(side = 0, ${PAYER}, ${PAYEE})`)} AS log_partition, number * 2 + side + 1 AS ordinal,
    'party' AS subject_kind, if(side = 0, debtor, creditor) AS subject, if(side = 0, 'payer', 'payee') AS role,
    ${at} AS at, at + toIntervalMillisecond(200 + number % 5000) AS seen, seen AS logged, 0 AS source_partition, number AS source_offset,
    concat('T-', toString(number)) AS transfer_id, '' AS own_event_id, number % 7 AS kind, 'submitted' AS status,
    ${AMOUNT} AS amount_minor, if(number % 10 = 0, 'USD', 'CNY') AS currency,
    concat('C-', toString(${PAYER})) AS debtor, concat('62220202', debtor) AS debtor_account, 'Ming' AS debtor_name, ${COUNTRIES}[1 + number % 8] AS debtor_country,
    concat('C-', toString(${PAYEE})) AS creditor, concat('62170000', creditor) AS creditor_account, 'Li' AS creditor_name, ${COUNTRIES}[1 + intDiv(number, 8) % 8] AS creditor_country,
    'mobile' AS channel, concat('d-', debtor) AS device, '' AS session, '' AS location, concat('u-', toString(number % 23)) AS maker, '' AS batch, '货款' AS purpose, false AS historical
FROM (SELECT number, arrayJoin([0, 1]) AS side FROM numbers(${first}, ${count}))`;
}

function customersOf(end: string): string {
  const file = { ...customerRecord.render(customerRecord.example), customerId: 'C-?' };
  return `
INSERT INTO events
SELECT
    ${homeOf('number')} AS log_partition, number + 1 AS ordinal, 'customers' AS topic, 'party' AS subject_kind, concat('C-', toString(number)) AS subject,
    'holder' AS role, ${end} - INTERVAL 30 DAY AS at, at AS seen, at AS logged, 0 AS source_partition, number AS source_offset,
    concat('c-', toString(number)) AS event_id, replaceOne('${JSON.stringify(file)}', 'C-?', subject) AS body
FROM numbers(${PARTIES})`;
}

function alertsOf(at: string, first: number, count: number, end: string): string {
  return `
INSERT INTO alerts
SELECT
    ${homeOf('intDiv(number, 5) % 20000')} AS log_partition, number AS log_offset,
    concat(rule, ':', subject, ':', toString(intDiv(number, 5))) AS alert_id, 1 + number % 5 AS revision,
    ${RULES}[1 + intDiv(number, 5) % 9] AS rule, 1 AS rule_version, ${FAMILIES}[1 + intDiv(number, 5) % 9] AS family,
    ${SEVERITIES}[1 + intDiv(number, 45) % 4] AS severity, 'party' AS subject_kind,
    concat('C-', toString(intDiv(number, 5) % 20000)) AS subject,
    if(intDiv(number, 5) % 3 = 0 AND revision = 3, 'closed', 'open') AS status,
    ${at} AS opened_at, least(${end}, opened_at + toIntervalMinute(number % 5)) AS at, at AS seen, at AS logged, revision AS occurrences,
    concat('T-', toString(number)) AS transfer_id, concat(transfer_id, '#submitted') AS event_id,
    number % 40 = 0 AS late, false AS historical, false AS shadow, family = 'aml' AS restricted,
    'Much of what came in has left again.' AS en, '转入资金大部分已转出。' AS zh, [('received', 500000, '', 'CNY')] AS evidence, false AS beyond_lateness
FROM numbers(${first}, ${count})
WHERE number % 5 < 2 + intDiv(number, 5) % 2`;
}

function receivablesOf(end: string, first: number, count: number): string[] {
  return [
    `
INSERT INTO invoices
SELECT
    concat('C-', toString(number % 8000)) AS customer, concat('I-', toString(number)) AS invoice_id,
    number % 16 AS log_partition, number AS ordinal, ${end} - toIntervalHour(number % 4800) AS at,
    100000 + number % 900000 AS amount_minor, if(number % 10 = 0, 'USD', 'CNY') AS currency,
    toDate32(at) AS issued_on, issued_on + 30 AS due_on, multiIf(number % 97 = 0, 'disputed', number % 89 = 0, 'cancelled', 'open') AS status, '' AS method
FROM numbers(${first}, ${count})`,
    `
INSERT INTO payments
SELECT
    concat('C-', toString(number % 8000)) AS customer, concat('P-', toString(number)) AS payment_id,
    number % 16 AS log_partition, number AS ordinal, least(${end}, ${end} - toIntervalHour(number % 4800) + INTERVAL 20 DAY) AS at,
    if(number % 3 = 0, '', concat('I-', toString(number))) AS invoice_id, 100000 + number % 900000 AS amount_minor,
    if(number % 10 = 0, 'USD', 'CNY') AS currency, 'received' AS status, 0 AS reversed, '' AS transfer_id
FROM numbers(${first}, ${count})
WHERE number % 5 != 0`,
  ];
}

/** What is little, however many decisions there are. */
function smallTables(end: string, samples: number): string[] {
  return [
    `
INSERT INTO ratings
SELECT
    number % 16 AS log_partition, number AS log_offset, concat('C-', toString(number % 8000)) AS customer, 1 + intDiv(number, 8000) AS revision,
    ${end} - toIntervalMinute(40000 - number) AS at, at AS seen, at AS logged, cityHash64(number) % 4 AS grade, cityHash64(number, 1) % 4 AS previous_grade,
    number % 200 AS overdue_days_max, number * 100 AS overdue_minor, number * 300 AS open_minor, number % 130 AS utilisation_percent, 100 AS limit_scale_percent
FROM numbers(40000)`,
    `
INSERT INTO notifications
SELECT
    number % 16 AS log_partition, number AS log_offset, concat('n:', toString(number)) AS notification_id, ${end} - toIntervalSecond(number * 20) AS at,
    at AS seen, at AS logged, number % 4 AS audience, 'invoice-overdue' AS kind, concat('C-', toString(number % 8000)) AS party,
    concat('I-', toString(number)) AS invoice_id, 'Invoice is overdue.' AS en, '账单已逾期。' AS zh
FROM numbers(100000)`,
    `
INSERT INTO dead_letters
SELECT
    number % 16 AS log_partition, number AS log_offset, 'transfers' AS topic, 0 AS partition, number AS offset, ${end} - toIntervalSecond(number * 100) AS seen,
    seen AS logged, ['undecodable', 'status-impossible', 'event-id-reused'][1 + number % 3] AS refusal, 'It cannot be.' AS detail, '' AS event_id, '' AS transfer_id, '{}' AS body
FROM numbers(10000)`,
    `
INSERT INTO webhook_attempts
SELECT
    0 AS log_partition, number AS log_offset, concat('sub-', toString(number % 12)) AS subscription_id, concat('msg_', toString(number)) AS message_id,
    'alert.opened' AS type, 1 AS attempt, 'event' AS trigger, if(number % 20 = 0, 'failed', 'delivered') AS outcome, ${end} - toIntervalSecond(number * 10) AS at,
    at - INTERVAL 90 MILLISECOND AS seen, at AS logged, 20 + number % 300 AS duration_ms, if(number % 20 = 0, 503, 200) AS status,
    if(number % 20 = 0, 'status', '') AS error, '' AS detail, NULL AS next_at, '' AS command_id
FROM numbers(200000)`,
    `
INSERT INTO latencies_by_minute
SELECT toStartOfMinute(${end} - toIntervalMinute(intDiv(number, 6))) AS minute, 12 + 2 * (number % 6) AS bucket, 1 + cityHash64(number) % 300 AS times
FROM numbers(${samples})`,
    `
INSERT INTO pipeline
SELECT
    ${end} - toIntervalSecond(10 * intDiv(number, 8)) AS sampled, if(number % 8 < 2, ['route', 'score'][1 + number % 8], 'clickhouse') AS stage,
    ['', '', 'journal', 'decisions', 'alerts', 'credit-ratings', 'notifications', 'dead-letters'][1 + number % 8] AS topic, -1 AS partition,
    cityHash64(number) % 500 AS lag_records, if(number % 8 < 2, NULL, cityHash64(number) % 3000) AS lag_ms, 1000 + number % 300 AS records, 10000 AS interval_ms
FROM numbers(${samples})`,
    `
INSERT INTO events
SELECT
    0 AS log_partition, number + 1 AS ordinal, 'control' AS topic, 'partition' AS subject_kind, 'all' AS subject, 'all' AS role,
    ${end} - toIntervalHour(number) AS at, at AS seen, at AS logged, 0 AS source_partition, number AS source_offset, concat('c-', toString(number)) AS event_id,
    concat('{"kind":"', ['settings', 'freeze', 'rule-switch'][1 + number % 3], '","by":"u-li","party":"C-1","reason":"Audit finding"}') AS body
FROM numbers(500)`,
  ];
}
