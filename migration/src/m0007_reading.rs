//! Reading faster: which spaces see the lesser level of a row stands on the row, as where it is published does, and so does
//! its only space (`home`), where it has just one. Risks are walked in order within their index; partnerships are found by
//! their country.

crate::dialect::migration!("m0007_reading", DDL, &[]);

const DDL: &str = "
CREATE INDEX partnership_country ON partnership (country, title, id)
--
-- postgres
DO $each$
DECLARE name text;
BEGIN
  FOR name IN SELECT table_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'spaces' LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN lesser integer[], ADD COLUMN home integer NOT NULL
      GENERATED ALWAYS AS (CASE cardinality(spaces) WHEN 1 THEN spaces[1] ELSE 0 END) STORED', name);
  END LOOP;
END $each$
--
CREATE INDEX incident_created ON incident (created_at, id)
--
-- postgres
DROP INDEX risk_urgency;
CREATE INDEX risk_urgency ON risk (urgency, id) INCLUDE (home)
--
-- postgres
UPDATE organisation r SET lesser = (SELECT array_agg(-p.space_no) FROM publication p
  WHERE p.record_id = r.id AND p.live AND p.level = 1)
--
-- postgres
UPDATE incident r SET lesser = (SELECT array_agg(-p.space_no) FROM publication p
  WHERE p.record_id = r.id AND p.live AND p.level = 1)
";
