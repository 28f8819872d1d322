use async_graphql::{ComplexObject, Context, Object};
use entity::{
    Id, Right, consent_request, partnership, risk, risk_level_record, risk_perception, threat,
    value::{ConsentState, RiskLevel},
};
use sea_orm::{ColumnTrait, Condition};

use super::{RiskLevelRecord, RiskPerception, Threat};
use crate::{
    consents::ConsentRequest,
    partnerships::Partnership,
    platform::{
        batch::Row,
        caller::Sort,
        error::Result,
        gate::Ask,
        object::{object, objects},
        page::{Paging, connection},
        sdl::requires,
    },
};

object! {
    /// A risk that the sides of a partnership look at together.
    Risk, risk::Model
}
connection!(RiskConnection, RiskEdge, Risk, risk::Model, "A page of risks.", "A risk in a list.");

#[ComplexObject]
impl Risk {
    /// The partnership.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |risk: &risk::Model| Some(risk.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }

    /// The threat behind it.
    async fn threat(&self, ctx: &Context<'_>) -> Result<Option<Threat>> {
        let key = |risk: &risk::Model| Some(risk.threat_id);
        Ok(self.at.one::<threat::Model>(ctx.caller()?, "threat", key).await?.map(Into::into))
    }

    /// How each side sees it now.
    async fn perceptions(&self, ctx: &Context<'_>) -> Result<Vec<RiskPerception>> {
        use risk_perception::Column;
        let (key, sort) = (|row: &risk_perception::Model| row.risk_id, Sort::asc(Column::CreatedAt));
        let current = Column::Current.eq(true);
        Ok(objects(self.at.many(ctx.caller()?, "perceptions", Column::RiskId, key, sort, Some(current)).await?))
    }

    /// The record of the level in effect.
    async fn level_record(&self, ctx: &Context<'_>) -> Result<Option<RiskLevelRecord>> {
        let key = |risk: &risk::Model| risk.level_record_id;
        Ok(self.at.one::<risk_level_record::Model>(ctx.caller()?, "levelRecord", key).await?.map(Into::into))
    }

    /// Every level that was ever computed for it: of each side and in effect, oldest first.
    async fn level_records(&self, ctx: &Context<'_>) -> Result<Vec<RiskLevelRecord>> {
        use risk_level_record::Column;
        let (key, sort) = (|row: &risk_level_record::Model| row.risk_id, Sort::asc(Column::CreatedAt));
        Ok(objects(self.at.many(ctx.caller()?, "levelRecords", Column::RiskId, key, sort, None).await?))
    }

    /// The joint level that waits for the consent of a side.
    async fn open_proposal(&self, ctx: &Context<'_>) -> Result<Option<ConsentRequest>> {
        use consent_request::Column;
        let (key, sort) = (|row: &consent_request::Model| row.subject_id, Sort::asc(Column::CreatedAt));
        let open = Column::State.eq(ConsentState::Open);
        let rows = self.at.many(ctx.caller()?, "openProposal", Column::SubjectId, key, sort, Some(open)).await?;
        Ok(rows.into_iter().next().map(Into::into))
    }
}

/// The risks of a partnership, most urgent first.
pub async fn of_partnership(ctx: &Context<'_>, at: &Row<partnership::Model>, paging: Paging) -> Result<RiskConnection> {
    use risk::Column;
    let (key, sort) = (|risk: &risk::Model| risk.partnership_id, Sort::desc(Column::Urgency));
    Ok(at.page(ctx, ctx.caller()?, "partnership.risks", Column::PartnershipId, key, sort, &paging).await?.into())
}

/// Queries of risks.
#[derive(Default)]
pub struct RisksQueries;

#[Object]
impl RisksQueries {
    /// A risk; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::RiskRead))]
    async fn risk(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Risk>> {
        Ok(ctx.caller()?.find::<risk::Model>(id).await?.map(Into::into))
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
    ) -> Result<RiskConnection> {
        use risk::Column;
        let list = format!("risks:{partnership_id:?}:{min_level:?}:{watchlist:?}");
        let filter = Condition::all()
            .add_option(partnership_id.map(|id| Column::PartnershipId.eq(id)))
            .add_option(min_level.map(|level| Column::Urgency.gte(i32::from(level.rank()) * 10_000)))
            .add_option(watchlist.map(|watchlist| Column::Watchlist.eq(watchlist)));
        let paging = Paging { first, after, last, before };
        Ok(ctx.caller()?.page::<risk::Model>(ctx, &list, filter, Sort::desc(Column::Urgency), &paging).await?.into())
    }
}
