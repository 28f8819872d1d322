//! Incidents and what is shared of them, offline writes and commands, devices, and since when a space has had a record.

crate::dialect::migration!(
    "m0005_sync",
    DDL,
    &[
        "incident",
        "incident_restricted",
        "sharing_protocol",
        "incident_release",
        "sync_conflict",
        "sync_command",
        "device",
    ]
);

const DDL: &str = "
ALTER TABLE publication ADD COLUMN first_seq {big} NOT NULL DEFAULT 0
--
UPDATE publication SET first_seq = COALESCE((SELECT min(l.seq) FROM ledger l
  WHERE l.space_no = publication.space_no AND l.record_id = publication.record_id), seq)
--
CREATE TABLE incident (
  {record}, organisation_id {uuid} NOT NULL REFERENCES organisation, captured_by_id {uuid} NOT NULL REFERENCES person,
  title text, narrative text, occurred_on text NOT NULL, known_at {time}, captured_at {time}, country text,
  country_name text, region text, district text, place text, latitude {real}, longitude {real}, location_type text,
  means text, context text, actor_type text, actor_description text, motive text, severity text,
  nationals_killed integer, nationals_wounded integer, nationals_kidnapped integer, internationals_killed integer,
  internationals_wounded integer, internationals_kidnapped integer, affected_un integer,
  affected_international_ngo integer, affected_icrc integer, affected_red_cross integer,
  affected_national_ngo integer, affected_other integer, affected_male integer, affected_female integer,
  affected_gender_unknown integer, programme_impact text, programme_impact_note text, state text NOT NULL,
  state_reason text, duplicate_of_id {uuid} REFERENCES incident, reported_late {bool} NOT NULL, source text,
  source_reference text, source_status text, imported_version integer, sharing {json} NOT NULL,
  UNIQUE (organisation_id, source, source_reference)) {strict}
--
CREATE INDEX incident_occurred ON incident (occurred_on, id)
--
CREATE INDEX incident_duplicate ON incident (duplicate_of_id) WHERE duplicate_of_id IS NOT NULL
--
CREATE TABLE incident_restricted (
  {record}, incident_id {uuid} NOT NULL UNIQUE REFERENCES incident, organisation_id {uuid} NOT NULL REFERENCES organisation,
  victims text, medical text, investigation text, insurance_reference text, medical_reference text,
  premises_reference text) {strict}
--
CREATE TABLE sharing_protocol (
  {record}, partnership_id {uuid} NOT NULL REFERENCES partnership, scope text NOT NULL, max_level text NOT NULL,
  delay_hours integer NOT NULL CHECK (delay_hours BETWEEN 0 AND 8760), terms text, state text NOT NULL,
  agreed_at {time}, ended_at {time}) {strict}
--
CREATE UNIQUE INDEX sharing_protocol_in_effect ON sharing_protocol (partnership_id) WHERE state = 'IN_EFFECT'
--
CREATE TABLE incident_release (
  {record}, incident_id {uuid} NOT NULL REFERENCES incident, partnership_id {uuid} NOT NULL REFERENCES partnership,
  side_id {uuid} NOT NULL REFERENCES partnership_side, protocol_id {uuid} NOT NULL REFERENCES sharing_protocol,
  level text NOT NULL, live {bool} NOT NULL, revoked_at {time}) {strict}
--
CREATE UNIQUE INDEX incident_release_live ON incident_release (incident_id, partnership_id) WHERE live
--
CREATE INDEX incident_release_protocol ON incident_release (protocol_id) WHERE live
--
CREATE TABLE sync_conflict (
  {record}, person_id {uuid} NOT NULL REFERENCES person, collection text NOT NULL, document_id text NOT NULL,
  kind text NOT NULL, code text NOT NULL, rule text, field text, message text, yours text NOT NULL,
  resolved_at {time}) {strict}
--
CREATE INDEX sync_conflict_person ON sync_conflict (person_id, created_at, id)
--
CREATE TABLE sync_command (
  {record}, person_id {uuid} NOT NULL REFERENCES person, name text NOT NULL, input text NOT NULL, captured_at {time},
  expected_version integer, status text NOT NULL, code text, rule text, field text, message text, result_id {uuid}) {strict}
--
CREATE TABLE device (
  {record}, person_id {uuid} NOT NULL REFERENCES person, organisation_id {uuid} NOT NULL REFERENCES organisation,
  issuer text NOT NULL, token_name text NOT NULL, name text NOT NULL, revoked_at {time}, revoked_reason text,
  UNIQUE (issuer, token_name, person_id)) {strict}
";
