use async_graphql::{ComplexObject, Context, Object};
use entity::{Id, Right, membership, organisation, person};

use super::{Membership, Organisation};
use crate::platform::{
    caller::Sort,
    error::Result,
    gate::Ask,
    object::{object, objects},
    page::connection,
    sdl::requires,
};

object! {
    /// A person who works for an organisation.
    Person, person::Model
}
connection!(PersonConnection, PersonEdge, Person, person::Model, "A page of persons.", "A person in a list.");

#[ComplexObject]
impl Person {
    /// The employer.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let key = |person: &person::Model| Some(person.organisation_id);
        Ok(self.at.one::<organisation::Model>(ctx.caller()?, "organisation", key).await?.map(Into::into))
    }

    /// Standings in the organisation, with their periods.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        use membership::Column;
        let (key, sort) = (|m: &membership::Model| m.person_id, Sort::asc(Column::ValidFrom));
        Ok(objects(self.at.many(ctx.caller()?, "memberships", Column::PersonId, key, sort, None).await?))
    }
}

/// Queries of persons.
#[derive(Default)]
pub struct PersonQueries;

#[Object]
impl PersonQueries {
    /// A person; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::PeopleRead))]
    async fn person(&self, ctx: &Context<'_>, #[graphql(desc = "Their id.")] id: Id) -> Result<Option<Person>> {
        Ok(ctx.caller()?.find::<person::Model>(id).await?.map(Into::into))
    }
}
