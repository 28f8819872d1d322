//! What fell due is told once; kinds of evidence; concerns without a name; terms that change by consent.

crate::dialect::migration!("m0015_due", DDL, &[]);

const DDL: &str = "
CREATE TABLE due_told (
  record_id {uuid} NOT NULL, event text NOT NULL, due_on {date} NOT NULL, at {time} NOT NULL,
  PRIMARY KEY (record_id, event, due_on)) {strict}
--
CREATE INDEX concern_open ON concern (respond_by) WHERE state = 'RAISED'
--
CREATE INDEX review_action_open ON review_action (due_on) WHERE state IN ('ACCEPTED', 'IN_PROGRESS')
--
CREATE INDEX review_monitored ON review (id) WHERE state = 'MONITORING'
--
ALTER TABLE category_definitions ADD COLUMN evidence_kinds text
--
ALTER TABLE indicator_rating ADD COLUMN evidence_kinds text
--
ALTER TABLE review_indicator ADD COLUMN reopened_at {time}
--
ALTER TABLE concern ADD COLUMN anonymous {bool} NOT NULL DEFAULT FALSE
--
CREATE INDEX partnership_living ON partnership (id) WHERE state IN ('ACTIVE', 'SUSPENDED')
";
