//! What follows for protocols and releases when sides consent, end and take back.

use entity::{
    Id, incident, incident_release, partnership, sharing_protocol,
    value::{ProtocolState, ShareLevel, Sharing},
};
use sea_orm::{ColumnTrait, Condition};

use super::rules;
use crate::platform::{caller::Sort, error::Result, tx::Tx};

/// Every side consented: the protocol is in effect, in the place of the one before. What was released under that one is
/// withdrawn: its originator releases it anew under what is agreed now.
pub async fn adopt_protocol(tx: &mut Tx, id: Id) -> Result<()> {
    use sharing_protocol::Column;
    let before: sharing_protocol::Model = tx.lock(id, "requestId").await?;
    let partnership: partnership::Model = tx.get(before.partnership_id, "requestId").await?;
    rules::partnership_in_force(partnership.state)?;
    let earlier = Condition::all()
        .add(Column::PartnershipId.eq(before.partnership_id))
        .add(Column::State.eq(ProtocolState::InEffect));
    for earlier in tx.all::<sharing_protocol::Model>(earlier, &Sort::asc(Column::CreatedAt)).await? {
        finish_protocol(tx, &earlier, ProtocolState::Superseded).await?;
    }
    let mut after = before.clone();
    after.state = ProtocolState::InEffect;
    after.agreed_at = Some(tx.now());
    tx.update("sharing_protocol.agreed", &before, after).await.map(drop)
}

/// Ends what a partnership agreed to share: it is over.
pub async fn end_protocols(tx: &mut Tx, partnership: Id) -> Result<()> {
    use sharing_protocol::Column;
    let of = Condition::all()
        .add(Column::PartnershipId.eq(partnership))
        .add(Column::State.is_in([ProtocolState::Proposed, ProtocolState::InEffect]));
    for protocol in tx.all::<sharing_protocol::Model>(of, &Sort::asc(Column::CreatedAt)).await? {
        finish_protocol(tx, &protocol, ProtocolState::Ended).await?;
    }
    Ok(())
}

/// Ends a protocol, and with it what was released under it.
pub(super) async fn finish_protocol(tx: &mut Tx, before: &sharing_protocol::Model, state: ProtocolState) -> Result<()> {
    use incident_release::Column;
    let live = Condition::all().add(Column::ProtocolId.eq(before.id)).add(Column::Live.eq(true));
    for release in tx.consequences::<incident_release::Model>(live, Column::IncidentId).await? {
        end_release(tx, &release).await?;
    }
    let mut after = before.clone();
    after.state = state;
    after.ended_at = Some(tx.now());
    tx.update("sharing_protocol.ended", before, after).await.map(drop)
}

/// How much of an incident a partnership sees from now on.
pub(super) async fn set_level(
    tx: &mut Tx,
    before: &incident::Model,
    partnership: Id,
    level: Option<ShareLevel>,
) -> Result<()> {
    let mut after = before.clone();
    after.sharing = before.sharing.with(partnership, level);
    tx.update("incident.sharing_changed", before, after).await.map(drop)
}

/// Every release of an incident, whether or not the caller stands in its partnership: the rules must see them all.
pub(super) async fn releases_of(
    tx: &Tx,
    incident: Id,
    partnership: Option<Id>,
) -> Result<Vec<incident_release::Model>> {
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
pub(super) async fn end_release(tx: &mut Tx, asked: &incident_release::Model) -> Result<()> {
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
    for release in releases_of(tx, incident.id, None).await?.iter().filter(|release| release.live) {
        mark_ended(tx, release).await?;
    }
    Ok(Sharing::default())
}
