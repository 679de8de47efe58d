-- The mark of a transfer that came beyond lateness, and what waits for an approval now.

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS
    beyond_lateness    Bool DEFAULT false     COMMENT 'True where it came beyond lateness: judged and reserved, in no window · 超出迟到容限';

ALTER TABLE reviews ADD COLUMN IF NOT EXISTS
    beyond_lateness    Bool DEFAULT false     COMMENT 'True where it came beyond lateness: judged and reserved, in no window · 超出迟到容限';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    beyond_lateness    Bool DEFAULT false     COMMENT 'True where the transfer that hit came beyond lateness · 超出迟到容限';

-- Views keep the columns that there were when they were made.
DROP VIEW IF EXISTS reviews_from_decisions;

CREATE MATERIALIZED VIEW IF NOT EXISTS reviews_from_decisions TO reviews AS
SELECT * FROM decisions WHERE outcome = 'hold' OR revision > 1;

CREATE OR REPLACE VIEW decisions_current AS
SELECT * FROM decisions WHERE revision = 1 AND transfer_id NOT IN (SELECT transfer_id FROM reviews)
UNION ALL
SELECT * FROM reviews FINAL;

-- A hold that waits has an end; one that upstream settled, failed or cancelled meanwhile has none any more.
CREATE VIEW IF NOT EXISTS holds_open AS
SELECT * FROM reviews FINAL WHERE outcome = 'hold' AND expires_at IS NOT NULL;

-- How late each entry of a transfer was for its subject when it came. An entry is written before it is
-- folded, so it bears no mark itself: it was beyond lateness where it was further behind than the setting.
CREATE VIEW IF NOT EXISTS entries_behind AS
SELECT *, greatest(0, dateDiff('millisecond', at, seen_up_to)) AS behind_ms
FROM
(
    SELECT
        *,
        max(least(at, seen)) OVER (
            PARTITION BY log_partition, subject_kind, subject ORDER BY ordinal
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS seen_up_to
    FROM entries
);
