//! Meetings of a review, and other assessments that it is aligned with.

const TABLES: &[&str] = &["review_session", "related_assessment"];

crate::dialect::migration!("m0014_planning", DDL, TABLES, with homes: TABLES);

const DDL: &str = "
CREATE TABLE review_session (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, held_on {date} NOT NULL, time text NOT NULL,
  method text NOT NULL, place text NOT NULL, live {bool} NOT NULL) {strict}
--
CREATE INDEX review_session_partnership ON review_session (partnership_id, created_at, id)
--
CREATE INDEX review_session_review ON review_session (review_id, held_on, id)
--
CREATE TABLE related_assessment (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, department text NOT NULL, reference text NOT NULL,
  reuse text NOT NULL) {strict}
--
CREATE INDEX related_assessment_partnership ON related_assessment (partnership_id, created_at, id)
--
CREATE INDEX related_assessment_review ON related_assessment (review_id, created_at, id)
--
ALTER TABLE review_answer ADD COLUMN reused_from_id {uuid} REFERENCES related_assessment
";
