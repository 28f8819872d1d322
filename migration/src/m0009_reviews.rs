//! Joint reviews: questions, sealed answers, indicators, meanings, judgements, tasks and checks.

const TABLES: &[&str] = &[
    "review",
    "review_question",
    "review_answer",
    "review_submission",
    "review_note",
    "review_indicator",
    "category_definitions",
    "indicator_rating",
    "review_action",
    "monitoring_check",
];

crate::dialect::migration!("m0009_reviews", DDL, TABLES, with homes: TABLES);

const DDL: &str = "
CREATE TABLE review (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  previous_id {uuid} REFERENCES review, title text NOT NULL, cycle integer NOT NULL, state text NOT NULL, mode text NOT NULL,
  framework_version text NOT NULL, approach text NOT NULL, starts_on {date}, ends_on {date},
  monitoring_interval_days integer NOT NULL, definitions_id {uuid}, plan_agreed_at {time}, closed_at {time}) {strict}
--
CREATE INDEX review_partnership ON review (partnership_id, created_at, id)
--
CREATE TABLE review_question (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, element text NOT NULL, code text, text text NOT NULL,
  position integer NOT NULL, live {bool} NOT NULL) {strict}
--
CREATE INDEX review_question_review ON review_question (review_id, position, id)
--
CREATE TABLE review_answer (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  question_id {uuid} NOT NULL REFERENCES review_question, side_id {uuid} REFERENCES partnership_side,
  person_id {uuid} NOT NULL REFERENCES person, perspective text, text text NOT NULL, attendance text,
  revision integer NOT NULL, current {bool} NOT NULL, revealed {bool} NOT NULL) {strict}
--
CREATE INDEX review_answer_review ON review_answer (review_id, created_at, id)
--
CREATE INDEX review_answer_question ON review_answer (question_id, created_at, id)
--
CREATE TABLE review_submission (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, live {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX review_submission_live ON review_submission (review_id, side_id) WHERE live
--
CREATE TABLE review_note (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  question_id {uuid} NOT NULL REFERENCES review_question, side_id {uuid} NOT NULL REFERENCES partnership_side,
  text text NOT NULL, differs {bool} NOT NULL) {strict}
--
CREATE INDEX review_note_question ON review_note (question_id, created_at, id)
--
CREATE INDEX review_note_review ON review_note (review_id, created_at, id)
--
CREATE TABLE review_indicator (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, question_id {uuid} REFERENCES review_question,
  of_side_id {uuid} REFERENCES partnership_side, element text NOT NULL, title text NOT NULL, description text,
  state text NOT NULL, result text, waived {bool} NOT NULL, waiver text, live {bool} NOT NULL) {strict}
--
CREATE INDEX review_indicator_review ON review_indicator (review_id, created_at, id)
--
CREATE TABLE category_definitions (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, present text NOT NULL, partially_present text NOT NULL,
  not_present text NOT NULL, evidence_required {bool} NOT NULL, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX category_definitions_review ON category_definitions (review_id, created_at, id)
--
CREATE TABLE indicator_rating (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  indicator_id {uuid} NOT NULL REFERENCES review_indicator, side_id {uuid} NOT NULL REFERENCES partnership_side,
  definitions_id {uuid} NOT NULL REFERENCES category_definitions, category text NOT NULL, evidence text, comment text,
  revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE UNIQUE INDEX indicator_rating_current ON indicator_rating (indicator_id, side_id) WHERE current
--
CREATE INDEX indicator_rating_indicator ON indicator_rating (indicator_id, created_at, id)
--
CREATE TABLE review_action (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  indicator_id {uuid} NOT NULL REFERENCES review_indicator, side_id {uuid} NOT NULL REFERENCES partnership_side,
  owner_side_id {uuid} NOT NULL REFERENCES partnership_side, title text NOT NULL, expected_result text NOT NULL,
  due_on {date} NOT NULL, state text NOT NULL, accepted_as text, reason text, progress text) {strict}
--
CREATE INDEX review_action_review ON review_action (review_id, due_on, id)
--
CREATE INDEX review_action_indicator ON review_action (indicator_id, due_on, id)
--
CREATE TABLE monitoring_check (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, review_id {uuid} NOT NULL REFERENCES review,
  side_id {uuid} NOT NULL REFERENCES partnership_side, held_on {date} NOT NULL, participants text NOT NULL,
  notes text NOT NULL) {strict}
--
CREATE INDEX monitoring_check_review ON monitoring_check (review_id, held_on, id)
";
