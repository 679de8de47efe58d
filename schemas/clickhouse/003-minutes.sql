-- What happened by minute of event time, kept up to date by each insert. Rows of a minute are summed when parts merge, so
-- readers still group. Sums are 128 bits wide: amounts of 2^53 would overflow 64 bits after a thousand.

CREATE TABLE IF NOT EXISTS decisions_by_minute
(
    minute       DateTime('UTC')              COMMENT 'Minute of the event time · 分钟',
    outcome      Enum8('accept' = 0, 'hold' = 1, 'reject' = 2) COMMENT 'Outcome · 决定',
    kind         Enum8('transfer' = 0, 'payment' = 1, 'withdrawal' = 2, 'deposit' = 3, 'refund' = 4, 'prepayment' = 5, 'commission' = 6) COMMENT 'Kind of movement · 类型',
    currency     LowCardinality(String)       COMMENT 'ISO 4217 code · 币种',
    decisions    UInt64                       COMMENT 'First decisions · 首次决定数',
    revisions    UInt64                       COMMENT 'Later revisions · 后续修订数',
    amount_minor Int128                       COMMENT 'Amount of the first decisions, minor units · 金额（最小货币单位）',
    base_minor   Int128                       COMMENT 'The same in the base currency · 本位币金额'
)
ENGINE = SummingMergeTree
ORDER BY (minute, outcome, kind, currency)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Decisions by minute, outcome, kind and currency · 每分钟决定';

CREATE MATERIALIZED VIEW IF NOT EXISTS decisions_by_minute_from_decisions TO decisions_by_minute AS
SELECT
    toStartOfMinute(toDateTime(at, 'UTC')) AS minute,
    outcome,
    kind,
    currency,
    countIf(revision = 1) AS decisions,
    countIf(revision > 1) AS revisions,
    sumIf(toInt128(amount_minor), revision = 1) AS amount_minor,
    sumIf(toInt128(base_minor), revision = 1) AS base_minor
FROM decisions
GROUP BY minute, outcome, kind, currency;

CREATE TABLE IF NOT EXISTS reasons_by_minute
(
    minute       DateTime('UTC')              COMMENT 'Minute of the event time · 分钟',
    code         LowCardinality(String)       COMMENT 'Neutral code · 代码',
    rule         LowCardinality(String)       COMMENT 'Rule; empty where it is restricted · 规则',
    outcome      LowCardinality(String)       COMMENT 'What the rule asked for · 规则结果',
    times        UInt64                       COMMENT 'Times it stood in a decision · 次数'
)
ENGINE = SummingMergeTree
ORDER BY (minute, code, rule, outcome)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Reasons of decisions by minute, rule and outcome · 每分钟决定理由';

CREATE MATERIALIZED VIEW IF NOT EXISTS reasons_by_minute_from_decisions TO reasons_by_minute AS
SELECT
    toStartOfMinute(toDateTime(at, 'UTC')) AS minute,
    toString(reason.code) AS code,
    reason.rule AS rule,
    toString(reason.outcome) AS outcome,
    count() AS times
FROM decisions
ARRAY JOIN reasons AS reason
GROUP BY minute, code, rule, outcome;

CREATE TABLE IF NOT EXISTS alerts_by_minute
(
    minute       DateTime('UTC')              COMMENT 'Minute of the event time · 分钟',
    rule         LowCardinality(String)       COMMENT 'Rule · 规则',
    severity     Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'Severity · 级别',
    shadow       Bool                         COMMENT 'True where the rule runs as shadow · 影子运行',
    alerts       UInt64                       COMMENT 'Alerts opened · 新预警数',
    hits         UInt64                       COMMENT 'Revisions, the first included · 命中次数'
)
ENGINE = SummingMergeTree
ORDER BY (minute, rule, severity, shadow)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Alerts by minute, rule and severity · 每分钟预警';

CREATE MATERIALIZED VIEW IF NOT EXISTS alerts_by_minute_from_alerts TO alerts_by_minute AS
SELECT
    toStartOfMinute(toDateTime(at, 'UTC')) AS minute,
    rule,
    severity,
    shadow,
    countIf(revision = 1) AS alerts,
    count() AS hits
FROM alerts
GROUP BY minute, rule, severity, shadow;
