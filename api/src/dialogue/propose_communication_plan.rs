use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, communication_plan,
    value::{LanguageTags, PlanState, Text},
};

use super::{CommunicationPlan, begin, rules};
use crate::{
    partnerships,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// A plan of communication.
#[derive(InputObject)]
pub struct ProposeCommunicationPlanInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// The sides speak with each other at least once in so many days: 1 to 365.
    meet_every_days: i32,
    /// Each side shares information and practices at least once in so many days: 1 to 365.
    share_every_days: i32,
    /// The sides look together at how they manage security risk at least once in so many days: 7 to 730.
    health_check_every_days: i32,
    /// By what means they speak, and by what means when these fail.
    channels: Text,
    /// Languages in which they speak and write.
    languages: LanguageTags,
    /// How each asks for feedback and gives it.
    feedback_method: Text,
}

/// Proposes a plan of communication.
#[derive(Default)]
pub struct ProposeCommunicationPlan;

#[Object]
impl ProposeCommunicationPlan {
    /// Proposes how often and by what means the sides speak, share and look at their work together. An earlier proposal is
    /// void; an agreed plan counts until every side consents to another one. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED,
    /// REFUSED.
    #[graphql(directive = requires::apply(Right::JointPropose))]
    async fn propose_communication_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: ProposeCommunicationPlanInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<CommunicationPlan>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeCommunicationPlanInput) -> Result<Id> {
    let (partnership, side) = partnerships::begin(tx, input.partnership_id, input.side_id).await?;
    rules::intervals(input.meet_every_days, input.share_every_days, input.health_check_every_days)?;
    begin::contacts_named(tx, partnership.id).await?;
    begin::retire_plans(tx, partnership.id, PlanState::Proposed).await?;
    let (id, now) = (tx.id(), tx.now());
    let row = communication_plan::Model {
        id,
        partnership_id: partnership.id,
        side_id: side,
        meet_every_days: input.meet_every_days,
        share_every_days: input.share_every_days,
        health_check_every_days: input.health_check_every_days,
        channels: input.channels,
        languages: input.languages,
        feedback_method: input.feedback_method,
        state: PlanState::Proposed,
        agreed_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let row = tx.insert("communication_plan.proposed", row).await?;
    begin::ask(tx, &row, side).await?;
    Ok(row.id)
}
