use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id, Kind, Right, partnership, sharing_protocol,
    value::{ConsentAction, ProtocolState, ShareLevel, SharingScope, Text},
};
use serde_json::json;

use super::{SharingProtocol, rules};
use crate::{
    consents,
    platform::{
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
        tx::Tx,
        whole::Whole,
    },
};

/// What the sides would agree to share.
#[derive(InputObject)]
pub struct ProposeSharingProtocolInput {
    /// The partnership.
    partnership_id: Id,
    /// The side you act for, where you stand on more than one.
    side_id: Option<Id>,
    /// Which incidents may be released.
    scope: SharingScope,
    /// The most that may be released of one.
    max_level: ShareLevel,
    /// Hours that must have passed since the server received an incident, 0 to 8760.
    #[graphql(default = 0)]
    delay_hours: i32,
    /// How anonymity is kept, and what else is agreed.
    terms: Option<Text>,
}

/// Proposes what is shared.
#[derive(Default)]
pub struct ProposeSharingProtocol;

#[Object]
impl ProposeSharingProtocol {
    /// Asks every side to agree on what may be shared of incidents. It is in effect when all of them have consented, and
    /// takes the place of an earlier one. Nothing is released by it: each incident is released by the organisation that
    /// reported it. Codes: NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn propose_sharing_protocol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The protocol.")] input: ProposeSharingProtocolInput,
        #[graphql(desc = "A key of your own making: the same command sent twice happens once.")]
        idempotency_key: Option<String>,
    ) -> Result<Whole<SharingProtocol>> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        caller.answer_with(ctx, id).await
    }
}

async fn propose(tx: &mut Tx, input: ProposeSharingProtocolInput) -> Result<Id> {
    let partnership: partnership::Model = tx.lock(input.partnership_id, "partnershipId").await?;
    let side = tx.act_for_side(partnership.id, input.side_id).await?;
    rules::partnership_in_force(partnership.state)?;
    if !(0..=8760).contains(&input.delay_hours) {
        return Err(Error::invalid("delayHours", "DELAY_HOURS", "expected 0 to 8760 hours"));
    }
    let (id, now) = (tx.id(), tx.now());
    let row = sharing_protocol::Model {
        id,
        partnership_id: partnership.id,
        scope: input.scope,
        max_level: input.max_level,
        delay_hours: input.delay_hours,
        terms: input.terms,
        state: ProtocolState::Proposed,
        agreed_at: None,
        ended_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let content = BTreeMap::from([
        ("sharingProtocol", json!(row.id)),
        ("partnership", json!(row.partnership_id)),
        ("scope", json!(row.scope)),
        ("maxLevel", json!(row.max_level)),
        ("delayHours", json!(row.delay_hours)),
        ("terms", json!(row.terms)),
    ]);
    let row = tx.insert("sharing_protocol.proposed", row).await?;
    let subject = consents::Subject {
        partnership: partnership.id,
        kind: Kind::SharingProtocol,
        id: row.id,
        action: ConsentAction::AdoptSharingProtocol,
    };
    consents::ask(tx, subject, side, content).await?;
    Ok(row.id)
}
