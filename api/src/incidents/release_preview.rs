use async_graphql::{Context, Json, Object, SimpleObject};
use entity::{
    Id, Record, Right, incident, partnership, sharing_protocol,
    value::{ProtocolState, ShareLevel},
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;

use super::{release_incident::sees_as_the_organisation, rules};
use crate::{
    platform::{
        caller::Sort,
        error::{Error, Result},
        gate::Ask,
        sdl::requires,
    },
    sync::collection,
};

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
