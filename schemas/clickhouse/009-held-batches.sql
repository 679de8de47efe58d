-- What is held tells who entered it and which batch it belongs to.

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS
    maker              String DEFAULT ''      COMMENT 'Person who entered it, of what is or was held; else empty · 经办人';

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS
    batch              String DEFAULT ''      COMMENT 'Batch that it belongs to, of what is or was held; else empty · 批次';

ALTER TABLE reviews ADD COLUMN IF NOT EXISTS
    maker              String DEFAULT ''      COMMENT 'Person who entered it; else empty · 经办人';

ALTER TABLE reviews ADD COLUMN IF NOT EXISTS
    batch              String DEFAULT ''      COMMENT 'Batch that it belongs to; else empty · 批次';

ALTER TABLE holds ADD COLUMN IF NOT EXISTS
    maker              String DEFAULT ''      COMMENT 'Person who entered it; else empty · 经办人';

ALTER TABLE holds ADD COLUMN IF NOT EXISTS
    batch              String DEFAULT ''      COMMENT 'Batch that it belongs to; else empty · 批次';

-- Views keep the columns that there were when they were made.
DROP VIEW IF EXISTS reviews_from_decisions;

CREATE MATERIALIZED VIEW IF NOT EXISTS reviews_from_decisions TO reviews AS
SELECT * FROM decisions WHERE outcome = 'hold' OR revision > 1;

CREATE OR REPLACE VIEW decisions_current AS
SELECT * FROM decisions WHERE revision = 1 AND transfer_id NOT IN (SELECT transfer_id FROM reviews)
UNION ALL
SELECT * FROM reviews FINAL;

DROP VIEW IF EXISTS holds_from_decisions;

CREATE MATERIALIZED VIEW IF NOT EXISTS holds_from_decisions TO holds AS
SELECT * FROM decisions WHERE outcome = 'hold' OR (revision > 1 AND status IN ('submitted', 'partially_settled'));

CREATE OR REPLACE VIEW holds_open AS
SELECT * FROM holds FINAL WHERE outcome = 'hold' AND expires_at IS NOT NULL;
