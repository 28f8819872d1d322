//! Rules of what the sides bring and gain. Pure functions.

use entity::{Id, srm_role};

use crate::platform::error::{Error, Result, Rule};

/// A side says what it understands of another side of the partnership (P-31).
pub const OF_ANOTHER_SIDE: Rule =
    Rule { key: "OF_ANOTHER_SIDE", requirement: "P-31", says: "name another side of this partnership" };
/// What has ended does not end once more (P-32).
pub const ROLE_IS_HELD: Rule = Rule { key: "ROLE_IS_HELD", requirement: "P-32", says: "this role has ended already" };

/// [`OF_ANOTHER_SIDE`].
pub fn of_another_side(sides: &[Id], own: Id, other: Id) -> Result<()> {
    if own == other || !sides.contains(&other) {
        return Err(Error::refused(&OF_ANOTHER_SIDE).field("ofSideId"));
    }
    Ok(())
}

/// [`ROLE_IS_HELD`].
pub fn role_is_held(role: &srm_role::Model) -> Result<()> {
    if role.ended_at.is_none() { Ok(()) } else { Err(Error::refused(&ROLE_IS_HELD).field("id")) }
}
