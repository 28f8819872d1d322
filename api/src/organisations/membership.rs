use async_graphql::{ComplexObject, Context};
use entity::{membership, organisation, person};

use super::{Organisation, Person};
use crate::platform::{error::Result, gate::Ask, object::object};

object! {
    /// A person's standing in an organisation, with its period.
    Membership, membership::Model
}

#[ComplexObject]
impl Membership {
    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let key = |membership: &membership::Model| Some(membership.organisation_id);
        Ok(self.at.one::<organisation::Model>(ctx.caller()?, "organisation", key).await?.map(Into::into))
    }

    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let key = |membership: &membership::Model| Some(membership.person_id);
        Ok(self.at.one::<person::Model>(ctx.caller()?, "person", key).await?.map(Into::into))
    }
}
