-- What came out: decisions, alerts, ratings, notifications and dead letters, every revision of them, each row with the
-- partition and offset of its log record. The highest revision is in force; the `_current` views show it alone.

CREATE TABLE IF NOT EXISTS decisions
(
    log_partition      UInt16                 COMMENT 'Partition of the topic; it is the payer’s journal partition · 分区',
    log_offset         UInt64                 COMMENT 'Offset in it · 偏移',
    transfer_id        String                 COMMENT 'The transfer · 转账编号',
    revision           UInt32                 COMMENT '1 for the first, then counting up · 修订号',
    event_id           String                 COMMENT 'Event that brought this revision · 事件编号',
    outcome            Enum8('accept' = 0, 'hold' = 1, 'reject' = 2) COMMENT 'Accept (放行), hold (待审) or reject (拒绝) · 决定',
    at                 DateTime64(3, 'UTC')   COMMENT 'Event time of the transfer · 事件时间',
    seen               DateTime64(3, 'UTC')   COMMENT 'Append time of the entry that brought this revision · 接入时间',
    logged             DateTime64(3, 'UTC')   COMMENT 'Append time of the first decision of the insert · 写入时间',
    kind               Enum8('transfer' = 0, 'payment' = 1, 'withdrawal' = 2, 'deposit' = 3, 'refund' = 4, 'prepayment' = 5, 'commission' = 6) COMMENT 'Kind of movement · 类型',
    status             Enum8('submitted' = 0, 'settled' = 1, 'partially_settled' = 2, 'failed' = 3, 'cancelled' = 4, 'returned' = 5, 'reversed' = 6) COMMENT 'Status that the transfer then had · 状态',
    debtor             String                 COMMENT 'Payer subject · 付款人',
    creditor           String                 COMMENT 'Payee subject · 收款人',
    amount_minor       Int64                  COMMENT 'Amount, minor units of its currency · 金额（最小货币单位）',
    currency           String                 COMMENT 'ISO 4217 code · 币种',
    base_minor         Int64                  COMMENT 'Amount, minor units of the base currency · 本位币金额',
    approvals_required UInt16                 COMMENT 'People who must approve · 需审批人数',
    approvals_given    UInt16                 COMMENT 'People who have · 已审批人数',
    expires_at         Nullable(DateTime64(3, 'UTC')) COMMENT 'When a hold expires into a rejection · 待审到期时间',
    by                 String                 COMMENT 'Person whose word brought this revision; else empty · 审批人',
    reasons            Array(Tuple(
                           code Enum8('limit' = 0, 'approval' = 1, 'review' = 2, 'blocked' = 3, 'data' = 4, 'expired' = 5, 'denied' = 6, 'approved' = 7, 'status' = 8),
                           rule String,
                           outcome Enum8('alert' = 0, 'hold' = 1, 'reject' = 2, 'note' = 3),
                           en String,
                           zh String,
                           evidence Array(Tuple(name String, number Nullable(Int64), text String, unit String)))) COMMENT 'Rules that did not pass · 理由',
    INDEX by_transfer transfer_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_debtor debtor TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Every revision of every decision · 决定（全部修订）';

-- Few transfers are ever held or revised. These, as they stand, lie apart, so that the current revision of all is
-- found without grouping them all.
CREATE TABLE IF NOT EXISTS reviews AS decisions
ENGINE = ReplacingMergeTree(revision)
ORDER BY transfer_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Decisions that were held or revised, as they stand; read with FINAL · 曾待审或已修订的决定';

CREATE MATERIALIZED VIEW IF NOT EXISTS reviews_from_decisions TO reviews AS
SELECT * FROM decisions WHERE outcome = 'hold' OR revision > 1;

CREATE VIEW IF NOT EXISTS decisions_current AS
SELECT * FROM decisions WHERE revision = 1 AND transfer_id NOT IN (SELECT transfer_id FROM reviews)
UNION ALL
SELECT * FROM reviews FINAL;

CREATE TABLE IF NOT EXISTS alerts
(
    log_partition      UInt16                 COMMENT 'Partition of the topic; it is the subject’s journal partition · 分区',
    log_offset         UInt64                 COMMENT 'Offset in it · 偏移',
    alert_id           String                 COMMENT 'Rule, subject and ordinal of the entry that opened it · 预警编号',
    revision           UInt32                 COMMENT '1 for the first, then counting up · 修订号',
    rule               String                 COMMENT 'Rule that fired · 规则',
    rule_version       UInt32                 COMMENT 'Its version · 规则版本',
    family             Enum8('limits' = 0, 'anomaly' = 1, 'aml' = 2, 'screening' = 3, 'overdue' = 4, 'credit' = 5, 'conduct' = 6, 'reconciliation' = 7, 'operations' = 8) COMMENT 'Family of the rule · 规则类别',
    severity           Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'Highest of its occurrences · 级别',
    subject_kind       Enum8('party' = 0, 'device' = 1, 'operator' = 2, 'group' = 3, 'partition' = 4) COMMENT 'Kind of the subject · 主体类型',
    subject            String                 COMMENT 'Whom it is about · 主体',
    status             Enum8('open' = 0, 'closed' = 1) COMMENT 'Where it stands · 状态',
    opened_at          DateTime64(3, 'UTC')   COMMENT 'Event time of the earliest hit · 首次命中时间',
    at                 DateTime64(3, 'UTC')   COMMENT 'Event time of this hit · 本次命中时间',
    seen               DateTime64(3, 'UTC')   COMMENT 'Append time of the entry that brought this revision · 接入时间',
    logged             DateTime64(3, 'UTC')   COMMENT 'Append time of the first alert of the insert · 写入时间',
    occurrences        UInt32                 COMMENT 'Hits so far · 命中次数',
    transfer_id        String                 COMMENT 'Transfer that hit; else empty · 转账编号',
    event_id           String                 COMMENT 'Event that hit; else empty · 事件编号',
    late               Bool                   COMMENT 'True where a late event made an earlier window fire · 迟到触发',
    historical         Bool                   COMMENT 'True where it came from a backfill; it is not sent · 历史补录',
    shadow             Bool                   COMMENT 'True where the rule runs as shadow and has no effect · 影子运行',
    restricted         Bool                   COMMENT 'True where the subject must not learn of it · 保密',
    en                 String                 COMMENT 'The reason in English · 英文理由',
    zh                 String                 COMMENT 'The reason in Chinese · 中文理由',
    evidence           Array(Tuple(name String, number Nullable(Int64), text String, unit String)) COMMENT 'The numbers · 证据'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (alert_id, revision)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Every revision of every alert · 预警（全部修订）';

CREATE VIEW IF NOT EXISTS alerts_current AS
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
    argMax(a.zh, a.revision) AS zh
FROM alerts AS a
GROUP BY alert_id;

CREATE TABLE IF NOT EXISTS ratings
(
    log_partition       UInt16                COMMENT 'Partition of the topic · 分区',
    log_offset          UInt64                COMMENT 'Offset in it · 偏移',
    customer            String                COMMENT 'Whose rating · 客户',
    revision            UInt32                COMMENT '1 for the first, then counting up · 修订号',
    at                  DateTime64(3, 'UTC')  COMMENT 'When it came to hold · 生效时间',
    seen                DateTime64(3, 'UTC')  COMMENT 'Append time of the entry that brought it · 接入时间',
    logged              DateTime64(3, 'UTC')  COMMENT 'Append time of the first rating of the insert · 写入时间',
    grade               Enum8('A' = 0, 'B' = 1, 'C' = 2, 'D' = 3) COMMENT 'A (best) to D · 等级',
    previous_grade      Enum8('A' = 0, 'B' = 1, 'C' = 2, 'D' = 3) COMMENT 'The grade before · 原等级',
    overdue_days_max    Int64                 COMMENT 'Most days overdue of an unpaid invoice · 最长逾期天数',
    overdue_minor       Int64                 COMMENT 'Overdue amount, base minor units · 逾期金额',
    open_minor          Int64                 COMMENT 'Unpaid amount, base minor units · 未付金额',
    utilisation_percent Int64                 COMMENT 'Unpaid amount in percent of the credit line · 额度使用率（%）',
    limit_scale_percent Int64                 COMMENT 'What limits are multiplied by, percent · 限额系数（%）'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (customer, revision)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Every change of a credit rating · 信用评级（全部变更）';

CREATE VIEW IF NOT EXISTS ratings_current AS
SELECT * FROM ratings ORDER BY customer, revision DESC LIMIT 1 BY customer;

CREATE TABLE IF NOT EXISTS notifications
(
    log_partition       UInt16                COMMENT 'Partition of the topic · 分区',
    log_offset          UInt64                COMMENT 'Offset in it · 偏移',
    notification_id     String                COMMENT 'Made of its cause · 通知编号',
    at                  DateTime64(3, 'UTC')  COMMENT 'When it became due · 时间',
    seen                DateTime64(3, 'UTC')  COMMENT 'Append time of the entry that brought it · 接入时间',
    logged              DateTime64(3, 'UTC')  COMMENT 'Append time of the first notification of the insert · 写入时间',
    audience            Enum8('finance' = 0, 'sales' = 1, 'customer_service' = 2, 'customer' = 3) COMMENT 'Who should hear of it · 对象',
    kind                String                COMMENT 'What it is about · 类型',
    party               String                COMMENT 'Whom it is about · 客户',
    invoice_id          String                COMMENT 'Invoice it is about; else empty · 账单编号',
    en                  String                COMMENT 'Text in English · 英文',
    zh                  String                COMMENT 'Text in Chinese · 中文'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (party, at, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Notifications · 通知';

CREATE TABLE IF NOT EXISTS dead_letters
(
    log_partition       UInt16                COMMENT 'Partition of the topic; the last one is route’s · 分区',
    log_offset          UInt64                COMMENT 'Offset in it · 偏移',
    topic               LowCardinality(String) COMMENT 'Topic of the refused record · 来源主题',
    partition           UInt16                COMMENT 'Its partition · 来源分区',
    offset              UInt64                COMMENT 'Its offset · 来源偏移',
    seen                DateTime64(3, 'UTC')  COMMENT 'Its append time · 接入时间',
    logged              DateTime64(3, 'UTC')  COMMENT 'Append time of the first dead letter of the insert · 写入时间',
    refusal             LowCardinality(String) COMMENT 'Why, as a code · 原因代码',
    detail              String                COMMENT 'Why, in a sentence · 原因',
    event_id            String                COMMENT 'Its eventId, where it could be read · 事件编号',
    transfer_id         String                COMMENT 'Its transfer, where it could be read · 转账编号',
    body                String                COMMENT 'The record’s bytes as they came · 原始字节'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (topic, partition, offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Records that were refused after they had been acknowledged · 死信';
