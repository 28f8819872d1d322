-- The data set of the benchmark, in our own tables: numbers and ties as in the harness (row n of table t has the id
-- md5('<t>:'||n)), publications by the rules of `audience`, and ledgers whose chain `safepact verify` accepts.
-- Needs an empty, migrated PostgreSQL database. `scale` multiplies risks, level records and incidents.
--
--   psql -v scale=1 -f setup.sql DATABASE_URL
\set ON_ERROR_STOP on
\if :{?scale}
\else
\set scale 1
\endif
SET client_min_messages = warning;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';
SET TIME ZONE 'UTC';
SELECT count(*) > 0 AS filled FROM space \gset
\if :filled
\echo 'this database holds data already'
\quit
\endif

-- Numbers of the spaces: 1 the network, then a range for each kind.
CREATE FUNCTION pg_temp.org_space(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 10 + n';
CREATE FUNCTION pg_temp.person_space(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 5000 + n';
CREATE FUNCTION pg_temp.partnership_space(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 10000 + n';
-- Partnerships in which commands are measured: the last 200, as those of the peers, and those of `some` and `one`.
CREATE FUNCTION pg_temp.works(n int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n > 4800 OR n % 20 = 3 OR n = 1234';
CREATE FUNCTION pg_temp.side_space(n int, side int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 20000 + 2 * n + side';
CREATE FUNCTION pg_temp.key(t text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$SELECT md5(t || ':' || n)::uuid$$;
-- Organisations of the two sides of partnership n.
CREATE FUNCTION pg_temp.lead(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1 + n % 700';
CREATE FUNCTION pg_temp.partner(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 701 + (n * 7) % 1300';

-- Triggers and indexes wait until the rows are there.
CREATE TEMP TABLE later AS
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace s ON s.oid = c.relnamespace
  WHERE s.nspname = 'public' AND c.relname IN ('risk', 'risk_level_record', 'incident', 'publication', 'ledger')
    AND NOT i.indisunique;
DO $$ DECLARE i record; BEGIN FOR i IN SELECT name FROM later LOOP EXECUTE 'DROP INDEX ' || i.name; END LOOP; END $$;
SET session_replication_role = replica;

INSERT INTO space (no, kind, subject_id, head_seq, head_hash) VALUES (1, 'NETWORK', '00000000-0000-0000-0000-000000000000', 0, decode(repeat('00', 32), 'hex'));
INSERT INTO space (no, kind, subject_id, head_seq, head_hash)
  SELECT pg_temp.org_space(n), 'ORGANISATION', pg_temp.key('o', n), 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 2000) n
  UNION ALL SELECT pg_temp.person_space(n), 'PERSON', pg_temp.key('u', n), 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 503) n
  UNION ALL SELECT pg_temp.partnership_space(n), 'PARTNERSHIP', pg_temp.key('p', n), 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 5000) n
  UNION ALL SELECT pg_temp.side_space(n, s), 'SIDE', pg_temp.key('s', 2 * n + s), 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 5000) n, generate_series(0, 1) s;
SELECT setval(pg_get_serial_sequence('space', 'no'), 100000) \g /dev/null

INSERT INTO organisation (id, version, created_by, created_at, updated_at, name, kind, country, base_language, listed, spaces, lesser)
  SELECT pg_temp.key('o', n), 1, '00000000-0000-0000-0000-000000000000', '2023-01-01', timestamptz '2023-01-01' + n * interval '1 hour',
    'Organisation number ' || n || ' for relief and recovery', (ARRAY['INTERNATIONAL', 'LOCAL', 'UN', 'GOVERNMENT'])[1 + n % 4],
    (ARRAY['SS', 'SD', 'SO', 'SY', 'YE', 'AF', 'CD', 'CF', 'ML', 'NE'])[1 + n % 10], 'en', true, ARRAY[1, pg_temp.org_space(n)], ARRAY[-1]
  FROM generate_series(1, 2000) n;

-- 500 people of the data set, and three who are measured: of every partnership, of 250 and of one.
CREATE TEMP TABLE who AS
  SELECT n, 1 + n % 2000 AS org, 'user' || n AS subject FROM generate_series(1, 500) n
  UNION ALL SELECT * FROM (VALUES (501, 2, 'all'), (502, pg_temp.lead(3), 'some'), (503, pg_temp.lead(1234), 'one')) v(n, org, subject);
INSERT INTO person (id, version, created_by, created_at, updated_at, organisation_id, name, recruitment, spaces)
  SELECT pg_temp.key('u', n), 1, pg_temp.key('u', n), '2023-01-02', '2023-01-02', pg_temp.key('o', org), 'User ' || n, 'LOCAL', ARRAY[pg_temp.org_space(org), pg_temp.person_space(n)] FROM who;
INSERT INTO account (id, version, created_by, created_at, updated_at, organisation_id, person_id, issuer, subject, status, spaces)
  SELECT pg_temp.key('ac', n), 1, pg_temp.key('u', n), '2023-01-02', '2023-01-02', pg_temp.key('o', org), pg_temp.key('u', n),
    'urn:safepact:embedded', subject, 'ACTIVE', ARRAY[pg_temp.org_space(org), pg_temp.person_space(n)] FROM who;

-- Appointments: ten for each of the 500, and those of the three. Always on the leading side.
CREATE TEMP TABLE appointed AS
  SELECT row_number() OVER () AS n, person, partnership FROM (
    SELECT DISTINCT 1 + n % 500 AS person, 1 + (n * 17) % 5000 AS partnership FROM generate_series(1, 5000) n
    UNION ALL SELECT 501, n FROM generate_series(1, 5000) n
    UNION ALL SELECT 502, n FROM generate_series(1, 5000) n WHERE n % 20 = 3
    UNION ALL SELECT 503, 1234) v;
CREATE TEMP TABLE employed AS
  SELECT row_number() OVER () AS n, person, org FROM (
    SELECT n AS person, org FROM who UNION SELECT person, pg_temp.lead(partnership) FROM appointed) v;
INSERT INTO membership (id, version, created_by, created_at, updated_at, organisation_id, person_id, role, valid_from, spaces)
  SELECT pg_temp.key('m', n), 1, pg_temp.key('u', person), '2023-01-03', '2023-01-03', pg_temp.key('o', org), pg_temp.key('u', person), 'STAFF', '2023-01-03',
    ARRAY[pg_temp.org_space(org), pg_temp.person_space(person)] FROM employed;

-- A duty station of the harness is a country here: 1 to 200 have 24 partnerships each, the others share 200.
CREATE TEMP TABLE country AS SELECT station, country FROM unnest(regexp_split_to_array(
  'AF AX AL DZ AS AD AO AI AQ AG AR AM AW AU AT AZ BS BH BD BB BY BE BZ BJ BM BT BO BQ BA BW BV BR IO VG BN BG BF BI CV KH
   CM CA KY CF TD CL CN HK MO CX CC CO KM CG CK CR HR CU CW CY CZ KP CD DK DJ DM DO EC EG SV GQ ER EE SZ ET FK FO FJ FI FR
   GF PF TF GA GM GE DE GH GI GR GL GD GP GU GT GG GN GW GY HT HM VA HN HU IS IN ID IR IQ IE IM IL IT CI JM JP JE JO KZ KE
   KI KW KG LA LV LB LS LR LY LI LT LU MG MW MY MV ML MT MH MQ MR MU YT MX FM MC MN ME MS MA MZ MM NA NR NP NL NC NZ NI NE
   NG NU NF MP MK NO OM PK PW PA PG PY PE PH PN PL PT PR QA KR MD RE RO RU RW BL SH KN LC MF PM VC WS SM ST SA SN RS SC SL
   SG SX SK SI SB SO ZA GS SS ES LK PS SD SR SJ SE CH SY TW TJ TH TL TG TK TO TT TN TR TM TC TV UG UA AE GB TZ UM US VI UY
   UZ VU VE VN WF EH YE ZM ZW', '\s+')) WITH ORDINALITY c(country, station);
INSERT INTO partnership (id, version, created_by, created_at, updated_at, title, scope, country, state, agreement_ref, no_agreement,
    agreement_on_security, starts_on, drafted_by_side, proposed_at, activated_at, spaces)
  SELECT pg_temp.key('p', n), 1, pg_temp.key('u', 1 + n % 500), timestamptz '2023-06-01' + n * interval '1 minute', timestamptz '2023-06-01' + n * interval '1 minute',
    'Partnership ' || n || ' on protection and livelihoods', 'Protection and livelihoods of families in the area of station ' || station,
    country, CASE WHEN pg_temp.works(n) THEN 'ACTIVE' ELSE (ARRAY['ACTIVE', 'ACTIVE', 'ACTIVE', 'SUSPENDED', 'ENDED'])[1 + n % 5] END, 'PA-' || lpad(n::text, 6, '0'), false,
    'YES', date '2022-01-01' + n % 900, pg_temp.key('s', 2 * n), '2023-06-01', '2023-06-02', ARRAY[pg_temp.partnership_space(n)]
  FROM (SELECT n, CASE WHEN n <= 4800 THEN 1 + n % 200 ELSE 201 + n % 48 END AS station FROM generate_series(1, 5000) n) x
  JOIN country USING (station);
INSERT INTO partnership_side (id, version, created_by, created_at, updated_at, partnership_id, organisation_id, shown_as, position, spaces)
  SELECT pg_temp.key('s', 2 * n + s), 1, pg_temp.key('u', 1 + n % 500), timestamptz '2023-06-01' + n * interval '1 minute', timestamptz '2023-06-01' + n * interval '1 minute', pg_temp.key('p', n), pg_temp.key('o', org),
    'Organisation number ' || org || ' for relief and recovery', s + 1, ARRAY[pg_temp.partnership_space(n)]
  FROM generate_series(1, 5000) n, generate_series(0, 1) s, LATERAL (SELECT CASE s WHEN 0 THEN pg_temp.lead(n) ELSE pg_temp.partner(n) END AS org) o;
INSERT INTO side_role (id, version, created_by, created_at, updated_at, partnership_id, side_id, person_id, role, shown_as, valid_from, spaces)
  SELECT pg_temp.key('role', n), 1, pg_temp.key('u', person), '2023-07-01', '2023-07-01', pg_temp.key('p', partnership), pg_temp.key('s', 2 * partnership), pg_temp.key('u', person),
    'SRM_FOCAL_POINT', 'User ' || person, '2023-07-01', ARRAY[pg_temp.partnership_space(partnership), pg_temp.person_space(person)] FROM appointed;
INSERT INTO threat (id, version, created_by, created_at, updated_at, partnership_id, title, kind, description, mind_set, capability, context, spaces)
  SELECT pg_temp.key('t', n), 1, pg_temp.key('u', 1 + n % 500), '2023-08-01', '2023-08-01', pg_temp.key('p', n), 'Threat to partnership ' || n, (ARRAY['HUMAN', 'HAZARD', 'ACCIDENT', 'HEALTH'])[1 + n % 4],
    'Observed in field monitoring.', 1 + n % 5, 1 + n % 4, 1 + n % 3, ARRAY[pg_temp.partnership_space(n)] FROM generate_series(1, 5000) n;

CREATE TEMP TABLE r AS
  SELECT n, 1 + ((n::bigint * 7919) % 5000)::int AS p, 1 + (n * 13::bigint) % 5 AS l, 1 + (n / 5) % 5 AS i FROM generate_series(1, (200000 * :scale)::int) n;
INSERT INTO risk (id, version, created_by, created_at, updated_at, partnership_id, threat_id, title, description, origin, state, level, score,
    provisional, watchlist, urgency, level_record_id, spaces)
  SELECT pg_temp.key('r', n), 1, pg_temp.key('u', 1 + n % 500), timestamptz '2023-09-01' + n * interval '1 second' / :scale,
    timestamptz '2024-01-01' + (n / 3) * interval '15 minutes' / :scale, pg_temp.key('p', p), pg_temp.key('t', p), 'Risk ' || n || ': diversion or delay of assistance',
    'Observed in field monitoring of item ' || n || '. Partner capacity is limited and access changes weekly; the mitigation is tracked with the lead organisation and reviewed each month.',
    (ARRAY['PRE_EXISTING', 'CAUSED_BY_PARTNERSHIP', 'TRANSFORMED'])[1 + n % 3],
    CASE WHEN pg_temp.works(p) THEN 'IDENTIFIED' ELSE 'ASSESSED' END, level, l * i, false, n % 50 = 0,
    (CASE level WHEN 'CRITICAL' THEN 5 WHEN 'HIGH' THEN 4 WHEN 'MEDIUM' THEN 3 ELSE 2 END) * 10000 + l * i * 100 + i,
    pg_temp.key('ra', n + (400000 * :scale)::int), ARRAY[pg_temp.partnership_space(p)]
  FROM r, LATERAL (SELECT CASE WHEN l * i >= 20 THEN 'CRITICAL' WHEN l * i >= 12 THEN 'HIGH' WHEN l * i >= 6 THEN 'MEDIUM' ELSE 'LOW' END AS level) b
  ORDER BY md5('shuffle' || n);
-- Where commands are measured the partner has spoken already: then a view of the other side moves the level.
INSERT INTO risk_perception (id, version, created_by, created_at, updated_at, partnership_id, risk_id, side_id, likelihood, impact, rationale, revision,
    current, spaces)
  SELECT pg_temp.key('rp', n), 1, pg_temp.key('u', 1 + n % 500), '2024-03-01', '2024-03-01', pg_temp.key('p', p), pg_temp.key('r', n), pg_temp.key('s', 2 * p + 1),
    l, i, 'Seen so in the field.', 1, true, ARRAY[pg_temp.partnership_space(p)] FROM r WHERE pg_temp.works(p);
INSERT INTO risk_level_record (id, version, created_by, created_at, updated_at, partnership_id, risk_id, kind, likelihood, impact, score, level,
    matrix_version, cause, provisional, previous_id, based_on, spaces)
  SELECT pg_temp.key('ra', r.n + (200000 * :scale)::int * k), 1, pg_temp.key('u', 1 + r.n % 500), at, at, pg_temp.key('p', p), pg_temp.key('r', r.n), 'PRESENT', l, i, l * i,
    CASE WHEN l * i >= 20 THEN 'CRITICAL' WHEN l * i >= 12 THEN 'HIGH' WHEN l * i >= 6 THEN 'MEDIUM' ELSE 'LOW' END, 'UNICEF-2008', 'REASSESSMENT', false,
    CASE WHEN k > 0 THEN pg_temp.key('ra', r.n + (200000 * :scale)::int * (k - 1)) END, '', ARRAY[pg_temp.partnership_space(p)]
  FROM r, generate_series(0, 2) k, LATERAL (SELECT timestamptz '2024-02-01' + (r.n + (200000 * :scale)::int * k) * interval '2 minutes' / :scale AS at) t
  ORDER BY md5('s2' || r.n || k);
INSERT INTO incident (id, version, created_by, created_at, updated_at, organisation_id, captured_by_id, title, narrative, occurred_on, country, place, means,
    severity, nationals_wounded, state, reported_late, source, source_reference, imported_version, sharing, spaces)
  SELECT pg_temp.key('i', n), 1, pg_temp.key('u', 1 + n % 500), at, at, pg_temp.key('o', pg_temp.lead(1 + n % 5000)), pg_temp.key('u', 1 + n % 500), 'Incident ' || n,
    'Cars were stopped on the road and let go after an hour.', to_char(at, 'YYYY-MM-DD'), 'SS', 'Place ' || n % 97, 'SHOOTING', NULL, n % 3, 'REPORTED', false, 'bench', n::text, 1, '[]',
    ARRAY[pg_temp.org_space(pg_temp.lead(1 + n % 5000))]
  FROM generate_series(1, (300000 * :scale)::int) n, LATERAL (SELECT timestamptz '2024-01-02' + n * interval '5 minutes' / :scale AS at) t;

-- Where every record is published: own places, or those of its partnership.
CREATE TEMP TABLE places (record_id uuid, space_no int, kind text, level smallint, parent_id uuid, at timestamptz, event text, command text, actor uuid, payload text);
INSERT INTO places
  SELECT o.id, p.no, 'ORGANISATION', p.level::smallint, NULL::uuid, o.created_at, 'organisation.enrolled', 'enrol', o.created_by, json_build_object('name', o.name)::text
    FROM organisation o, LATERAL (VALUES (1, 1), (o.spaces[2], 2)) p(no, level)
  UNION ALL SELECT id, s, 'PERSON', 2, NULL, created_at, 'person.added', 'addPerson', created_by, json_build_object('name', name)::text FROM person, unnest(spaces) s
  UNION ALL SELECT id, s, 'ACCOUNT', 2, NULL, created_at, 'account.opened', 'openAccount', created_by, json_build_object('subject', subject)::text FROM account, unnest(spaces) s
  UNION ALL SELECT id, s, 'MEMBERSHIP', 2, NULL, created_at, 'membership.given', 'giveMembership', created_by, json_build_object('role', role)::text FROM membership, unnest(spaces) s
  UNION ALL SELECT id, s, 'PARTNERSHIP', 2, NULL, created_at, 'partnership.activated', 'giveConsent', created_by, json_build_object('state', state, 'title', title)::text FROM partnership, unnest(spaces) s
  UNION ALL SELECT id, s, 'PARTNERSHIP_SIDE', 2, partnership_id, created_at, 'partnership.side_named', 'createPartnership', created_by, json_build_object('shown_as', shown_as)::text FROM partnership_side, unnest(spaces) s
  UNION ALL SELECT id, s, 'SIDE_ROLE', 2, CASE WHEN s < 10000 THEN NULL ELSE partnership_id END, created_at, 'side_role.assigned', 'assignSideRole', created_by, json_build_object('role', role)::text FROM side_role, unnest(spaces) s
  UNION ALL SELECT id, s, 'THREAT', 2, partnership_id, created_at, 'threat.identified', 'identifyThreat', created_by, json_build_object('title', title)::text FROM threat, unnest(spaces) s
  UNION ALL SELECT id, s, 'RISK', 2, partnership_id, updated_at, 'risk.assessed', 'recordPerception', created_by, json_build_object('level', level, 'score', score, 'title', title)::text FROM risk, unnest(spaces) s
  UNION ALL SELECT id, s, 'RISK_PERCEPTION', 2, partnership_id, created_at, 'risk.perception_recorded', 'recordPerception', created_by, json_build_object('likelihood', likelihood, 'impact', impact)::text FROM risk_perception, unnest(spaces) s
  UNION ALL SELECT id, s, 'RISK_LEVEL_RECORD', 2, partnership_id, created_at, 'risk.level_changed', 'recordPerception', created_by, json_build_object('level', level, 'score', score)::text FROM risk_level_record, unnest(spaces) s
  UNION ALL SELECT id, s, 'INCIDENT', 2, NULL, created_at, 'incident.imported', 'importIncidents', created_by, json_build_object('title', title)::text FROM incident, unnest(spaces) s;
INSERT INTO object_index (id, kind) SELECT DISTINCT ON (record_id) record_id, kind FROM places;
CREATE TEMP TABLE placed AS SELECT row_number() OVER (PARTITION BY space_no ORDER BY at, record_id) AS seq, * FROM places;
DROP TABLE places;
INSERT INTO publication (record_id, space_no, kind, seq, first_seq, level, live, parent_id)
  SELECT record_id, space_no, kind, seq, seq, level, true, parent_id FROM placed;

-- The chain: CBOR in the form that the server hashes, written here a second time on purpose.
CREATE FUNCTION pg_temp.head(major int, n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN n < 24 THEN set_byte('\x00', 0, (major * 32 + n)::int)
    WHEN n < 256 THEN set_byte('\x00', 0, major * 32 + 24) || set_byte('\x00', 0, n::int)
    WHEN n < 65536 THEN set_byte('\x00', 0, major * 32 + 25) || substr(int4send(n::int), 3)
    WHEN n < 4294967296 THEN set_byte('\x00', 0, major * 32 + 26) || substr(int8send(n), 5)
    ELSE set_byte('\x00', 0, major * 32 + 27) || int8send(n) END $$;
CREATE FUNCTION pg_temp.word(t text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$SELECT pg_temp.head(3, octet_length(t)) || convert_to(t, 'UTF8')$$;
CREATE FUNCTION pg_temp.bytes(b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$SELECT pg_temp.head(2, octet_length(b)) || b$$;
CREATE FUNCTION pg_temp.link(prev bytea, body bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT sha256(prev || body)';
CREATE AGGREGATE pg_temp.chain(bytea) (SFUNC = pg_temp.link, STYPE = bytea, INITCOND = '\x0000000000000000000000000000000000000000000000000000000000000000');
CREATE TEMP TABLE entry AS
  SELECT p.*, sha256(salt || convert_to(payload, 'UTF8')) AS payload_digest, body FROM (
    SELECT p.space_no, seq, at, event, kind, record_id, command, request_id, payload, salt,
      -- What the sides of a partnership see of a person is how their side shows them.
      CASE WHEN space_no >= 10000 THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE actor END AS actor
    FROM placed p, LATERAL (SELECT decode(md5(record_id::text || space_no), 'hex') AS salt, 'bench' AS request_id) s) p,
  LATERAL (SELECT '\x8d'::bytea || pg_temp.head(0, space_no) || pg_temp.head(0, seq) || pg_temp.head(0, (extract(epoch FROM at) * 1000000)::bigint)
    || pg_temp.word(event) || pg_temp.word(kind) || pg_temp.bytes(uuid_send(record_id)) || '\x01f5'::bytea || pg_temp.word(command)
    || pg_temp.bytes(uuid_send(actor)) || '\xf6'::bytea || pg_temp.word(request_id) || pg_temp.bytes(sha256(salt || convert_to(payload, 'UTF8'))) AS body) b;
DROP TABLE placed;
INSERT INTO ledger (space_no, seq, at, event, kind, record_id, version, live, command, actor, request_id, payload, salt, payload_digest, prev_hash, hash)
  SELECT space_no, seq, at, event, kind, record_id, 1, true, command, actor, request_id, payload, salt, payload_digest,
    COALESCE(lag(hash) OVER (PARTITION BY space_no ORDER BY seq), decode(repeat('00', 32), 'hex')), hash
  FROM (SELECT *, pg_temp.chain(body) OVER (PARTITION BY space_no ORDER BY seq ROWS UNBOUNDED PRECEDING) AS hash FROM entry) e;
DROP TABLE entry;
UPDATE space SET head_seq = l.seq, head_hash = l.hash
  FROM (SELECT DISTINCT ON (space_no) space_no, seq, hash FROM ledger ORDER BY space_no, seq DESC) l WHERE l.space_no = space.no;

SET session_replication_role = origin;
DO $$ DECLARE i record; BEGIN FOR i IN SELECT definition FROM later LOOP EXECUTE i.definition; END LOOP; END $$;
VACUUM (ANALYZE, FREEZE);
CHECKPOINT;
