//! Capacity, library and advocacy.

const TABLES: &[&str] = &[
    "capacity_declaration",
    "capacity_need",
    "capacity_activity",
    "library_item",
    "advocacy_issue",
    "advocacy_strategy",
    "campaign",
];

crate::dialect::migration!("m0012_capacity", DDL, TABLES, with homes: TABLES);

const DDL: &str = "
CREATE TABLE capacity_declaration (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  element text NOT NULL, text text NOT NULL, revision integer NOT NULL, current {bool} NOT NULL) {strict}
--
CREATE INDEX capacity_declaration_partnership ON capacity_declaration (partnership_id, created_at, id)
--
CREATE UNIQUE INDEX capacity_declaration_current ON capacity_declaration (side_id, element) WHERE current
--
CREATE TABLE capacity_need (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  for_side_id {uuid} NOT NULL REFERENCES partnership_side, element text NOT NULL, title text NOT NULL,
  description text NOT NULL, state text NOT NULL, closing text) {strict}
--
CREATE INDEX capacity_need_partnership ON capacity_need (partnership_id, created_at, id)
--
CREATE TABLE capacity_activity (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  need_id {uuid} REFERENCES capacity_need, from_side_id {uuid} REFERENCES partnership_side,
  to_side_id {uuid} NOT NULL REFERENCES partnership_side, kind text NOT NULL, title text NOT NULL,
  description text NOT NULL, starts_on {date} NOT NULL, ends_on {date}, state text NOT NULL, outcome text,
  sustainability_plan text) {strict}
--
CREATE INDEX capacity_activity_partnership ON capacity_activity (partnership_id, created_at, id)
--
CREATE INDEX capacity_activity_need ON capacity_activity (need_id, created_at, id) WHERE need_id IS NOT NULL
--
CREATE TABLE library_item (
  {record}, organisation_id {uuid} NOT NULL REFERENCES organisation, partnership_id {uuid} REFERENCES partnership,
  work_id {uuid} NOT NULL REFERENCES library_item, adapted_from_id {uuid} REFERENCES library_item,
  previous_id {uuid} REFERENCES library_item, visibility text NOT NULL, kind text NOT NULL, title text NOT NULL,
  description text NOT NULL, language text NOT NULL, link text, edition text, rights text NOT NULL,
  current {bool} NOT NULL) {strict}
--
CREATE INDEX library_item_partnership ON library_item (partnership_id, created_at, id)
--
CREATE INDEX library_item_organisation ON library_item (organisation_id, created_at, id)
--
CREATE INDEX library_item_work ON library_item (work_id, created_at, id)
--
CREATE UNIQUE INDEX library_item_language ON library_item (work_id, organisation_id, language) WHERE current
--
CREATE TABLE advocacy_issue (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  about_id {uuid}, title text NOT NULL, description text NOT NULL, audience text NOT NULL, closed_at {time},
  outcome text) {strict}
--
CREATE INDEX advocacy_issue_partnership ON advocacy_issue (partnership_id, created_at, id)
--
CREATE TABLE advocacy_strategy (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  issue_id {uuid} NOT NULL REFERENCES advocacy_issue, scope text NOT NULL, title text NOT NULL, goals text NOT NULL,
  objectives text NOT NULL, targets text NOT NULL, messages text NOT NULL, allies text NOT NULL,
  opportunities text NOT NULL, state text NOT NULL, adopted_at {time}) {strict}
--
CREATE INDEX advocacy_strategy_partnership ON advocacy_strategy (partnership_id, created_at, id)
--
CREATE INDEX advocacy_strategy_issue ON advocacy_strategy (issue_id, created_at, id)
--
CREATE TABLE campaign (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, side_id {uuid} NOT NULL REFERENCES partnership_side,
  strategy_id {uuid} NOT NULL REFERENCES advocacy_strategy, title text NOT NULL, starts_on {date} NOT NULL,
  signatories text NOT NULL, ended_at {time}, outcome text) {strict}
--
CREATE INDEX campaign_partnership ON campaign (partnership_id, created_at, id)
--
CREATE INDEX campaign_strategy ON campaign (strategy_id, created_at, id)
";
