use async_graphql::{Context, Object};
use entity::{
    Id, Right, membership, organisation, person,
    value::{CountryCode, OrganisationKind},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Membership, Person, PersonConnection};
use crate::platform::{
    caller::Sort,
    error::Result,
    gate::Ask,
    object::object,
    page::{Paging, connection},
    sdl::requires,
    whole::Whole,
};

object! {
    /// An organisation: international, national, local, of the UN system, donor or government.
    Organisation, organisation::Model {
        /// Standings of its people; empty for other organisations.
        memberships: Many<Membership> by membership::Column::OrganisationId, asc membership::Column::ValidFrom;
    }
    pages {
        /// Its people, by name; empty for other organisations.
        people: PersonConnection<Person> by person::Column::OrganisationId, asc person::Column::Name;
    }
    fields {
        /// Fields that are held back from you, by name.
        async fn redactions(&self) -> Vec<&'static str> {
            self.at.redacted.to_vec()
        }
    }
}
connection!(
    OrganisationConnection,
    OrganisationEdge,
    Organisation,
    organisation::Model,
    "A page of organisations.",
    "An organisation in a list."
);

/// Queries of organisations.
#[derive(Default)]
pub struct OrganisationQueries;

#[Object]
impl OrganisationQueries {
    /// An organisation; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::OrganisationRead))]
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Whole<Option<Organisation>>> {
        ctx.caller()?.answer(ctx, id).await
    }

    /// The organisations you see: your own and those that listed themselves, by name.
    #[graphql(directive = requires::apply(Right::OrganisationRead))]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this kind.")] kind: Option<OrganisationKind>,
        #[graphql(desc = "With their seat in this country.")] country: Option<CountryCode>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<OrganisationConnection>> {
        use organisation::Column;
        let list = format!("organisations:{kind:?}:{country:?}");
        let filter = Condition::all()
            .add_option(kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(country.map(|country| Column::Country.eq(country)));
        let paging = Paging { first, after, last, before };
        ctx.caller()?.answer_page::<Organisation, _>(ctx, &list, filter, Sort::asc(Column::Name), &paging).await
    }
}
