-- What becomes of alerts: the steps of people and of time, each a revision of its own.

ALTER TABLE alerts MODIFY COLUMN
    status             Enum8('open' = 0, 'closed' = 1, 'assigned' = 2, 'investigating' = 3, 'reporting' = 4) COMMENT 'Where it stands · 状态';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    step               Nullable(Enum8('hit' = 0, 'assign' = 1, 'investigate' = 2, 'report' = 3, 'close' = 4, 'reopen' = 5, 'snooze' = 6, 'wake' = 7, 'comment' = 8, 'escalate' = 9, 'quiet' = 10, 'unquiet' = 11)) COMMENT 'What brought this revision; NULL in old rows, which are hits · 步骤';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    by                 String DEFAULT ''      COMMENT 'Person whose step brought it; else empty · 处置人';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    step_at            Nullable(DateTime64(3, 'UTC')) COMMENT 'When the step was taken · 处置时间';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    note               String DEFAULT ''      COMMENT 'What that person noted · 备注';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    assignee           String DEFAULT ''      COMMENT 'Who works on it; else empty · 负责人';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    resolution         Nullable(Enum8('confirmed' = 0, 'reported' = 1, 'false_positive' = 2, 'accepted_risk' = 3)) COMMENT 'What it was closed as, or is to be · 结论';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    closed_for         String DEFAULT ''      COMMENT 'Why it was closed, or is to be · 结案理由';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    report_by          Nullable(DateTime64(3, 'UTC')) COMMENT 'By when the report must be with the authority · 报送期限';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    snoozed_until      Nullable(DateTime64(3, 'UTC')) COMMENT 'It rests until then · 暂缓至';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    escalation         Nullable(Int64)        COMMENT 'Times that it has escalated; NULL for none · 升级次数';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    quieted_by         String DEFAULT ''      COMMENT 'The critical alert of the same cause that says it louder; else empty · 被其抑制';

-- What a hit of the rule brought; a closed alert that a hit opened again has nobody who did it.
ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    is_hit             Bool ALIAS step IS NULL OR step = 'hit' OR (step = 'reopen' AND by = '') COMMENT 'True for a hit of the rule · 是否命中';

-- Views keep the columns that there were when they were made.
DROP VIEW IF EXISTS alerts_by_minute_from_alerts;

CREATE MATERIALIZED VIEW IF NOT EXISTS alerts_by_minute_from_alerts TO alerts_by_minute AS
SELECT
    toStartOfMinute(toDateTime(at, 'UTC')) AS minute,
    rule,
    severity,
    shadow,
    countIf(revision = 1) AS alerts,
    count() AS hits
FROM alerts
WHERE step IS NULL OR step = 'hit' OR (step = 'reopen' AND by = '')
GROUP BY minute, rule, severity, shadow;

CREATE OR REPLACE VIEW alerts_current AS
SELECT
    alert_id,
    max(a.revision) AS revision,
    min(a.seen) AS raised,
    max(a.seen) AS changed,
    any(a.rule) AS rule,
    any(a.family) AS family,
    any(a.subject_kind) AS subject_kind,
    any(a.subject) AS subject,
    any(a.shadow) AS shadow,
    any(a.restricted) AS restricted,
    any(a.historical) AS historical,
    argMax(a.severity, a.revision) AS severity,
    argMax(a.status, a.revision) AS status,
    argMax(a.opened_at, a.revision) AS opened_at,
    argMax(a.at, a.revision) AS at,
    argMax(a.occurrences, a.revision) AS occurrences,
    argMax(a.transfer_id, a.revision) AS transfer_id,
    argMax(a.en, a.revision) AS en,
    argMax(a.zh, a.revision) AS zh,
    argMax(a.assignee, a.revision) AS assignee,
    argMax(coalesce(a.escalation, 0), a.revision) AS escalation,
    argMax(a.quieted_by, a.revision) AS quieted_by
FROM alerts AS a
GROUP BY alert_id;
