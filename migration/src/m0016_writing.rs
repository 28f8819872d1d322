//! Writing faster. A publication and an entry of a ledger name a space that their command has locked: to look it up once more
//! for each of them was a fifth of what they cost, and spaces are never deleted. Views and levels are found by their risk, by
//! their own ids or in a feed, never by their spaces.

crate::dialect::migration!("m0016_writing", DDL, &[]);

const DDL: &str = "
-- postgres
ALTER TABLE ledger DROP CONSTRAINT IF EXISTS ledger_space_no_fkey;
ALTER TABLE publication DROP CONSTRAINT IF EXISTS publication_space_no_fkey;
DROP INDEX IF EXISTS risk_perception_spaces;
DROP INDEX IF EXISTS risk_level_record_spaces
";
