use async_graphql::{ComplexObject, Context};
use entity::{incident, incident_release, partnership, sharing_protocol};

use super::{Incident, SharingProtocol};
use crate::{
    partnerships::Partnership,
    platform::{error::Result, gate::Ask, object::object},
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
