use async_graphql::{Context, InputObject, Object};
use entity::{Id, Right, end_assessment, partnership, value::Text};
use sea_orm::{ColumnTrait, Condition};

use super::{EndAssessment, rules};
use crate::{
    consents,
    platform::{error::Result, gate::Ask, restate::supersede, sdl::requires, tx::Tx, whole::Whole},
};

/// What the end means for your side.
#[derive(InputObject)]
pub struct AssessPartnershipEndInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the end means for the people of your side: contracts, money, faces that are known.
    implications: Text,
    /// What has to be done about it, by whom, until when.
    measures: Text,
}

/// Says what the end means.
#[derive(Default)]
pub struct AssessPartnershipEnd;

#[Object]
impl AssessPartnershipEnd {
    /// Says what the end of a partnership means for the safety of your side. What your side said before is kept. Codes:
    /// NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::FoundationsKeep))]
    async fn assess_partnership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment.")] input: AssessPartnershipEndInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<EndAssessment>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { assess(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn assess(tx: &mut Tx, input: AssessPartnershipEndInput) -> Result<Id> {
    use end_assessment::Column;
    let partnership: partnership::Model = tx.lock(input.partnership_id, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, input.side_id).await?;
    rules::LIFECYCLE.step(partnership.state, "assessPartnershipEnd")?;
    consents::void(tx, partnership.id).await?;
    let known = Condition::all().add(Column::SideId.eq(side)).add(Column::Current.eq(true));
    let revision = supersede::<end_assessment::Model>(tx, known, "partnership.end_assessment_superseded").await?;
    let (id, now) = (tx.id(), tx.now());
    let row = end_assessment::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        implications: input.implications,
        measures: input.measures,
        revision,
        current: true,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(tx.insert("partnership.end_assessed", row).await?.id)
}
