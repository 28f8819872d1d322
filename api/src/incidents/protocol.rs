use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, InputObject, Object};
use entity::{
    Id, Kind, Right, consent_request, incident_release, partnership, sharing_protocol,
    value::{ConsentAction, ProtocolState, ShareLevel, SharingScope, Text},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::{release, rules};
use crate::{
    consents::{self, ConsentRequest},
    partnerships::Partnership,
    platform::{
        batch::Row,
        caller::Sort,
        error::{Error, Result},
        gate::Ask,
        object::{object, objects},
        sdl::requires,
        tx::Tx,
    },
};

object! {
    /// What the sides of a partnership agreed to share of their incidents. Without one in effect nothing is shared.
    SharingProtocol, sharing_protocol::Model
}

#[ComplexObject]
impl SharingProtocol {
    /// The partnership.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |row: &sharing_protocol::Model| Some(row.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }

    /// The requests for the consent of every side.
    async fn consent_requests(&self, ctx: &Context<'_>) -> Result<Vec<ConsentRequest>> {
        use consent_request::Column;
        let (key, sort) = (|row: &consent_request::Model| row.subject_id, Sort::asc(Column::CreatedAt));
        Ok(objects(self.at.many(ctx.caller()?, "consentRequests", Column::SubjectId, key, sort, None).await?))
    }
}

/// The protocols of a partnership, newest first.
pub async fn of_partnership(ctx: &Context<'_>, at: &Row<partnership::Model>) -> Result<Vec<SharingProtocol>> {
    use sharing_protocol::Column;
    let (key, sort) = (|row: &sharing_protocol::Model| row.partnership_id, Sort::desc(Column::CreatedAt));
    Ok(objects(at.many(ctx.caller()?, "sharingProtocols", Column::PartnershipId, key, sort, None).await?))
}

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

/// Proposes and ends what is shared.
#[derive(Default)]
pub struct SharingProtocols;

#[Object]
impl SharingProtocols {
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
    ) -> Result<SharingProtocol> {
        let caller = ctx.caller()?;
        let id =
            caller.command_once(ctx, idempotency_key, |tx| Box::pin(async move { propose(tx, input).await })).await?;
        Ok(caller.get::<sharing_protocol::Model>(id, "id").await?.into())
    }

    /// Ends what is shared: any side may, alone and at once. Everything that was released under it is released no more.
    /// Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn end_sharing_protocol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The protocol.")] id: Id,
        #[graphql(desc = "The version you read.")] expected_version: i32,
        #[graphql(desc = "The side you act for, where you stand on more than one.")] side_id: Option<Id>,
    ) -> Result<SharingProtocol> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let asked: sharing_protocol::Model = tx.get(id, "id").await?;
                    let _: partnership::Model = tx.lock(asked.partnership_id, "id").await?;
                    let before: sharing_protocol::Model = tx.lock_at(id, "id", expected_version).await?;
                    tx.act_for_side(before.partnership_id, side_id).await?;
                    if !matches!(before.state, ProtocolState::Proposed | ProtocolState::InEffect) {
                        return Err(Error::refused(&rules::PROTOCOL_IN_EFFECT).field("id"));
                    }
                    consents::void(tx, before.id).await?;
                    finish(tx, &before, ProtocolState::Ended).await?;
                    Ok(before.id)
                })
            })
            .await?;
        Ok(caller.get::<sharing_protocol::Model>(id, "id").await?.into())
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

/// Every side consented: the protocol is in effect, in the place of the one before. What was released under that one is
/// withdrawn: its originator releases it anew under what is agreed now.
pub async fn adopt(tx: &mut Tx, id: Id) -> Result<()> {
    use sharing_protocol::Column;
    let before: sharing_protocol::Model = tx.lock(id, "requestId").await?;
    let partnership: partnership::Model = tx.get(before.partnership_id, "requestId").await?;
    rules::partnership_in_force(partnership.state)?;
    let earlier = Condition::all()
        .add(Column::PartnershipId.eq(before.partnership_id))
        .add(Column::State.eq(ProtocolState::InEffect));
    for earlier in tx.all::<sharing_protocol::Model>(earlier, &Sort::asc(Column::CreatedAt)).await? {
        finish(tx, &earlier, ProtocolState::Superseded).await?;
    }
    let mut after = before.clone();
    after.state = ProtocolState::InEffect;
    after.agreed_at = Some(tx.now());
    tx.update("sharing_protocol.agreed", &before, after).await.map(drop)
}

/// Ends a protocol, and with it what was released under it.
async fn finish(tx: &mut Tx, before: &sharing_protocol::Model, state: ProtocolState) -> Result<()> {
    use incident_release::Column;
    let live = Condition::all().add(Column::ProtocolId.eq(before.id)).add(Column::Live.eq(true));
    for release in tx.consequences::<incident_release::Model>(live, Column::IncidentId).await? {
        release::end(tx, &release).await?;
    }
    let mut after = before.clone();
    after.state = state;
    after.ended_at = Some(tx.now());
    tx.update("sharing_protocol.ended", before, after).await.map(drop)
}
