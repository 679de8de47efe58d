/**
 * Windows against SQL (T4, W9, C1): generated transfers go through the log, the router, the tasks and the
 * sink as in a running Weir. What the tasks then count, and what alerts gave as evidence at the time, must
 * be what ClickHouse computes from the rows of `entries` by the definition alone.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../commands/engine.ts';
import { attempts, count, distinct, sum } from '../../processors/features/window-features.ts';
import { loadCheckpoint } from '../../processors/score/checkpoint.ts';
import { type InputTopic, Intake } from '../../producers/intake.ts';
import { loadConfig } from '../../runtime/config.ts';
import { Lifecycle } from '../../runtime/lifecycle.ts';
import { openLogger } from '../../runtime/logger.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { LocalStore } from '../../runtime/store/local-store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Json, WindowTraffic } from '../support/window-traffic.ts';

const WINDOWS_MS = [30 * MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];
const PLAN = { sizesMs: WINDOWS_MS, distinct: WINDOWS_MS.map(() => true) };
const SIDES = ['outgoing', 'incoming'] as const;
const START_AT = Date.UTC(2025, 0, 6);

/**
 * heard: every message once for each subject and role that it concerns, as it came first; what the payer's
 *   task refused concerns nobody.
 * legs: what windows are made of. The first message of a transfer is a leg, and so is every amendment: the
 *   leg before it stays as an attempt of which nothing passes. A leg that came when the subject's clock (its
 *   greatest min(at, seen)) was a day further joins no window.
 * voids: which leg a subject was told to take back. A rejection names the leg's own message; a replacement
 *   names the amendment, and means the last leg that stood before that.
 */
const READING = `
heard AS (
  SELECT *, status = 'submitted'
      OR row_number() OVER (PARTITION BY subject_kind, subject, role, transfer_id ORDER BY ordinal) = 1 AS is_leg
  FROM (
    SELECT *, event_id AS message FROM entries
    WHERE (source_partition, source_offset) NOT IN (SELECT partition, offset FROM dead_letters WHERE topic = 'transfers')
    ORDER BY ordinal LIMIT 1 BY subject_kind, subject, role, event_id
  )
),
legs AS (
  SELECT *, at < max(least(at, seen)) OVER (
      PARTITION BY subject_kind, subject ORDER BY ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - INTERVAL 1 DAY AS is_beyond
  FROM heard WHERE is_leg
),
told AS (
  SELECT subject_kind, subject, role, ordinal, JSONExtractString(body, 'transferId') AS transfer_id,
    JSONExtractString(body, 'eventId') AS message, JSONExtract(body, 'replaced', 'Nullable(Int64)') IS NOT NULL AS is_replaced
  FROM events WHERE topic = 'voids'
),
voids AS (
  SELECT v.subject_kind, v.subject, v.role, v.transfer_id,
    if(v.is_replaced, argMaxIf(l.message, l.ordinal, l.source_offset < w.source_offset), v.message) AS leg,
    v.ordinal AS ordinal
  FROM told AS v
  JOIN legs AS l ON l.subject_kind = v.subject_kind AND l.subject = v.subject AND l.role = v.role
    AND l.transfer_id = v.transfer_id
  JOIN (SELECT DISTINCT message, source_offset FROM heard) AS w ON w.message = v.message
  GROUP BY v.subject_kind, v.subject, v.role, v.transfer_id, v.is_replaced, v.message, v.ordinal
),
rejections AS (
  SELECT transfer_id, event_id AS leg, min(seen) AS seen FROM decisions WHERE outcome = 'reject' GROUP BY ALL
)`;

/**
 * What counts of each transfer at a moment: a subject, an entry of its partition up to which it has heard,
 * and the leg that is just judged, which no rejection has taken back yet. Submitted money may pass until
 * it is rejected; a partial settlement keeps all reserved; a failure leaves what was settled; returns are
 * cumulative. A settlement counts whatever was decided.
 */
