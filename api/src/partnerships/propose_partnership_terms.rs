use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, partnership,
    value::{ConsentAction, Date, Patch},
};
use serde_json::json;

use super::{create_partnership::dates, rules, sides};
use crate::{
    consents::{self, ConsentRequest},
    organisations::cleared,
    platform::{error::Result, gate::Ask, sdl::requires, tx::Tx, whole::Whole},
};

/// Other terms of a partnership that came into force. What is left out stays.
#[derive(InputObject)]
pub struct ProposePartnershipTermsInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Last day; `null` for none.
    ends_on: Patch<Date>,
    /// After how many days each side looks at its risk attitudes again, 30 to 730.
    attitude_revisit_days: Patch<i32>,
}

/// Asks for other terms.
#[derive(Default)]
pub struct ProposePartnershipTerms;

#[Object]
impl ProposePartnershipTerms {
    /// Asks every side to agree on another last day, or on other days after which attitudes are looked at again. A partnership
    /// that comes to its end is in force again with it: what the sides said of the end is said anew when it comes. Codes:
    /// NOT_FOUND, FORBIDDEN, CONFLICT, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipPropose))]
    async fn propose_partnership_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The terms.")] input: ProposePartnershipTermsInput,
    ) -> Result<Whole<ConsentRequest>> {
        let caller = ctx.caller()?;
        let id = caller.command(ctx, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposePartnershipTermsInput) -> Result<Id> {
    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
    let side = tx.act_for_side(before.id, input.side_id).await?;
    let step = rules::LIFECYCLE.step(before.state, "changeTerms")?;
    let mut after = before.clone();
    input.ends_on.apply(&mut after.ends_on);
    let days = input.attitude_revisit_days.apply_required(&mut after.attitude_revisit_days);
    cleared("attitudeRevisitDays", days)?;
    rules::revisit_days(after.attitude_revisit_days)?;
    dates(after.starts_on, after.ends_on)?;
    rules::terms_may_change(&before, &after, tx.now())?;
    let mut content = rules::content(&after, &sides(tx, before.id).await?);
    content.insert("before", json!({ "endsOn": before.ends_on, "attitudeRevisitDays": before.attitude_revisit_days }));
    content.insert("state", json!(before.state));
    content.insert("leadsTo", json!(step.to));
    let subject = consents::Subject {
        partnership: before.id,
        kind: Kind::Partnership,
        id: before.id,
        action: ConsentAction::ChangeTerms,
    };
    Ok(consents::ask(tx, subject, side, content).await?.id)
}
