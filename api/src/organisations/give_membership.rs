use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Datelike, SubsecRound, Utc};
use entity::{Id, Right, SpaceRef, membership, person, value::OrganisationRole};

use super::Membership;
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// A standing for a person of one's own organisation.
#[derive(InputObject)]
pub struct GiveMembershipInput {
    /// The person. The organisation is their employer.
    person_id: Id,
    /// The standing.
    role: OrganisationRole,
    /// From when; now where it is left out.
    valid_from: Option<DateTime<Utc>>,
    /// Until when; open where it is left out.
    valid_until: Option<DateTime<Utc>>,
}

/// Gives a standing.
#[derive(Default)]
pub struct GiveMembership;

#[Object]
impl GiveMembership {
    /// Gives a person of your organisation a standing in it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::PeopleKeep))]
    async fn give_membership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standing.")] input: GiveMembershipInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<Membership>> {
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let person: person::Model = tx.get(input.person_id, "personId").await?;
                    tx.authorise(SpaceRef::organisation(person.organisation_id)).await?;
                    let (from, until) = period(tx.now(), input.valid_from, input.valid_until)?;
                    Ok(record(tx, &person, input.role, from, until).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// A period that begins now where it does not say, and does not end before it begins.
pub(crate) fn period(
    now: DateTime<Utc>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let at = |field: &str, at: DateTime<Utc>| {
        // What every database keeps: whole microseconds of years that have four digits.
        if !(1..=9999).contains(&at.year()) {
            return Err(Error::invalid(field, "PERIOD", "expected a time between the years 1 and 9999"));
        }
        Ok(at.trunc_subsecs(6))
    };
    let from = from.map(|from| at("validFrom", from)).transpose()?.unwrap_or(now);
    let until = until.map(|until| at("validUntil", until)).transpose()?;
    if until.is_some_and(|until| until <= from) {
        return Err(Error::invalid("validUntil", "PERIOD", "the period ends before it begins"));
    }
    Ok((from, until))
}

/// Writes a standing.
pub(super) async fn record(
    tx: &mut Tx,
    person: &person::Model,
    role: OrganisationRole,
    valid_from: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
) -> Result<membership::Model> {
    let (id, now) = (tx.id(), tx.now());
    let row = membership::Model {
        id,
        organisation_id: person.organisation_id,
        person_id: person.id,
        role,
        valid_from,
        valid_until,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert("membership.given", row).await
}
