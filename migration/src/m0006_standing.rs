//! How often the partnerships of an organisation changed: who represents it stands in them.

crate::dialect::migration!("m0006_standing", DDL, &[]);

const DDL: &str = "
ALTER TABLE space ADD COLUMN standing {big} NOT NULL DEFAULT 0
";