const COUNTING = `
standing AS (
  SELECT m.moment AS moment, any(m.judged) AS judged, any(m.known_by) AS known_by, any(m.ordinal) AS upto,
    any(h.subject_kind) AS kind, any(h.subject) AS subject, h.role AS role, h.transfer_id AS transfer_id,
    argMaxIf(h.message, h.ordinal, h.is_leg) AS leg,
    argMaxIf(h.amount_minor, h.ordinal, h.is_leg) AS requested,
    argMax(h.status, h.ordinal) AS last_status,
    argMax(h.amount_minor, h.ordinal) AS last_amount,
    argMaxIf(h.amount_minor, h.ordinal, h.status IN ('partially_settled', 'settled')) AS settled
  FROM moments AS m JOIN heard AS h ON h.subject_kind = m.subject_kind AND h.subject = m.subject
  WHERE h.ordinal <= m.ordinal
  GROUP BY m.moment, h.role, h.transfer_id
),
taken_back AS (
  SELECT s.moment AS moment, s.role AS role, s.leg AS leg FROM standing AS s
  JOIN rejections AS r ON r.transfer_id = s.transfer_id AND r.leg = s.leg
  WHERE s.role = 'payer' AND r.seen <= s.known_by AND s.leg != s.judged
  UNION ALL
  SELECT s.moment, s.role, s.leg FROM standing AS s
  JOIN voids AS v ON v.subject_kind = s.kind AND v.subject = s.subject AND v.role = s.role
    AND v.transfer_id = s.transfer_id AND v.leg = s.leg
  WHERE v.ordinal <= s.upto
),
counting AS (
  SELECT moment, role, leg, multiIf(
      last_status = 'submitted', if((moment, role, leg) IN taken_back, 0, requested),
      last_status = 'partially_settled', greatest(requested, last_amount),
      last_status = 'settled', last_amount,
      last_status IN ('failed', 'cancelled'), settled,
      last_status = 'returned', greatest(0, if(settled > 0, settled, requested) - last_amount),
      0) AS minor
  FROM standing
),
-- Windows are (t − w, t]. The counterparty of a payee is its payer, that of everybody else the payee's name.
inside AS (
  SELECT m.moment AS moment, if(l.role = 'payee', 'incoming', 'outgoing') AS side, w.size_ms AS window_ms,
    l.role AS role, l.message AS leg,
    if(l.role = 'payer', l.creditor, l.debtor) AS counterparty
  FROM moments AS m
  JOIN legs AS l ON l.subject_kind = m.subject_kind AND l.subject = m.subject
  CROSS JOIN sizes AS w
  WHERE l.ordinal <= m.ordinal AND NOT l.is_beyond
    AND l.at <= m.until AND toUnixTimestamp64Milli(l.at) > toUnixTimestamp64Milli(m.until) - w.size_ms
),
totals AS (
  SELECT i.moment AS moment, i.side AS side, i.window_ms AS window_ms,
    sum(c.minor) AS passing, countIf(c.minor > 0) AS passed, count() AS attempts,
    uniqExactIf(i.counterparty, c.minor > 0) AS counterparties
  FROM inside AS i LEFT JOIN counting AS c ON c.moment = i.moment AND c.role = i.role AND c.leg = i.leg
  GROUP BY ALL
)`;

/** The end of each subject's history: all that it has heard, and the time of its latest leg. */
const ENDS = `
sizes AS (SELECT arrayJoin([${WINDOWS_MS.join()}])::Int64 AS size_ms),
moments AS (
  SELECT concat(toString(subject_kind), ' ', subject) AS moment, subject_kind, subject, '' AS judged,
    toDateTime64('2200-01-01', 3, 'UTC') AS known_by, toUInt64(-1) AS ordinal, max(at) AS until
  FROM legs WHERE NOT is_beyond GROUP BY subject_kind, subject
)`;

/** When an alert came about: the entry that brought it, and the time of the leg that hit. */
function momentsOfAlerts(rule: string): string {
  return `
fired AS (
  SELECT concat(a.alert_id, ' ', toString(a.revision)) AS moment, a.subject_kind AS subject_kind, a.subject AS subject,
    if(a.late, '', a.event_id) AS judged, a.late AS late, a.seen AS known_by, h.ordinal AS ordinal, a.at AS until,
    mapFromArrays(a.evidence.name, a.evidence.number) AS said
  FROM alerts AS a
  JOIN heard AS h ON h.subject_kind = a.subject_kind AND h.subject = a.subject AND h.message = a.event_id
  WHERE a.rule = '${rule}' AND a.is_hit
),
-- Where a late leg had a later one judged again, legs of that one's very time may lie before or behind it,
-- and the alert does not say which it was: such alerts are left out.
moments AS (
  SELECT * FROM fired
  WHERE NOT late OR (subject, until) IN (SELECT subject, at FROM legs GROUP BY subject, at HAVING count() = 1)
),
sizes AS (SELECT DISTINCT assumeNotNull(said['window']) AS size_ms FROM moments)`;
}

