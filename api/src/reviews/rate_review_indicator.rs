use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, category_definitions, indicator_rating, review_indicator,
    value::{EvidenceKinds, IndicatorCategory, IndicatorState, Text},
};

use sea_orm::{ColumnTrait, Condition};

use super::{ReviewIndicator, begin, rules};
use crate::{
    consents, partnerships,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// How your side judges an indicator.
#[derive(InputObject)]
pub struct RateReviewIndicatorInput {
    /// The indicator.
    indicator_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Present, partially present or not present, by the meanings that were agreed.
    category: IndicatorCategory,
    /// What shows it.
    evidence: Option<Text>,
    /// Of what kinds that is.
    evidence_kinds: Option<EvidenceKinds>,
    /// Why your side sees it so.
    comment: Option<Text>,
}

/// Judges an indicator.
#[derive(Default)]
pub struct RateReviewIndicator;

#[Object]
impl RateReviewIndicator {
    /// Judges an indicator for your side. Where the sides judge differently it is disputed: both views stand. A joint
    /// result is void from now on. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn rate_review_indicator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The judgement.")] input: RateReviewIndicatorInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<ReviewIndicator>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { rate(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn rate(tx: &mut Tx, input: RateReviewIndicatorInput) -> Result<Id> {
    let asked: review_indicator::Model = tx.get(input.indicator_id, "indicatorId").await?;
    let review: entity::review::Model = tx.get(asked.review_id, "indicatorId").await?;
    let Some(definitions) = review.definitions_id else {
        return Err(Error::refused(&rules::DEFINITIONS_NOT_AGREED).field("indicatorId"));
    };
    let act = begin::act(tx, review.id, "indicatorId", input.side_id, "rateReviewIndicator").await?;
    let definitions: category_definitions::Model = tx.get(definitions, "indicatorId").await?;
    let needs = definitions.evidence_required && input.category == IndicatorCategory::Present;
    if needs && input.evidence.is_none() {
        return Err(Error::refused(&rules::PRESENT_NEEDS_EVIDENCE).field("evidence"));
    }
    if needs {
        rules::kinds_are_shown(&definitions, input.evidence_kinds.iter(), "evidenceKinds")?;
    }
    let indicator: review_indicator::Model = tx.lock(asked.id, "indicatorId").await?;
    if !indicator.live {
        return Err(Error::not_found("indicatorId"));
    }
    let mut ratings = begin::ratings(tx, indicator.id).await?;
    let before = ratings.iter().position(|rating| rating.side_id == act.side).map(|at| ratings.remove(at));
    if let Some(before) = &before {
        let after = indicator_rating::Model { current: false, ..before.clone() };
        tx.update("review.rating_superseded", before, after).await?;
    }
    let revision = {
        use indicator_rating::Column;
        let mine = Condition::all().add(Column::IndicatorId.eq(indicator.id)).add(Column::SideId.eq(act.side));
        begin::revision::<indicator_rating::Model>(tx, mine, Column::Revision, |row| row.revision).await?
    };
    let (id, now) = (tx.id(), tx.now());
    let row = indicator_rating::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        indicator_id: indicator.id,
        side_id: act.side,
        definitions_id: definitions.id,
        category: input.category,
        evidence: input.evidence,
        evidence_kinds: input.evidence_kinds,
        comment: input.comment,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    ratings.push(tx.insert("review.indicator_rated", row).await?);
    consents::void(tx, indicator.id).await?;
    let state = rules::assessment(&partnerships::side_ids(tx, act.partnership.id).await?, &ratings);
    let event =
        if state == IndicatorState::Disputed { "review.indicator_disputed" } else { "review.indicator_assessed" };
    let after = review_indicator::Model { state, result: None, ..indicator.clone() };
    Ok(tx.update(event, &indicator, after).await?.id)
}
