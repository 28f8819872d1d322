use async_graphql::{Context, Object};
use entity::{Id, Right, membership, person};

use super::{Membership, Organisation};
use crate::platform::{error::Result, gate::Ask, object::object, page::connection, sdl::requires, whole::Whole};

object! {
    /// A person who works for an organisation.
    Person, person::Model {
        /// The employer.
        organisation: One<Organisation> by person::Column::OrganisationId;
        /// Standings in the organisation, with their periods.
        memberships: Many<Membership> by membership::Column::PersonId, asc membership::Column::ValidFrom;
    }
}
connection!(PersonConnection, PersonEdge, Person, person::Model, "A page of persons.", "A person in a list.");

/// Queries of persons.
#[derive(Default)]
pub struct PersonQueries;

#[Object]
impl PersonQueries {
    /// A person; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::PeopleRead))]
    async fn person(&self, ctx: &Context<'_>, #[graphql(desc = "Their id.")] id: Id) -> Result<Whole<Option<Person>>> {
        ctx.caller()?.answer(ctx, id).await
    }
}
