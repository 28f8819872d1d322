use entity::{Id, partnership_side, side_role};

use sea_orm::{ColumnTrait, Condition};

use super::Partnership;
use crate::{
    organisations::{Organisation, Person},
    platform::{caller::Sort, error::Result, object::object, tx::Tx},
};

object! {
    /// One side of a partnership: an organisation as party to it. Every side has the same rights.
    PartnershipSide, partnership_side::Model {
        /// The partnership.
        partnership: One<Partnership> by partnership_side::Column::PartnershipId;
        /// The organisation, as far as you see it; `shownAs` is always there.
        organisation: One<Organisation> by partnership_side::Column::OrganisationId;
        /// Its people, with the periods of their standing.
        roles: Many<SideRole> by side_role::Column::SideId, asc side_role::Column::ValidFrom;
    }
}

object! {
    /// A person's standing on one side of a partnership, with its period.
    SideRole, side_role::Model {
        /// The side.
        side: One<PartnershipSide> by side_role::Column::SideId;
        /// The person, as far as you see them; `shownAs` is always there.
        person: One<Person> by side_role::Column::PersonId;
    }
}

/// The sides of a partnership, as a command sees them.
pub(crate) async fn sides(tx: &Tx, partnership: Id) -> Result<Vec<partnership_side::Model>> {
    use partnership_side::Column;
    tx.all(Condition::all().add(Column::PartnershipId.eq(partnership)), &Sort::asc(Column::Position)).await
}

/// Their ids.
pub(crate) async fn side_ids(tx: &Tx, partnership: Id) -> Result<Vec<Id>> {
    Ok(sides(tx, partnership).await?.into_iter().map(|side| side.id).collect())
}
