//! Threats, risks, how each side sees them, and the levels computed from that.

crate::dialect::migration!("m0004_risk", DDL, &["threat", "risk", "risk_perception", "risk_level_record"]);

const DDL: &str = "
CREATE TABLE threat (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, title text NOT NULL, kind text NOT NULL,
  description text, mind_set {small}, capability {small}, context {small}) {strict}
--
CREATE INDEX threat_partnership ON threat (partnership_id, title, id)
--
CREATE TABLE risk (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, threat_id {uuid} NOT NULL REFERENCES threat,
  title text NOT NULL, description text, origin text NOT NULL, state text NOT NULL, level text, score integer,
  provisional {bool} NOT NULL, watchlist {bool} NOT NULL, urgency integer NOT NULL, level_record_id {uuid}) {strict}
--
CREATE INDEX risk_partnership ON risk (partnership_id, urgency, id)
--
CREATE INDEX risk_urgency ON risk (urgency, id)
--
CREATE TABLE risk_perception (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, risk_id {uuid} NOT NULL REFERENCES risk,
  side_id {uuid} NOT NULL REFERENCES partnership_side, likelihood {small} NOT NULL CHECK (likelihood BETWEEN 1 AND 5),
  impact {small} NOT NULL CHECK (impact BETWEEN 1 AND 5), rationale text NOT NULL, revision integer NOT NULL,
  current {bool} NOT NULL, UNIQUE (risk_id, side_id, revision)) {strict}
--
CREATE UNIQUE INDEX risk_perception_current ON risk_perception (risk_id, side_id) WHERE current
--
CREATE TABLE risk_level_record (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, risk_id {uuid} NOT NULL REFERENCES risk,
  side_id {uuid} REFERENCES partnership_side, kind text NOT NULL, likelihood {small} NOT NULL, impact {small} NOT NULL,
  score integer NOT NULL, level text NOT NULL, matrix_version text NOT NULL, cause text NOT NULL,
  provisional {bool} NOT NULL, previous_id {uuid}, previous_level text, based_on text NOT NULL) {strict}
--
CREATE INDEX risk_level_record_risk ON risk_level_record (risk_id, created_at, id)
";
