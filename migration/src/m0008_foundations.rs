//! Foundations of a partnership: principles, attitudes, transfers, duty of care; and concerns.

const TABLES: &[&str] =
    &["principle_adoption", "risk_attitude", "risk_transfer", "no_risk_transfer", "duty_of_care_statement", "concern"];

crate::dialect::migration!("m0008_foundations", DDL, TABLES, with homes: TABLES);

const DDL: &str = "
ALTER TABLE partnership ADD COLUMN attitude_revisit_days integer NOT NULL DEFAULT 180
--
CREATE TABLE principle_adoption (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  person_id {uuid} NOT NULL REFERENCES person, principle text NOT NULL, text_version text NOT NULL,
  withdrawn_at {time}, withdrawal_reason text) {strict}
--
CREATE UNIQUE INDEX principle_adoption_live ON principle_adoption (side_id, principle) WHERE withdrawn_at IS NULL
--
CREATE INDEX principle_adoption_partnership ON principle_adoption (partnership_id, created_at, id)
--
CREATE TABLE risk_attitude (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  risk_type text NOT NULL, appetite text NOT NULL, statement text NOT NULL, revision integer NOT NULL,
  current {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX risk_attitude_current ON risk_attitude (side_id, risk_type) WHERE current
--
CREATE INDEX risk_attitude_partnership ON risk_attitude (partnership_id, created_at, id)
--
CREATE TABLE risk_transfer (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  from_side_id {uuid} NOT NULL REFERENCES partnership_side, to_side_id {uuid} NOT NULL REFERENCES partnership_side,
  risk_id {uuid} REFERENCES risk, title text NOT NULL, description text NOT NULL, intent text NOT NULL,
  effect text NOT NULL, channel text NOT NULL, bearing text NOT NULL, state text NOT NULL, discussion text,
  treatment text, closing text) {strict}
--
CREATE INDEX risk_transfer_partnership ON risk_transfer (partnership_id, created_at, id)
--
CREATE INDEX risk_transfer_risk ON risk_transfer (risk_id) WHERE risk_id IS NOT NULL
--
CREATE TABLE no_risk_transfer (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  statement text NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX no_risk_transfer_current ON no_risk_transfer (side_id) WHERE current
--
CREATE INDEX no_risk_transfer_partnership ON no_risk_transfer (partnership_id, created_at, id)
--
CREATE TABLE duty_of_care_statement (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  to_side_id {uuid} NOT NULL REFERENCES partnership_side, legal text, moral text, revision integer NOT NULL,
  current {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX duty_of_care_statement_current ON duty_of_care_statement (side_id, to_side_id) WHERE current
--
CREATE INDEX duty_of_care_statement_partnership ON duty_of_care_statement (partnership_id, created_at, id)
--
CREATE TABLE concern (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  about_id {uuid}, title text NOT NULL, description text NOT NULL,
  audience text NOT NULL, respond_by {date}, state text NOT NULL, answer text,
  answered_by_side {uuid} REFERENCES partnership_side, answered_at {time}, closed_at {time}, closing text) {strict}
--
CREATE INDEX concern_partnership ON concern (partnership_id, created_at, id)
";