interface Totals {
  readonly passing: number;
  readonly passed: number;
  readonly attempts: number;
  readonly counterparties: number;
}
const NONE: Totals = { passing: 0, passed: 0, attempts: 0, counterparties: 0 };

interface Run {
  readonly engine: Engine;
  readonly intake: Intake;
  readonly traffic: WindowTraffic;
}

async function rows<T>({ engine }: Run, query: string): Promise<T[]> {
  const answer = await engine.clickhouse.read.query({ query, format: 'JSONEachRow' });
  return answer.json<T>();
}

async function feed({ intake, engine }: Run, topic: InputTopic, events: readonly Json[]): Promise<void> {
  for (let from = 0; from < events.length; from += 500) await intake.submit(topic, events.slice(from, from + 500));
  await engine.caughtUp();
}

async function startRun(folder: string): Promise<{ run: Run; stop: () => Promise<void> }> {
  const loaded = loadConfig({ environment: { WEIR_DATA_DIR: folder } });
  const { logger, close } = openLogger({ level: 'error', file: join(folder, 'weir.log'), terminal: null });
  const faults: unknown[] = [];
  const lifecycle = new Lifecycle({
    logger,
    stopDeadlineMs: 30_000,
    exit: () => {},
    onFailed: (error) => faults.push(error),
  });
  const now = () => Date.now();
  const metrics = new Metrics();
  const engine = await startEngine({ loaded, version: 'test', logger, metrics, lifecycle, now, evaluation: true });
  const stop = async () => {
    await lifecycle.stop('the test is done');
    close();
    expect(faults).toEqual([]);
  };
  const traffic = new WindowTraffic(20_250_106, { parties: 40, startAt: START_AT });
  return { run: { engine, intake: new Intake(engine.log), traffic }, stop };
}

/** Of what is held a third is approved, a third denied and the rest left to expire; some that was denied settles. */
async function closeHolds(run: Run): Promise<void> {
  const held = await rows<{ transferId: string; revision: number; subject: string; people: number }>(
    run,
    `SELECT transfer_id AS transferId, revision, debtor AS subject, approvals_required AS people
     FROM decisions_current WHERE outcome = 'hold' AND status = 'submitted' ORDER BY transfer_id`,
  );
  expect(held.length).toBeGreaterThan(20);
  const at = new Date(run.traffic.now).toISOString();
  const said = held.flatMap(({ transferId, revision, subject, people }, index) => {
    if (index % 3 === 2) return [];
    const action = index % 3 === 0 ? 'approve' : 'deny';
    return Array.from({ length: action === 'deny' ? 1 : people }, (_, person) => {
      const by = `u-${person}`;
      // The first of two approvals gives the decision a revision of its own, which the second one sees.
      const seen = revision + person;
      const approvalId = `${transferId}/${by}`;
      return { approvalId, at, transferId, revision: seen, action, subject, by, roles: ['approver'] };
    });
  });
  await feed(run, 'approvals', said);
  const denied = held.filter((_, index) => index % 6 === 1);
  await feed(
    run,
    'transfers',
    denied.map(({ transferId }) => run.traffic.settle(run.traffic.byId(transferId)!)),
  );
  const later = run.traffic.now + 60 * DAY_MS;
  await feed(run, 'control', [{ controlId: 'tick', kind: 'tick', at: new Date(later).toISOString() }]);
  expect(
    await rows(run, `SELECT count() AS held FROM decisions_current WHERE outcome = 'hold' AND status = 'submitted'`),
  ).toEqual([{ held: 0 }]);
}

