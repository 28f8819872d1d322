use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Right, SpaceRef, organisation, partnership, partnership_side, person, side_role,
    value::{AgreementOnSecurity, CountryCode, Date, PartnershipState, SideStanding, Text, Title},
};

use super::{Partnership, rules};
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A draft partnership.
#[derive(InputObject)]
pub struct CreatePartnershipInput {
    /// Your organisation.
    organisation_id: Id,
    /// The other organisations: one or more.
    partner_ids: Vec<Id>,
    /// How your side shows you to the other sides: a name or, where a name is dangerous, a function. Your name where it is
    /// left out.
    shown_as: Option<Title>,
    /// What the partnership is called.
    title: Title,
    /// What it covers.
    scope: Text,
    /// Country of the work.
    country: CountryCode,
    /// Number or name of the written agreement.
    agreement_ref: Option<Title>,
    /// True to state that there is no written agreement.
    #[graphql(default)]
    no_agreement: bool,
    /// Whether the agreement speaks of security risks and their management.
    agreement_on_security: Option<AgreementOnSecurity>,
    /// The clause that does.
    security_clause: Option<Title>,
    /// First day.
    starts_on: Option<Date>,
    /// Last day.
    ends_on: Option<Date>,
    /// After how many days each side looks at its risk attitudes again, 30 to 730.
    #[graphql(default = 180)]
    attitude_revisit_days: i32,
}

/// Each side consents to everything: more could not come to an end.
const MOST_SIDES: usize = 20;

/// Opens a draft.
#[derive(Default)]
pub struct CreatePartnership;

#[Object]
impl CreatePartnership {
    /// Opens a draft partnership in the name of your organisation. You become SRM focal point of your side; until it is
    /// proposed, only your side sees it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::PartnershipOpen))]
    async fn create_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: CreatePartnershipInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Partnership>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { create(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn create(tx: &mut Tx, input: CreatePartnershipInput) -> Result<Id> {
    let mut distinct = input.partner_ids.clone();
    distinct.push(input.organisation_id);
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 2 || distinct.len() != input.partner_ids.len() + 1 {
        return Err(Error::refused(&rules::TWO_SIDES).field("partnerIds"));
    }
    if distinct.len() > MOST_SIDES {
        return Err(Error::invalid(
            "partnerIds",
            "SIDES_AT_MOST",
            format!("a partnership has at most {MOST_SIDES} sides"),
        ));
    }
    let own: organisation::Model = tx.get(input.organisation_id, "organisationId").await?;
    tx.authorise(SpaceRef::organisation(own.id)).await?;
    let mut organisations = vec![own];
    for (at, partner) in input.partner_ids.iter().enumerate() {
        organisations.push(tx.get(*partner, &format!("partnerIds[{at}]")).await?);
    }
    dates(input.starts_on, input.ends_on)?;
    rules::revisit_days(input.attitude_revisit_days)?;
    let (now, id) = (tx.now(), tx.id());
    let sides: Vec<Id> = organisations.iter().map(|_| tx.id()).collect();
    let drafted_by_side = sides.first().copied().unwrap_or(id);
    let row = partnership::Model {
        id,
        title: input.title,
        scope: input.scope,
        country: input.country,
        state: PartnershipState::Draft,
        agreement_ref: input.agreement_ref,
        no_agreement: input.no_agreement,
        agreement_on_security: input.agreement_on_security.unwrap_or(AgreementOnSecurity::NotStated),
        security_clause: input.security_clause,
        starts_on: input.starts_on,
        ends_on: input.ends_on,
        attitude_revisit_days: input.attitude_revisit_days,
        drafted_by_side,
        proposed_at: None,
        activated_at: None,
        state_reason: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("partnership.created", row).await?;
    for (position, (organisation, side)) in (1..).zip(organisations.iter().zip(&sides)) {
        let row = partnership_side::Model {
            id: *side,
            partnership_id: id,
            organisation_id: organisation.id,
            shown_as: organisation.name.clone(),
            position,
            created_by: id,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        tx.insert("partnership.side_added", row).await?;
    }
    let me: person::Model = tx.get(tx.caller.person(), "person").await?;
    let row = side_role::Model {
        id: tx.id(),
        partnership_id: id,
        side_id: drafted_by_side,
        person_id: me.id,
        role: SideStanding::SrmFocalPoint,
        shown_as: input.shown_as.unwrap_or(me.name),
        valid_from: now,
        valid_until: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("side_role.assigned", row).await?;
    // The spaces of the other sides stand from the start: their representatives find the partnership through them.
    for side in &sides {
        tx.open_space(SpaceRef::side(*side)).await?;
    }
    tx.open_space(SpaceRef::partnership(id)).await?;
    Ok(id)
}

/// A partnership does not end before it begins.
pub(super) fn dates(starts_on: Option<Date>, ends_on: Option<Date>) -> Result<()> {
    match (starts_on, ends_on) {
        (Some(starts), Some(ends)) if ends < starts => {
            Err(Error::invalid("endsOn", "PERIOD", "the partnership ends before it begins"))
        }
        _ => Ok(()),
    }
}
