use async_graphql::{ComplexObject, Context};
use entity::{Id, organisation, partnership, partnership_side, person, side_role};

use sea_orm::{ColumnTrait, Condition};

use super::Partnership;
use crate::{
    organisations::{Organisation, Person},
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::{object, objects},
        tx::Tx,
    },
};

object! {
    /// One side of a partnership: an organisation as party to it. Every side has the same rights.
    PartnershipSide, partnership_side::Model
}

#[ComplexObject]
impl PartnershipSide {
    /// The partnership.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |side: &partnership_side::Model| Some(side.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }

    /// The organisation, as far as you see it; `shownAs` is always there.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let key = |side: &partnership_side::Model| Some(side.organisation_id);
        Ok(self.at.one::<organisation::Model>(ctx.caller()?, "organisation", key).await?.map(Into::into))
    }

    /// Its people, with the periods of their standing.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<SideRole>> {
        use side_role::Column;
        let (key, sort) = (|role: &side_role::Model| role.side_id, Sort::asc(Column::ValidFrom));
        Ok(objects(self.at.many(ctx.caller()?, "roles", Column::SideId, key, sort, None).await?))
    }
}

object! {
    /// A person's standing on one side of a partnership, with its period.
    SideRole, side_role::Model
}

#[ComplexObject]
impl SideRole {
    /// The side.
    async fn side(&self, ctx: &Context<'_>) -> Result<Option<PartnershipSide>> {
        let key = |role: &side_role::Model| Some(role.side_id);
        Ok(self.at.one::<partnership_side::Model>(ctx.caller()?, "side", key).await?.map(Into::into))
    }

    /// The person, as far as you see them; `shownAs` is always there.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let key = |role: &side_role::Model| Some(role.person_id);
        Ok(self.at.one::<person::Model>(ctx.caller()?, "person", key).await?.map(Into::into))
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
