//! The end of a partnership: what each side says it means for its people.

crate::dialect::migration!("m0010_ending", DDL, &["end_assessment"], with homes: &["end_assessment"]);

const DDL: &str = "
CREATE TABLE end_assessment (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  implications text NOT NULL, measures text NOT NULL, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX end_assessment_current ON end_assessment (side_id) WHERE current
--
CREATE INDEX end_assessment_partnership ON end_assessment (partnership_id, created_at, id)
";
