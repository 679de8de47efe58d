-- What lists of alerts are filtered and ordered by, one row an alert, so that a page of them does not group all revisions.
-- A tuple is greater by its first part first, so the greatest is that of the last revision; a row that comes twice changes
-- nothing. It is read grouped: FINAL would merge the parts of a tuple apart from each other.
CREATE TABLE IF NOT EXISTS alert_standings
(
    alert_id     String                       COMMENT 'The alert · 预警编号',
    rule         LowCardinality(String)       COMMENT 'Rule that fired · 规则',
    family       Enum8('limits' = 0, 'anomaly' = 1, 'aml' = 2, 'screening' = 3, 'overdue' = 4, 'credit' = 5, 'conduct' = 6, 'reconciliation' = 7, 'operations' = 8) COMMENT 'Family of the rule · 规则类别',
    subject      String                       COMMENT 'Whom it is about · 主体',
    shadow       Bool                         COMMENT 'True where the rule ran as shadow · 影子运行',
    restricted   SimpleAggregateFunction(max, UInt8) COMMENT '1 where the subject must not learn of it · 保密',
    raised       SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'Append time of what opened it · 首次接入时间',
    opened_at    SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'Event time of the earliest hit · 首次命中时间',
    standing     SimpleAggregateFunction(max, Tuple(
                     revision UInt32,
                     severity Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4),
                     status Enum8('open' = 0, 'closed' = 1, 'assigned' = 2, 'investigating' = 3, 'reporting' = 4),
                     assignee String,
                     quieted Bool,
                     escalated Bool))          COMMENT 'Where it stands by its last revision · 当前状态'
)
ENGINE = AggregatingMergeTree
PRIMARY KEY alert_id
ORDER BY (alert_id, rule, family, subject, shadow)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Alerts as they stand, as far as lists ask for it; read with min and max · 预警当前状态';

CREATE MATERIALIZED VIEW IF NOT EXISTS alert_standings_from_alerts TO alert_standings AS
SELECT
    alert_id,
    rule,
    family,
    subject,
    shadow,
    restricted,
    seen AS raised,
    opened_at,
    tuple(revision, severity, status, assignee, quieted_by != '', coalesce(escalation, 0) > 0) AS standing
FROM alerts;

INSERT INTO alert_standings
SELECT
    alert_id,
    rule,
    family,
    subject,
    shadow,
    restricted,
    seen AS raised,
    opened_at,
    tuple(revision, severity, status, assignee, quieted_by != '', coalesce(escalation, 0) > 0) AS standing
FROM alerts;
