//! Partnerships, their sides and people, and the consent of every side.

crate::dialect::migration!(
    "m0003_partnerships",
    DDL,
    &["partnership", "partnership_side", "side_role", "consent_request", "consent"]
);

const DDL: &str = "
CREATE TABLE partnership (
  {record}, title text NOT NULL, scope text NOT NULL, country text NOT NULL, state text NOT NULL, agreement_ref text,
  no_agreement {bool} NOT NULL, agreement_on_security text NOT NULL, security_clause text, starts_on {date},
  ends_on {date}, drafted_by_side {uuid} NOT NULL, proposed_at {time}, activated_at {time}, state_reason text) {strict}
--
CREATE INDEX partnership_title ON partnership (title, id)
--
CREATE TABLE partnership_side (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, organisation_id {uuid} NOT NULL REFERENCES organisation,
  shown_as text NOT NULL, position integer NOT NULL, UNIQUE (partnership_id, organisation_id)) {strict}
--
CREATE INDEX partnership_side_organisation ON partnership_side (organisation_id)
--
CREATE TABLE side_role (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  person_id {uuid} NOT NULL REFERENCES person, role text NOT NULL, shown_as text NOT NULL, valid_from {time} NOT NULL,
  valid_until {time}) {strict}
--
CREATE INDEX side_role_person ON side_role (person_id)
--
CREATE INDEX side_role_side ON side_role (side_id)
--
CREATE TABLE consent_request (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, subject_kind text NOT NULL, subject_id {uuid} NOT NULL,
  action text NOT NULL, content_hash text NOT NULL, content text NOT NULL, state text NOT NULL,
  asked_by_side {uuid} NOT NULL REFERENCES partnership_side, closed_at {time}) {strict}
--
CREATE UNIQUE INDEX consent_request_open ON consent_request (subject_id, action) WHERE state = 'OPEN'
--
CREATE INDEX consent_request_partnership ON consent_request (partnership_id, created_at, id)
--
CREATE INDEX consent_request_subject ON consent_request (subject_id, created_at, id)
--
CREATE TABLE consent (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, request_id {uuid} NOT NULL REFERENCES consent_request,
  side_id {uuid} NOT NULL REFERENCES partnership_side, person_id {uuid} NOT NULL REFERENCES person, decision text NOT NULL,
  content_hash text NOT NULL, comment text, live {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX consent_live ON consent (request_id, side_id) WHERE live
";
