use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, partnership,
    value::{AgreementOnSecurity, CountryCode, Date, Patch, Text, Title},
};

use super::{Partnership, create_partnership::dates, rules};
use crate::{
    consents,
    organisations::cleared,
    platform::{error::Result, gate::Ask, sdl::requires, whole::Whole},
};

/// What changes of a draft or proposed partnership. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct UpdatePartnershipInput {
    /// The partnership.
    id: Id,
    /// The version you read.
    expected_version: i32,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// What the partnership is called.
    title: Patch<Title>,
    /// What it covers.
    scope: Patch<Text>,
    /// Country of the work.
    country: Patch<CountryCode>,
    /// Number or name of the written agreement.
    agreement_ref: Patch<Title>,
    /// True to state that there is no written agreement.
    no_agreement: Patch<bool>,
    /// Whether the agreement speaks of security risks and their management.
    agreement_on_security: Patch<AgreementOnSecurity>,
    /// The clause that does.
    security_clause: Patch<Title>,
    /// First day.
    starts_on: Patch<Date>,
    /// Last day.
    ends_on: Patch<Date>,
    /// After how many days each side looks at its risk attitudes again, 30 to 730.
    attitude_revisit_days: Patch<i32>,
}

/// Edits a draft.
#[derive(Default)]
pub struct UpdatePartnership;

#[Object]
impl UpdatePartnership {
    /// Edits a draft or proposed partnership. What was proposed becomes a draft again, and every consent given so far is
    /// void. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::PartnershipEdit))]
    async fn update_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePartnershipInput,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let before: partnership::Model = tx.lock_at(input.id, "id", input.expected_version).await?;
                    tx.act_for_side(before.id, input.side_id).await?;
                    let step = rules::LIFECYCLE.step(before.state, "updatePartnership")?;
                    let mut after = before.clone();
                    cleared("title", input.title.apply_required(&mut after.title))?;
                    cleared("scope", input.scope.apply_required(&mut after.scope))?;
                    cleared("country", input.country.apply_required(&mut after.country))?;
                    input.agreement_ref.apply(&mut after.agreement_ref);
                    cleared("noAgreement", input.no_agreement.apply_required(&mut after.no_agreement))?;
                    let on_security = input.agreement_on_security.apply_required(&mut after.agreement_on_security);
                    cleared("agreementOnSecurity", on_security)?;
                    input.security_clause.apply(&mut after.security_clause);
                    input.starts_on.apply(&mut after.starts_on);
                    input.ends_on.apply(&mut after.ends_on);
                    cleared(
                        "attitudeRevisitDays",
                        input.attitude_revisit_days.apply_required(&mut after.attitude_revisit_days),
                    )?;
                    rules::revisit_days(after.attitude_revisit_days)?;
                    dates(after.starts_on, after.ends_on)?;
                    if after != before {
                        after.state = step.to;
                        consents::void(tx, before.id).await?;
                    }
                    Ok(tx.update("partnership.updated", &before, after).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
