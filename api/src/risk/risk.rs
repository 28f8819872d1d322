use async_graphql::{Context, Object};
use entity::{
    Id, Right, consent_request, risk, risk_level_record, risk_perception,
    value::{ConsentState, RiskLevel},
};
use sea_orm::{ColumnTrait, Condition};

use super::{RiskLevelRecord, RiskPerception, Threat};
use crate::{
    consents::ConsentRequest,
    partnerships::Partnership,
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
        whole::Whole,
    },
};

object! {
    /// A risk that the sides of a partnership look at together.
    Risk, risk::Model {
        /// The partnership.
        partnership: One<Partnership> by risk::Column::PartnershipId;
        /// The threat behind it.
        threat: One<Threat> by risk::Column::ThreatId;
        /// How each side sees it now.
        perceptions: Many<RiskPerception> by risk_perception::Column::RiskId, asc risk_perception::Column::CreatedAt,
            if risk_perception::Column::Current.eq(true);
        /// The record of the level in effect.
        level_record: One<RiskLevelRecord> by risk::Column::LevelRecordId;
        /// Every level that was ever computed for it: of each side and in effect, oldest first.
        level_records: Many<RiskLevelRecord> by risk_level_record::Column::RiskId, asc risk_level_record::Column::CreatedAt;
        /// The joint level that waits for the consent of a side.
        open_proposal: First<ConsentRequest> by consent_request::Column::SubjectId, asc consent_request::Column::CreatedAt,
            if consent_request::Column::State.eq(ConsentState::Open);
    }
}
connection!(RiskConnection, RiskEdge, Risk, risk::Model, "A page of risks.", "A risk in a list.");

/// Queries of risks.
#[derive(Default)]
pub struct RisksQueries;

#[Object]
impl RisksQueries {
    /// A risk; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::RiskRead))]
    async fn risk(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Whole<Option<Risk>>> {
        ctx.caller()?.answer(ctx, id).await
    }

    /// The risks you see, most urgent first: by level, then score, then impact.
    #[graphql(directive = requires::apply(Right::RiskRead))]
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this partnership.")] partnership_id: Option<Id>,
        #[graphql(desc = "At this level or above.")] min_level: Option<RiskLevel>,
        #[graphql(desc = "Only those of low likelihood and critical impact, or only the others.")] watchlist: Option<
            bool,
        >,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<RiskConnection>> {
        use risk::Column;
        let list = format!("risks:{partnership_id:?}:{min_level:?}:{watchlist:?}");
        let filter = Condition::all()
            .add_option(partnership_id.map(|id| Column::PartnershipId.eq(id)))
            .add_option(min_level.map(|level| Column::Urgency.gte(i32::from(level.rank()) * 10_000)))
            .add_option(watchlist.map(|watchlist| Column::Watchlist.eq(watchlist)));
        let paging = Paging { first, after, last, before };
        ctx.caller()?.answer_page::<Risk, _>(ctx, &list, filter, Sort::desc(Column::Urgency), &paging).await
    }
}
