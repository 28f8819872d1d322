use async_graphql::{ComplexObject, Context, Object};
use entity::{
    Id, Right, membership, organisation, person,
    value::{CountryCode, OrganisationKind},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Membership, PersonConnection};
use crate::platform::{
    caller::Sort,
    error::Result,
    gate::Ask,
    object::{object, objects},
    page::{Paging, connection},
    sdl::requires,
};

object! {
    /// An organisation: international, national, local, of the UN system, donor or government.
    Organisation, organisation::Model
}
connection!(
    OrganisationConnection,
    OrganisationEdge,
    Organisation,
    organisation::Model,
    "A page of organisations.",
    "An organisation in a list."
);

#[ComplexObject]
impl Organisation {
    /// Fields that are held back from you, by name.
    async fn redactions(&self) -> Vec<&'static str> {
        self.at.redacted.to_vec()
    }

    /// Its people, by name; empty for other organisations.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<PersonConnection> {
        let filter = Condition::all().add(person::Column::OrganisationId.eq(self.id));
        let paging = Paging { first, after, ..Paging::default() };
        let list = format!("organisation.people:{}", self.id);
        let page = ctx.caller()?.page::<person::Model>(ctx, &list, filter, Sort::asc(person::Column::Name), &paging);
        Ok(page.await?.into())
    }

    /// Standings of its people; empty for other organisations.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        use membership::Column;
        let (key, sort) = (|m: &membership::Model| m.organisation_id, Sort::asc(Column::ValidFrom));
        let rows = self.at.many(ctx.caller()?, "memberships", Column::OrganisationId, key, sort, None).await?;
        Ok(objects(rows))
    }
}

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
    ) -> Result<Option<Organisation>> {
        Ok(ctx.caller()?.find::<organisation::Model>(id).await?.map(Into::into))
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
    ) -> Result<OrganisationConnection> {
        use organisation::Column;
        let list = format!("organisations:{kind:?}:{country:?}");
        let filter = Condition::all()
            .add_option(kind.map(|kind| Column::Kind.eq(kind)))
            .add_option(country.map(|country| Column::Country.eq(country)));
        let paging = Paging { first, after, last, before };
        Ok(ctx
            .caller()?
            .page::<organisation::Model>(ctx, &list, filter, Sort::asc(Column::Name), &paging)
            .await?
            .into())
    }
}
