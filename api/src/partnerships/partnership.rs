use async_graphql::{ComplexObject, Context, Object};
use entity::{
    Id, Right, consent_request, partnership, partnership_side,
    value::{ConsentState, CountryCode, PartnershipState},
};
use sea_orm::{ColumnTrait, Condition};

use super::PartnershipSide;
use crate::{
    consents::ConsentRequest,
    incidents::{SharingProtocol, protocol},
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::{object, objects},
        page::{Paging, connection},
        sdl::requires,
    },
    risk::{RiskConnection, heat_map, risk},
};

object! {
    /// A formalised relationship between two or more organisations, symmetric: no side leads.
    Partnership, partnership::Model
}
connection!(
    PartnershipConnection,
    PartnershipEdge,
    Partnership,
    partnership::Model,
    "A page of partnerships.",
    "A partnership in a list."
);

#[ComplexObject]
impl Partnership {
    /// Its sides. Their order carries no meaning.
    async fn sides(&self, ctx: &Context<'_>) -> Result<Vec<PartnershipSide>> {
        use partnership_side::Column;
        let (key, sort) = (|side: &partnership_side::Model| side.partnership_id, Sort::asc(Column::Position));
        Ok(objects(self.at.many(ctx.caller()?, "sides", Column::PartnershipId, key, sort, None).await?))
    }

    /// Requests for consent that wait for a side.
    async fn open_consent_requests(&self, ctx: &Context<'_>) -> Result<Vec<ConsentRequest>> {
        use consent_request::Column;
        let (key, sort) = (|request: &consent_request::Model| request.partnership_id, Sort::asc(Column::CreatedAt));
        let open = Column::State.eq(ConsentState::Open);
        let rows = self.at.many(ctx.caller()?, "openConsentRequests", Column::PartnershipId, key, sort, Some(open));
        Ok(objects(rows.await?))
    }

    /// Its risks, most urgent first: by level, then score, then impact.
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<RiskConnection> {
        risk::of_partnership(ctx, &self.at, Paging { first, after, ..Paging::default() }).await
    }

    /// What its sides agreed to share of their incidents, newest first.
    async fn sharing_protocols(&self, ctx: &Context<'_>) -> Result<Vec<SharingProtocol>> {
        protocol::of_partnership(ctx, &self.at).await
    }

    /// Its risks drawn on the 5×5 heat map, as an SVG picture. Readable in black and white and by screen readers.
    async fn heat_map_svg(&self, ctx: &Context<'_>) -> Result<String> {
        heat_map::of_partnership(ctx.caller()?, &self.row).await
    }
}

/// Queries of partnerships.
#[derive(Default)]
pub struct PartnershipQueries;

#[Object]
impl PartnershipQueries {
    /// A partnership; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn partnership(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Partnership>> {
        Ok(ctx.caller()?.find::<partnership::Model>(id).await?.map(Into::into))
    }

    /// The partnerships you see, by title.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this state.")] state: Option<PartnershipState>,
        #[graphql(desc = "With work in this country.")] country: Option<CountryCode>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<PartnershipConnection> {
        use partnership::Column;
        let list = format!("partnerships:{state:?}:{country:?}");
        let filter = Condition::all()
            .add_option(state.map(|state| Column::State.eq(state)))
            .add_option(country.map(|country| Column::Country.eq(country)));
        let paging = Paging { first, after, last, before };
        Ok(ctx
            .caller()?
            .page::<partnership::Model>(ctx, &list, filter, Sort::asc(Column::Title), &paging)
            .await?
            .into())
    }
}
