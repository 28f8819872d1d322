use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, category_definitions,
    value::{EvidenceKinds, Text},
};

use super::{CategoryDefinitions, begin};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// What the categories mean.
#[derive(InputObject)]
pub struct DefineReviewCategoriesInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// When something counts as present.
    present: Text,
    /// When as partially present.
    partially_present: Text,
    /// When as not present.
    not_present: Text,
    /// Whether present needs evidence.
    #[graphql(default)]
    evidence_required: bool,
    /// Kinds of evidence without which nothing counts as present; naming some, it needs evidence.
    evidence_kinds: Option<EvidenceKinds>,
}

/// Proposes meanings.
#[derive(Default)]
pub struct DefineReviewCategories;

#[Object]
impl DefineReviewCategories {
    /// Proposes what present, partially present and not present mean. Nothing is assessed before every side has agreed to
    /// it. What was consented so far is void. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn define_review_categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meanings.")] input: DefineReviewCategoriesInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CategoryDefinitions>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { define(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn define(tx: &mut Tx, input: DefineReviewCategoriesInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "defineReviewCategories").await?;
    consents::void(tx, act.review.id).await?;
    let before = begin::definitions(tx, act.review.id).await?;
    if let Some(before) = &before {
        let after = category_definitions::Model { current: false, ..before.clone() };
        tx.update("review.definitions_superseded", before, after).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = category_definitions::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        present: input.present,
        partially_present: input.partially_present,
        not_present: input.not_present,
        evidence_required: input.evidence_required || input.evidence_kinds.is_some(),
        evidence_kinds: input.evidence_kinds,
        revision: before.map_or(1, |before| before.revision + 1),
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.definitions_proposed", row).await?.id)
}
