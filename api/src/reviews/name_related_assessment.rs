use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, related_assessment,
    value::{Text, Title},
};

use super::{RelatedAssessment, begin};
use crate::platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole};

/// Another assessment.
#[derive(InputObject)]
pub struct NameRelatedAssessmentInput {
    /// The review.
    review_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Who carries it out: finance, programmes, safeguarding.
    department: Title,
    /// Which one it is, and where it is found.
    reference: Text,
    /// What of it is used here, instead of asking once more.
    reuse: Text,
}

/// Names another assessment.
#[derive(Default)]
pub struct NameRelatedAssessment;

#[Object]
impl NameRelatedAssessment {
    /// Names another assessment that goes on in the partnership, so that nobody answers twice. An answer can say that it is taken from it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::ReviewKeep))]
    async fn name_related_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment.")] input: NameRelatedAssessmentInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<RelatedAssessment>> {
        let caller = ctx.caller()?;
        let id = caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { name(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn name(tx: &mut Tx, input: NameRelatedAssessmentInput) -> Result<Id> {
    let act = begin::act(tx, input.review_id, "reviewId", input.side_id, "nameRelatedAssessment").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = related_assessment::Model {
        id,
        partnership_id: act.partnership.id,
        review_id: act.review.id,
        side_id: act.side,
        department: input.department,
        reference: input.reference,
        reuse: input.reuse,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("review.assessment_named", row).await?.id)
}
