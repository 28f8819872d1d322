//! The language in which an account reads.

crate::dialect::migration!("m0013_language", "ALTER TABLE account ADD COLUMN language text", &[]);
