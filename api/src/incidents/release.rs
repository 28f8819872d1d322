use async_graphql::{ComplexObject, Context, Json, Object, SimpleObject};
use entity::{
    Id, Record, Right, SpaceRef, incident, incident_release, partnership, partnership_side, sharing_protocol,
    value::{ProtocolState, ShareLevel, Sharing},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;

use super::{Incident, SharingProtocol, rules};
use crate::{
    partnerships::Partnership,
    platform::{
        caller::{Caller, Sort},
        error::{Error, Result},
        gate::Ask,
        object::object,
        sdl::requires,
        tx::Tx,
    },
    sync::collection,
};

object! {
    /// One incident released to one partnership by the organisation that reported it.
    IncidentRelease, incident_release::Model
}

#[ComplexObject]
impl IncidentRelease {
    /// The incident, as you see it.
    async fn incident(&self, ctx: &Context<'_>) -> Result<Option<Incident>> {
        let key = |row: &incident_release::Model| Some(row.incident_id);
        Ok(self.at.one::<incident::Model>(ctx.caller()?, "incident", key).await?.map(Into::into))
    }

    /// The partnership it is released to.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let key = |row: &incident_release::Model| Some(row.partnership_id);
        Ok(self.at.one::<partnership::Model>(ctx.caller()?, "partnership", key).await?.map(Into::into))
    }

    /// The protocol under which it was released.
    async fn protocol(&self, ctx: &Context<'_>) -> Result<Option<SharingProtocol>> {
        let key = |row: &incident_release::Model| Some(row.protocol_id);
        Ok(self.at.one::<sharing_protocol::Model>(ctx.caller()?, "protocol", key).await?.map(Into::into))
    }
}

/// What the other sides would see.
#[derive(SimpleObject)]
pub struct ReleasePreview {
    /// The incident as they would see it: a JSON object with the fields of `IncidentDocument`.
    document: Json<Value>,
    /// Fields that would be held back from them.
    redactions: Vec<&'static str>,
    /// Whether the protocol allows it now.
    allowed: bool,
    /// Rule that stands against it, where one does.
    rule: Option<&'static str>,
}

/// Shows what a release would show.
#[derive(Default)]
pub struct ReleaseQueries;

#[Object]
impl ReleaseQueries {
    /// What the other sides of a partnership would see of an incident of your organisation, before you release it.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn incident_release_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The incident.")] incident_id: Id,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "How much of it.")] level: ShareLevel,
    ) -> Result<ReleasePreview> {
        use sharing_protocol::Column;
        let caller = ctx.caller()?;
        let mut found = caller.get::<incident::Model>(incident_id, "incidentId").await?;
        let partnership = caller.get::<partnership::Model>(partnership_id, "partnershipId").await?;
        sees_as_the_organisation(caller, &found.row)?;
        let in_effect = Condition::all()
            .add(Column::PartnershipId.eq(partnership_id))
            .add(Column::State.eq(ProtocolState::InEffect));
        let protocol = caller.all::<sharing_protocol::Model>(in_effect, &Sort::asc(Column::CreatedAt)).await?;
        let verdict = match protocol.first() {
            // The same rules as of the release itself: a preview that allows more would be a promise that is broken.
            Some(protocol) => rules::partnership_in_force(partnership.row.state)
                .and_then(|()| rules::may_release(&found.row, &protocol.row, level, caller.now())),
            None => Err(Error::refused(&rules::PROTOCOL_IN_EFFECT)),
        };
        found.redacted = if level == ShareLevel::Basic { found.row.redact() } else { &[] };
        let document = Json(Value::Object(collection::fields_of(&found)?));
        let rule = verdict.as_ref().err().and_then(|error| error.rule);
        Ok(ReleasePreview { document, redactions: found.redacted.to_vec(), allowed: verdict.is_ok(), rule })
    }
}

/// Releases and revokes.
#[derive(Default)]
pub struct Releases;

#[Object]
impl Releases {
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
    ) -> Result<IncidentRelease> {
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
        Ok(caller.get::<incident_release::Model>(id, "id").await?.into())
    }

    /// Takes a release back: from now on the other sides do not see the incident. Codes: NOT_FOUND, FORBIDDEN, REFUSED.
    #[graphql(directive = requires::apply(Right::IncidentRelease))]
    async fn revoke_incident_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The release.")] id: Id,
    ) -> Result<IncidentRelease> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    let asked: incident_release::Model = tx.get(id, "id").await?;
                    let releaser = SpaceRef::side(asked.side_id);
                    let own = tx.caller.grants().within(Right::IncidentRelease, releaser).is_some();
                    // Who stands on two sides acts here for the one that released.
                    let side = tx.act_for_side(asked.partnership_id, own.then_some(asked.side_id)).await?;
                    if side != asked.side_id {
                        return Err(Error::refused(&rules::ORIGINATOR_RELEASES).field("id"));
                    }
                    end(tx, &asked).await?;
                    Ok(id)
                })
            })
            .await?;
        Ok(caller.get::<incident_release::Model>(id, "id").await?.into())
    }
}

/// Who releases speaks for the organisation that reported: its author alone does not.
fn sees_as_the_organisation(caller: &Caller, incident: &incident::Model) -> Result<()> {
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
    let known = of(tx, incident.id, Some(partnership)).await?;
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
    set_level(tx, incident, partnership, Some(level)).await?;
    Ok(tx.insert("incident.shared", row).await?.id)
}

async fn set_level(tx: &mut Tx, before: &incident::Model, partnership: Id, level: Option<ShareLevel>) -> Result<()> {
    let mut after = before.clone();
    after.sharing = before.sharing.with(partnership, level);
    tx.update("incident.sharing_changed", before, after).await.map(drop)
}

/// Every release of an incident, whether or not the caller stands in its partnership: the rules must see them all.
async fn of(tx: &Tx, incident: Id, partnership: Option<Id>) -> Result<Vec<incident_release::Model>> {
    use incident_release::Column;
    let which = Condition::all()
        .add(Column::IncidentId.eq(incident))
        .add_option(partnership.map(|partnership| Column::PartnershipId.eq(partnership)));
    tx.consequences(which, Column::CreatedAt).await
}

/// Ends a release on its own record; the incident must follow.
async fn mark_ended(tx: &mut Tx, before: &incident_release::Model) -> Result<()> {
    let mut after = before.clone();
    (after.live, after.revoked_at) = (false, Some(tx.now()));
    tx.update("incident.release_revoked", before, after).await.map(drop)
}

/// Ends a release, and with it what the partnership sees of the incident. The incident is locked first, wherever releases
/// end; a release that somebody else has ended meanwhile stays as it is.
pub(super) async fn end(tx: &mut Tx, asked: &incident_release::Model) -> Result<()> {
    // Who ends a protocol need not see the whole incident of another side; nobody is shown it by this.
    let incident: incident::Model = tx.consequence(asked.incident_id).await?;
    let before: incident_release::Model = tx.consequence(asked.id).await?;
    if before.live {
        mark_ended(tx, &before).await?;
        set_level(tx, &incident, before.partnership_id, None).await?;
    }
    Ok(())
}

/// Ends every release of an incident that is locked; answers with the sharing that is left: none.
pub(super) async fn revoke_all(tx: &mut Tx, incident: &incident::Model) -> Result<Sharing> {
    for release in of(tx, incident.id, None).await?.iter().filter(|release| release.live) {
        mark_ended(tx, release).await?;
    }
    Ok(Sharing::default())
}
