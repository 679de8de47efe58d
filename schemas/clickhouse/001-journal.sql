-- What came in: every journal entry, both legs of a transfer.
--
-- Rows are identified by journal partition and ordinal, the number of the entry in its partition from 1 on, as in the ids
-- of alerts. In a partition the rows of a subject lie together, in the order of arrival: whoever reads one subject knows its
-- partition, and touches few rows else, the fewer since granules are small. Sorting an insert for that costs next to nothing;
-- a copy of each row in another order would cost half as much again. A table that was made before this order gets it by such a
-- copy, see 012.
--
-- Months go by the append time of the first log batch of an insert, which only rises, so that an insert has one month.
-- Inserts with one token count once, in a table and in what hangs on it: `non_replicated_deduplication_window`. Merging
-- ten parts at a time halves what merging costs while a backlog is worked off.
--
-- Enums are numbered as in the Avro schemas. Amounts are whole minor units of their currency. Times are UTC.

CREATE TABLE IF NOT EXISTS entries
(
    log_partition    UInt16                   COMMENT 'Journal partition · 流水分区',
    ordinal          UInt64                   COMMENT 'Number of the entry in its partition, from 1 · 分区内条目序号',
    subject_kind     Enum8('party' = 0, 'device' = 1, 'operator' = 2, 'group' = 3, 'partition' = 4) COMMENT 'Kind of the subject · 主体类型',
    subject          String                   COMMENT 'Whom the entry is about · 主体',
    role             Enum8('payer' = 0, 'payee' = 1, 'device' = 2, 'operator' = 3, 'group' = 4, 'holder' = 5, 'all' = 6) COMMENT 'What the subject is to the transfer · 角色',
    at               DateTime64(3, 'UTC')     COMMENT 'Event time · 事件时间',
    seen             DateTime64(3, 'UTC')     COMMENT 'Append time of the public record · 接入时间',
    logged           DateTime64(3, 'UTC')     COMMENT 'Append time of the first journal batch of the insert · 写入时间',
    source_partition UInt16                   COMMENT 'Partition of the public record · 来源分区',
    source_offset    UInt64                   COMMENT 'Offset of the public record · 来源偏移',
    transfer_id      String                   COMMENT 'The transfer · 转账编号',
    own_event_id     String                   COMMENT 'eventId as the sender gave it; empty where it gave none · 发送方事件编号',
    event_id         String ALIAS if(own_event_id = '', concat(transfer_id, '#', toString(status)), own_event_id) COMMENT 'Names the message · 事件编号',
    kind             Enum8('transfer' = 0, 'payment' = 1, 'withdrawal' = 2, 'deposit' = 3, 'refund' = 4, 'prepayment' = 5, 'commission' = 6) COMMENT 'Kind of movement · 类型',
    status           Enum8('submitted' = 0, 'settled' = 1, 'partially_settled' = 2, 'failed' = 3, 'cancelled' = 4, 'returned' = 5, 'reversed' = 6) COMMENT 'Status that the transfer then had · 状态',
    amount_minor     Int64                    COMMENT 'Amount, minor units; cumulative where partially settled or returned · 金额（最小货币单位）',
    currency         String                   COMMENT 'ISO 4217 code · 币种',
    debtor           String                   COMMENT 'Payer: party, else account · 付款人',
    debtor_account   String                   COMMENT 'Account paid from · 付款账户',
    debtor_name      String                   COMMENT 'Payer’s name as written; empty where not given · 付款人名称',
    debtor_country   String                   COMMENT 'Payer’s country · 付款人国家',
    creditor         String                   COMMENT 'Payee: party, else account · 收款人',
    creditor_account String                   COMMENT 'Account paid to · 收款账户',
    creditor_name    String                   COMMENT 'Payee’s name as written; empty where not given · 收款人名称',
    creditor_country String                   COMMENT 'Payee’s country · 收款人国家',
    channel          String                   COMMENT 'Channel · 渠道',
    device           String                   COMMENT 'Device · 设备',
    session          String                   COMMENT 'Session · 会话',
    location         String                   COMMENT 'Place · 地点',
    maker            String                   COMMENT 'Person who entered it · 经办人',
    batch            String                   COMMENT 'Batch that it belongs to · 批次',
    purpose          String                   COMMENT 'Purpose of payment · 用途',
    historical       Bool                     COMMENT 'True where a backfill brought it · 历史补录',
    INDEX by_transfer transfer_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (log_partition, subject, ordinal)
SETTINGS index_granularity = 2048, non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Every transfer entry of the journal, one row a subject and role · 转账流水条目';

CREATE TABLE IF NOT EXISTS events
(
    log_partition    UInt16                   COMMENT 'Journal partition · 流水分区',
    ordinal          UInt64                   COMMENT 'Number of the entry in its partition, from 1 · 分区内条目序号',
    topic            LowCardinality(String)   COMMENT 'Public topic that brought it · 主题',
    subject_kind     Enum8('party' = 0, 'device' = 1, 'operator' = 2, 'group' = 3, 'partition' = 4) COMMENT 'Kind of the subject · 主体类型',
    subject          String                   COMMENT 'Whom the entry is about · 主体',
    role             Enum8('payer' = 0, 'payee' = 1, 'device' = 2, 'operator' = 3, 'group' = 4, 'holder' = 5, 'all' = 6) COMMENT 'What the subject is to the event · 角色',
    at               DateTime64(3, 'UTC')     COMMENT 'Event time · 事件时间',
    seen             DateTime64(3, 'UTC')     COMMENT 'Append time of the public record · 接入时间',
    logged           DateTime64(3, 'UTC')     COMMENT 'Append time of the first journal batch of the insert · 写入时间',
    source_partition UInt16                   COMMENT 'Partition of the public record · 来源分区',
    source_offset    UInt64                   COMMENT 'Offset of the public record · 来源偏移',
    event_id         String                   COMMENT 'Names the message · 事件编号',
    body             String                   COMMENT 'The event as JSON · 事件内容（JSON）'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (topic, subject, log_partition, ordinal)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Journal entries that are no transfers; ticks are left out, other control stands once · 其他流水条目';

CREATE TABLE IF NOT EXISTS invoices
(
    customer         String                   COMMENT 'Who owes it · 客户',
    invoice_id       String                   COMMENT 'The invoice · 账单编号',
    log_partition    UInt16                   COMMENT 'Journal partition of the last change · 流水分区',
    ordinal          UInt64                   COMMENT 'Entry of the last change · 条目序号',
    at               DateTime64(3, 'UTC')     COMMENT 'When it was issued or last changed · 变更时间',
    amount_minor     Int64                    COMMENT 'Amount, minor units · 金额（最小货币单位）',
    currency         LowCardinality(String)   COMMENT 'ISO 4217 code · 币种',
    issued_on        Date32                   COMMENT 'Date of the invoice · 开票日',
    due_on           Date32                   COMMENT 'Last day on which payment is in time, in the customer’s zone · 到期日',
    status           LowCardinality(String)   COMMENT 'open, cancelled or disputed; paid follows from payments · 状态',
    method           String                   COMMENT 'Method of payment agreed · 付款方式'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (customer, invoice_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Invoices as they stand; read with FINAL · 账单现状';

CREATE MATERIALIZED VIEW IF NOT EXISTS invoices_from_events TO invoices AS
SELECT
    JSONExtractString(body, 'customer') AS customer,
    JSONExtractString(body, 'invoiceId') AS invoice_id,
    log_partition,
    ordinal,
    at,
    JSONExtractInt(body, 'amount', 'minor') AS amount_minor,
    JSONExtractString(body, 'amount', 'currency') AS currency,
    toDate32(JSONExtractString(body, 'issuedOn')) AS issued_on,
    toDate32(JSONExtractString(body, 'dueOn')) AS due_on,
    JSONExtractString(body, 'status') AS status,
    JSONExtractString(body, 'method') AS method
FROM events
WHERE topic = 'invoices' AND role = 'holder';

CREATE TABLE IF NOT EXISTS payments
(
    customer         String                   COMMENT 'Whose debt it pays · 客户',
    payment_id       String                   COMMENT 'The payment · 回款编号',
    log_partition    UInt16                   COMMENT 'Journal partition of the last change · 流水分区',
    ordinal          UInt64                   COMMENT 'Entry of the last change · 条目序号',
    at               DateTime64(3, 'UTC')     COMMENT 'When the money was received or taken back · 时间',
    invoice_id       String                   COMMENT 'The invoice it pays; empty: the oldest unpaid ones, by due date · 账单编号',
    amount_minor     Int64                    COMMENT 'Amount, minor units · 金额（最小货币单位）',
    currency         LowCardinality(String)   COMMENT 'ISO 4217 code · 币种',
    status           LowCardinality(String)   COMMENT 'received or reversed · 状态',
    reversed         UInt8                    COMMENT '1 where it was taken back, which nothing undoes · 是否已冲回',
    transfer_id      String                   COMMENT 'Transfer that brought the money; empty where not named · 转账编号'
)
ENGINE = ReplacingMergeTree(reversed)
ORDER BY (customer, payment_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Payments against invoices as they stand; read with FINAL · 回款现状';

CREATE MATERIALIZED VIEW IF NOT EXISTS payments_from_events TO payments AS
SELECT
    JSONExtractString(body, 'customer') AS customer,
    JSONExtractString(body, 'paymentId') AS payment_id,
    log_partition,
    ordinal,
    at,
    JSONExtractString(body, 'invoiceId') AS invoice_id,
    JSONExtractInt(body, 'amount', 'minor') AS amount_minor,
    JSONExtractString(body, 'amount', 'currency') AS currency,
    JSONExtractString(body, 'status') AS status,
    status = 'reversed' AS reversed,
    JSONExtractString(body, 'transferId') AS transfer_id
FROM events
WHERE topic = 'payments' AND role = 'holder';

-- A payment pays the invoice that it names. What is over, and payments that name none, pay the oldest unpaid ones by due
-- date that are neither cancelled nor disputed.
CREATE VIEW IF NOT EXISTS invoice_balances AS
WITH
    named AS
    (
        SELECT customer, invoice_id, currency, sum(amount_minor) AS minor
        FROM payments FINAL
        WHERE status = 'received' AND invoice_id != ''
        GROUP BY customer, invoice_id, currency
    ),
    owed AS
    (
        SELECT
            i.customer AS customer, i.invoice_id AS invoice_id, i.currency AS currency, i.amount_minor AS amount_minor,
            i.issued_on AS issued_on, i.due_on AS due_on, i.status AS status, i.method AS method,
            if(i.status = 'cancelled', 0, i.amount_minor) AS owed_minor,
            least(owed_minor, named.minor) AS named_minor,
            if(i.status = 'open', owed_minor - named_minor, 0) AS wanted_minor,
            named.minor - named_minor AS over_minor
        FROM invoices AS i FINAL
        LEFT JOIN named ON named.customer = i.customer AND named.invoice_id = i.invoice_id AND named.currency = i.currency
    ),
    free AS
    (
        SELECT customer, currency, sum(minor) AS minor
        FROM
        (
            SELECT customer, currency, amount_minor AS minor FROM payments FINAL WHERE status = 'received' AND invoice_id = ''
            UNION ALL
            SELECT customer, currency, over_minor AS minor FROM owed
        )
        GROUP BY customer, currency
    ),
    queued AS
    (
        SELECT
            owed.*,
            sum(wanted_minor) OVER (PARTITION BY customer, currency ORDER BY due_on, invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS wanted_so_far
        FROM owed
    )
SELECT
    q.customer AS customer, q.invoice_id AS invoice_id, q.currency AS currency, q.amount_minor AS amount_minor,
    q.issued_on AS issued_on, q.due_on AS due_on, q.status AS status, q.method AS method,
    q.named_minor + greatest(0, least(q.wanted_minor, free.minor - (q.wanted_so_far - q.wanted_minor))) AS paid_minor,
    q.owed_minor - paid_minor AS open_minor
FROM queued AS q
LEFT JOIN free ON free.customer = q.customer AND free.currency = q.currency;
