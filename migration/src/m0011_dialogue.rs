//! Dialogue, decisions, and what the sides bring and gain.

const TABLES: &[&str] = &[
    "conversation",
    "conversation_account",
    "communication_plan",
    "communication_contact",
    "feedback",
    "shared_practice",
    "health_check",
    "decision",
    "decision_contribution",
    "policy_consultation",
    "policy_response",
    "strength",
    "benefit",
    "understanding",
    "srm_role",
];

crate::dialect::migration!("m0011_dialogue", DDL, TABLES, with homes: TABLES);

const DDL: &str = "
CREATE TABLE conversation (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  topic text NOT NULL, element text, held_on {date} NOT NULL, method text NOT NULL, follow_ups text) {strict}
--
CREATE INDEX conversation_partnership ON conversation (partnership_id, created_at, id)
--
CREATE TABLE conversation_account (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership,
  conversation_id {uuid} NOT NULL REFERENCES conversation, side_id {uuid} NOT NULL REFERENCES partnership_side,
  participants text NOT NULL, view text NOT NULL, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX conversation_account_partnership ON conversation_account (partnership_id, created_at, id)
--
CREATE UNIQUE INDEX conversation_account_current ON conversation_account (conversation_id, side_id) WHERE current
--
CREATE INDEX conversation_account_conversation ON conversation_account (conversation_id, created_at, id)
--
CREATE TABLE communication_plan (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  meet_every_days integer NOT NULL, share_every_days integer NOT NULL, health_check_every_days integer NOT NULL,
  channels text NOT NULL, languages text NOT NULL, feedback_method text NOT NULL, state text NOT NULL,
  agreed_at {time}) {strict}
--
CREATE INDEX communication_plan_partnership ON communication_plan (partnership_id, created_at, id)
--
CREATE TABLE communication_contact (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  shown_as text NOT NULL, reach text NOT NULL, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX communication_contact_partnership ON communication_contact (partnership_id, created_at, id)
--
CREATE UNIQUE INDEX communication_contact_current ON communication_contact (side_id) WHERE current
--
CREATE TABLE feedback (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  to_side_id {uuid} NOT NULL REFERENCES partnership_side, text text NOT NULL, state text NOT NULL,
  acknowledgement text, acknowledged_at {time}) {strict}
--
CREATE INDEX feedback_partnership ON feedback (partnership_id, created_at, id)
--
CREATE TABLE shared_practice (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  shared_on {date} NOT NULL, title text NOT NULL, description text NOT NULL) {strict}
--
CREATE INDEX shared_practice_partnership ON shared_practice (partnership_id, created_at, id)
--
CREATE TABLE health_check (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  held_on {date} NOT NULL, participants text NOT NULL, findings text NOT NULL, gaps text,
  confirmed_by_side {uuid} REFERENCES partnership_side, confirmed_at {time}) {strict}
--
CREATE INDEX health_check_partnership ON health_check (partnership_id, created_at, id)
--
CREATE TABLE decision (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  title text NOT NULL, description text NOT NULL, effects text NOT NULL, alternatives text, state text NOT NULL,
  emergency_reason text, ratify_by {date}, effective_at {time}, outcome text) {strict}
--
CREATE INDEX decision_partnership ON decision (partnership_id, created_at, id)
--
CREATE TABLE decision_contribution (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, decision_id {uuid} NOT NULL REFERENCES decision,
  side_id {uuid} NOT NULL REFERENCES partnership_side, perspective text, text text NOT NULL) {strict}
--
CREATE INDEX decision_contribution_partnership ON decision_contribution (partnership_id, created_at, id)
--
CREATE INDEX decision_contribution_decision ON decision_contribution (decision_id, created_at, id)
--
CREATE TABLE policy_consultation (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  policy text NOT NULL, question text NOT NULL, respond_by {date} NOT NULL, state text NOT NULL, outcome text,
  closed_at {time}) {strict}
--
CREATE INDEX policy_consultation_partnership ON policy_consultation (partnership_id, created_at, id)
--
CREATE TABLE policy_response (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership,
  consultation_id {uuid} NOT NULL REFERENCES policy_consultation, side_id {uuid} NOT NULL REFERENCES partnership_side,
  position text NOT NULL, text text, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX policy_response_partnership ON policy_response (partnership_id, created_at, id)
--
CREATE UNIQUE INDEX policy_response_current ON policy_response (consultation_id, side_id) WHERE current
--
CREATE INDEX policy_response_consultation ON policy_response (consultation_id, created_at, id)
--
CREATE TABLE strength (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  element text, text text NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX strength_partnership ON strength (partnership_id, created_at, id)
--
CREATE TABLE benefit (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  horizon text NOT NULL, text text NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX benefit_partnership ON benefit (partnership_id, created_at, id)
--
CREATE TABLE understanding (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  of_side_id {uuid} NOT NULL REFERENCES partnership_side, topic text NOT NULL, status text NOT NULL, note text,
  revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX understanding_partnership ON understanding (partnership_id, created_at, id)
--
CREATE UNIQUE INDEX understanding_current ON understanding (side_id, of_side_id, topic) WHERE current
--
CREATE TABLE srm_role (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  shown_as text NOT NULL, responsibility text NOT NULL, ended_at {time}) {strict}
--
CREATE INDEX srm_role_partnership ON srm_role (partnership_id, created_at, id)
";
