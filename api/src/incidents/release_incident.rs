use async_graphql::{Context, Object};
use entity::{
    Id, Right, SpaceRef, incident, incident_release, partnership, partnership_side, sharing_protocol,
    value::{ProtocolState, ShareLevel},
};
use sea_orm::{ColumnTrait, Condition};

use super::{IncidentRelease, effects, rules};
use crate::platform::{
    caller::{Caller, Sort},
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
    tx::Tx,
    whole::Whole,
};

/// Releases an incident.
#[derive(Default)]
pub struct ReleaseIncident;

#[Object]
impl ReleaseIncident {
    /// Releases an incident of your organisation to a partnership, within its sharing protocol. Released again at another
    /// level, that level counts. Look at `incidentReleasePreview` first. Codes: NOT_FOUND, FORBIDDEN, CONFLICT, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn release_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] incident_id: Id,
        #[graphql(desc = "The version you read, and previewed.")] expected_version: i32,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "How much of it.")] level: ShareLevel,
    ) -> Result<Whole<IncidentRelease>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    // The partnership first, as wherever sides act: who ends the protocol now ends it before or after.
                    let partnership: partnership::Model = tx.lock(partnership_id, "partnershipId").await?;
                    let incident: incident::Model = tx.lock_at(incident_id, "incidentId", expected_version).await?;
                    rules::partnership_in_force(partnership.state)?;
                    sees_as_the_organisation(&tx.caller, &incident)?;
                    let side = own_side(tx, partnership.id, incident.organisation_id).await?;
                    release(tx, &incident, side, partnership.id, level).await
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}

/// Who releases speaks for the organisation that reported: its author alone does not.
pub(super) fn sees_as_the_organisation(caller: &Caller, incident: &incident::Model) -> Result<()> {
    let organisation = SpaceRef::organisation(incident.organisation_id);
    let sees = caller.grants().within(Right::IncidentRead, organisation).is_some();
    if sees { Ok(()) } else { Err(Error::refused(&rules::ORIGINATOR_RELEASES).field("incidentId")) }
}

/// The side for which the caller acts, which must be that of the organisation that reported.
async fn own_side(tx: &mut Tx, partnership: Id, organisation: Id) -> Result<Id> {
    use partnership_side::Column;
    let own = Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::OrganisationId.eq(organisation));
    let own: Vec<partnership_side::Model> = tx.all(own, &Sort::asc(Column::Position)).await?;
    let own = own.first().ok_or_else(|| Error::refused(&rules::ORIGINATOR_RELEASES).field("incidentId"))?;
    tx.act_for_side(partnership, Some(own.id)).await
}

async fn release(tx: &mut Tx, incident: &incident::Model, side: Id, partnership: Id, level: ShareLevel) -> Result<Id> {
    use sharing_protocol::Column;
    let in_effect =
        Condition::all().add(Column::PartnershipId.eq(partnership)).add(Column::State.eq(ProtocolState::InEffect));
    let protocols: Vec<sharing_protocol::Model> = tx.all(in_effect, &Sort::asc(Column::CreatedAt)).await?;
    let none = || Error::refused(&rules::PROTOCOL_IN_EFFECT).field("partnershipId");
    let protocol = protocols.first().ok_or_else(none)?;
    rules::may_release(incident, protocol, level, tx.now())?;
    let known = effects::releases_of(tx, incident.id, Some(partnership)).await?;
    if let Some(live) = rules::live_release(&known) {
        if live.level == level {
            return Ok(live.id);
        }
        let mut ended = live.clone();
        (ended.live, ended.revoked_at) = (false, Some(tx.now()));
        tx.update("incident.release_superseded", live, ended).await?;
    }
    let (id, now) = (tx.id(), tx.now());
    let row = incident_release::Model {
        id,
        incident_id: incident.id,
        partnership_id: partnership,
        side_id: side,
        protocol_id: protocol.id,
        level,
        live: true,
        revoked_at: None,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    // The incident first: who hears of the release can read it.
    effects::set_level(tx, incident, partnership, Some(level)).await?;
    Ok(tx.insert("incident.shared", row).await?.id)
}
