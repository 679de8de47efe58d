-- What panels read, kept up to date by each insert, so that none of them reads all decisions. Sums by minute and hour
-- count from the making of their tables on; what was held before is found.

-- Most transfers are revised, if only because they settle; few are ever held. A hold ends with a revision that is a
-- person's word, an expiry or an amendment (the transfer is still submitted, or settled in part), or with a last word of
-- upstream, which leaves the outcome as it was. What becomes of a transfer after that changes nothing here.
CREATE TABLE IF NOT EXISTS holds AS decisions
ENGINE = ReplacingMergeTree(revision)
ORDER BY transfer_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Decisions that were held, as they stand or ended; read with FINAL · 曾待审的决定';

CREATE MATERIALIZED VIEW IF NOT EXISTS holds_from_decisions TO holds AS
SELECT * FROM decisions WHERE outcome = 'hold' OR (revision > 1 AND status IN ('submitted', 'partially_settled'));

-- A row that is inserted twice replaces itself.
INSERT INTO holds
SELECT * FROM decisions WHERE outcome = 'hold' OR (revision > 1 AND status IN ('submitted', 'partially_settled'));

CREATE OR REPLACE VIEW holds_open AS
SELECT * FROM holds FINAL WHERE outcome = 'hold' AND expires_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS delays_by_minute
(
    minute       DateTime('UTC')              COMMENT 'Minute in which it came in · 接入分钟',
    bucket       UInt8                        COMMENT 'Delay in quarters of a doubling: 4·log2(1 + ms) · 延迟区间',
    times        UInt64                       COMMENT 'Transfers · 转账数',
    beyond       UInt64                       COMMENT 'Of those, beyond lateness · 超出迟到容限'
)
ENGINE = SummingMergeTree
ORDER BY (minute, bucket)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'How long after their event time transfers came in, by minute · 每分钟到达延迟';

CREATE MATERIALIZED VIEW IF NOT EXISTS delays_by_minute_from_decisions TO delays_by_minute AS
SELECT
    toStartOfMinute(toDateTime(seen, 'UTC')) AS minute,
    toUInt8(round(4 * log2(1 + greatest(0, dateDiff('millisecond', at, seen))))) AS bucket,
    count() AS times,
    countIf(beyond_lateness) AS beyond
FROM decisions
WHERE revision = 1
GROUP BY minute, bucket;

CREATE TABLE IF NOT EXISTS border_flow_by_hour
(
    hour         DateTime('UTC')              COMMENT 'Hour of the event time · 小时',
    payer_country LowCardinality(String)      COMMENT 'Payer’s country · 付款人国家',
    payee_country LowCardinality(String)      COMMENT 'Payee’s country · 收款人国家',
    currency     LowCardinality(String)       COMMENT 'ISO 4217 code · 币种',
    transfers    UInt64                       COMMENT 'Transfers as they were submitted · 转账笔数',
    amount_minor Int128                       COMMENT 'Their amount, minor units · 金额（最小货币单位）'
)
ENGINE = SummingMergeTree
ORDER BY (hour, payer_country, payee_country, currency)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Transfers from one country to another by hour, as they were submitted · 每小时跨境流向';

CREATE MATERIALIZED VIEW IF NOT EXISTS border_flow_by_hour_from_entries TO border_flow_by_hour AS
SELECT
    toStartOfHour(toDateTime(at, 'UTC')) AS hour,
    debtor_country AS payer_country,
    creditor_country AS payee_country,
    currency,
    count() AS transfers,
    sum(toInt128(amount_minor)) AS amount_minor
FROM entries
WHERE debtor_country != creditor_country AND debtor_country != '' AND creditor_country != '' AND role = 'payer' AND status = 'submitted'
GROUP BY hour, payer_country, payee_country, currency;

-- What is paid and open of each invoice, as before, in half the time: what is over is summed along with the queue.
CREATE OR REPLACE VIEW invoice_balances AS
WITH
    named AS
    (
        SELECT customer, invoice_id, currency, sum(amount_minor) AS minor
        FROM payments FINAL
        WHERE status = 'received' AND invoice_id != ''
        GROUP BY customer, invoice_id, currency
    ),
    unnamed AS
    (
        SELECT customer, currency, sum(amount_minor) AS minor
        FROM payments FINAL
        WHERE status = 'received' AND invoice_id = ''
        GROUP BY customer, currency
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
    queued AS
    (
        SELECT
            owed.*,
            sum(wanted_minor) OVER (PARTITION BY customer, currency ORDER BY due_on, invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS wanted_so_far,
            sum(over_minor) OVER (PARTITION BY customer, currency) AS over_of_all
        FROM owed
    )
SELECT
    q.customer AS customer, q.invoice_id AS invoice_id, q.currency AS currency, q.amount_minor AS amount_minor,
    q.issued_on AS issued_on, q.due_on AS due_on, q.status AS status, q.method AS method,
    q.named_minor + greatest(0, least(q.wanted_minor, q.over_of_all + unnamed.minor - (q.wanted_so_far - q.wanted_minor))) AS paid_minor,
    q.owed_minor - paid_minor AS open_minor
FROM queued AS q
LEFT JOIN unnamed ON unnamed.customer = q.customer AND unnamed.currency = q.currency;
