use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{
    Id, Right, SpaceRef, partnership, partnership_side, person, side_role,
    value::{SideStanding as Role, Title},
};

use super::SideRole;
use crate::{
    organisations::period,
    platform::{
        error::{Error, Result, Rule},
        gate::Ask,
        sdl::requires,
        whole::Whole,
    },
};

/// A side is made of the people of its organisation (P-20).
const OWN_PEOPLE: Rule =
    Rule { key: "OWN_PEOPLE", requirement: "P-20", says: "a side is made of people of its own organisation" };

/// A standing on one's own side.
#[derive(InputObject)]
pub struct AssignSideRoleInput {
    /// The side.
    side_id: Id,
    /// The person, of the organisation of the side.
    person_id: Id,
    /// The standing.
    role: Role,
    /// How the side shows this person to the other sides; their name where it is left out.
    shown_as: Option<Title>,
    /// From when; now where it is left out.
    valid_from: Option<DateTime<Utc>>,
    /// Until when; open where it is left out.
    valid_until: Option<DateTime<Utc>>,
}

/// Names a person of one's own side.
#[derive(Default)]
pub struct AssignSideRole;

#[Object]
impl AssignSideRole {
    /// Gives a person of your organisation a standing on its side of a partnership. Codes: NOT_FOUND, FORBIDDEN,
    /// REFUSED, VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::SideStaff))]
    async fn assign_side_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, where, as what.")] input: AssignSideRoleInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<SideRole>> {
        let caller = ctx.caller()?;
        let id = caller
            .command_once(ctx, idempotency_key, |tx| {
                Box::pin(async move {
                    let side: partnership_side::Model = tx.get(input.side_id, "sideId").await?;
                    // Locked first: who is assigned while it is proposed is shown where it is shown then.
                    let _: partnership::Model = tx.lock(side.partnership_id, "sideId").await?;
                    tx.authorise(SpaceRef::side(side.id)).await?;
                    let person: person::Model = tx.get(input.person_id, "personId").await?;
                    if person.organisation_id != side.organisation_id {
                        return Err(Error::refused(&OWN_PEOPLE).field("personId"));
                    }
                    let (valid_from, valid_until) = period(tx.now(), input.valid_from, input.valid_until)?;
                    let (id, now) = (tx.id(), tx.now());
                    let row = side_role::Model {
                        id,
                        partnership_id: side.partnership_id,
                        side_id: side.id,
                        person_id: person.id,
                        role: input.role,
                        shown_as: input.shown_as.unwrap_or(person.name),
                        valid_from,
                        valid_until,
                        created_by: id,
                        created_at: now,
                        updated_at: now,
                        version: 1,
                    };
                    Ok(tx.insert("side_role.assigned", row).await?.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
