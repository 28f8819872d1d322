//! Organisations, their people, and how people sign in.

crate::dialect::migration!("m0002_people", DDL, &["organisation", "person", "account", "membership"]);

const DDL: &str = "
CREATE TABLE organisation (
  {record}, name text NOT NULL, kind text NOT NULL, country text NOT NULL, base_language text NOT NULL,
  listed {bool} NOT NULL, security_contact text) {strict}
--
CREATE INDEX organisation_name ON organisation (name, id)
--
CREATE TABLE person (
  {record}, organisation_id {uuid} NOT NULL REFERENCES organisation, name text NOT NULL, recruitment text NOT NULL,
  contact text) {strict}
--
CREATE INDEX person_organisation ON person (organisation_id, name, id)
--
CREATE TABLE account (
  {record}, organisation_id {uuid} NOT NULL REFERENCES organisation, person_id {uuid} NOT NULL REFERENCES person, issuer text NOT NULL, subject text NOT NULL,
  tokens_since {time}, signed_out_at {time}, status text NOT NULL, UNIQUE (issuer, subject)) {strict}
--
CREATE INDEX account_person ON account (person_id)
--
CREATE TABLE membership (
  {record}, organisation_id {uuid} NOT NULL REFERENCES organisation, person_id {uuid} NOT NULL REFERENCES person,
  role text NOT NULL, valid_from {time} NOT NULL, valid_until {time}) {strict}
--
CREATE INDEX membership_person ON membership (person_id)
--
CREATE INDEX membership_organisation ON membership (organisation_id)
";