/** What the tasks count, read from the checkpoints that they left. */
async function totalsOfTasks(folder: string, partitions: number): Promise<Map<string, Totals>> {
  const found = new Map<string, Totals>();
  for (let partition = 0; partition < partitions; partition++) {
    const store = new LocalStore(join(folder, 'state', `p-${String(partition).padStart(2, '0')}`));
    const { state } = loadCheckpoint(store, partition)!;
    await store.close();
    for (const subject of state.subjects.all) {
      subject.history.replan(PLAN);
      const scope = { totals: subject.history.windows.totals } as never;
      for (const side of SIDES) {
        for (const sizeMs of WINDOWS_MS) {
          found.set(`${subject.kind} ${state.subjects.idOf(subject)} ${side} ${sizeMs}`, {
            passing: sum(side, sizeMs).bind(PLAN)(scope),
            passed: count(side, sizeMs).bind(PLAN)(scope),
            attempts: attempts(side, sizeMs).bind(PLAN)(scope),
            counterparties: distinct(side, sizeMs).bind(PLAN)(scope),
          });
        }
      }
    }
  }
  return found;
}

describe('windows', () => {
  it('are what SQL computes from the rows in ClickHouse, at the end and when alerts came about', async () => {
    const folder = temporaryFolder();
    const { run, stop } = await startRun(folder);
    await feed(run, 'transfers', [...run.traffic.events(3_000, 5 * MINUTE_MS)]);
    for (const windowMs of [7 * DAY_MS, DAY_MS]) await feed(run, 'transfers', [...run.traffic.lastAtEdges(windowMs)]);

    // Every refusal that the traffic contains, and no other: else SQL would leave out what it should count.
    const [refused] = await rows<{ refused: number }>(run, `SELECT count() AS refused FROM dead_letters`);
    expect(refused).toEqual({ refused: run.traffic.refusals });

    // Evidence is compared before any hold is closed: what was rejected until then was so at submission.
    const velocity = await rows<{ late: boolean; said: number; computed: number }>(
      run,
      `WITH ${READING}, ${momentsOfAlerts('velocity')}, ${COUNTING}
       SELECT m.late AS late, m.said['attempts'] AS said, t.attempts AS computed
       FROM moments AS m LEFT JOIN totals AS t ON t.moment = m.moment AND t.side = 'outgoing'`,
    );
    expect(velocity.filter(({ said, computed }) => said !== computed)).toEqual([]);
    expect(new Set(velocity.map(({ late }) => late)).size).toBe(2);
    const passed = await rows<{ late: boolean; received: number; sent: number; in: number; out: number }>(
      run,
      `WITH ${READING}, ${momentsOfAlerts('pass-through')}, ${COUNTING}
       SELECT m.moment AS moment, any(m.late) AS late, any(m.said['received']) AS received, any(m.said['sent']) AS sent,
         sumIf(t.passing, t.side = 'incoming') AS in, sumIf(t.passing, t.side = 'outgoing') AS out
       FROM moments AS m LEFT JOIN totals AS t ON t.moment = m.moment GROUP BY m.moment`,
    );
    expect(passed.filter((one) => one.received !== one.in || one.sent !== one.out)).toEqual([]);
    expect(new Set(passed.map(({ late }) => late)).size).toBe(2);

    await closeHolds(run);
    const computed = await rows<Totals & { moment: string; side: string; windowMs: number }>(
      run,
      `WITH ${READING}, ${ENDS}, ${COUNTING}
       SELECT moment, side, window_ms AS windowMs, passing, passed, attempts, counterparties FROM totals`,
    );
    const { partitions } = run.engine.log;
    await stop();
    const expected = new Map(
      computed.map(({ moment, side, windowMs, ...totals }) => [`${moment} ${side} ${windowMs}`, totals]),
    );
    const found = await totalsOfTasks(folder, partitions);
    expect(expected.size).toBeGreaterThan(300);
    expect([...expected.keys()].filter((key) => !found.has(key))).toEqual([]);
    const wrong = [...found].filter(([key, totals]) => {
      const { passing, passed, attempts, counterparties } = expected.get(key) ?? NONE;
      const same = totals.passing === passing && totals.passed === passed && totals.attempts === attempts;
      return !same || totals.counterparties !== counterparties;
    });
    expect(wrong.map(([key, totals]) => [key, totals, expected.get(key)])).toEqual([]);
  });
});
