//! `incidentShared`: an incident was released to a partnership, at another level, or is released no more.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{Id, Right, incident, incident_release, ledger, partnership};
use futures_util::Stream;

use super::{Incident, IncidentRelease};
use crate::platform::{
    batch::Row,
    caller::Caller,
    error::Result,
    feed::{self, Event},
    gate::{Ask, resume},
    sdl::requires,
};

/// An incident was released to a partnership, or a release was revoked.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct IncidentShared {
    /// Position of this event. Send it as `after` to go on behind it; the same event has the same cursor.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// True where it was released, false where it was taken back.
    released: bool,
    #[graphql(skip)]
    release: Row<incident_release::Model>,
}

#[ComplexObject]
impl IncidentShared {
    /// The release, as it is now.
    async fn release(&self) -> IncidentRelease {
        self.release.clone().into()
    }

    /// The incident, as you see it now; empty where it was taken back.
    async fn incident(&self, ctx: &Context<'_>) -> Result<Option<Incident>> {
        Ok(ctx.caller()?.find::<incident::Model>(self.release.row.incident_id).await?.map(Into::into))
    }
}

impl Event for IncidentShared {
    type Wanted = ();

    const RIGHTS: &'static [Right] = &[Right::IncidentRead];

    async fn of(caller: &Caller, (): &(), entry: &ledger::Model, cursor: &str) -> Result<Option<Self>> {
        let released = entry.event == "incident.shared";
        // Told once, in the ledger that every side reads: not in that of the side that released it too.
        let shared = caller
            .grants()
            .with(Right::IncidentRead)
            .any(|grant| grant.space_no == entry.space_no && grant.space.kind == entity::SpaceKind::Partnership);
        if !shared || !entry.live || !(released || entry.event == "incident.release_revoked") {
            return Ok(None);
        }
        let release = caller.find::<incident_release::Model>(entry.record_id).await?;
        Ok(release.map(|release| Self { cursor: cursor.to_owned(), at: entry.at, released, release }))
    }
}

/// Subscriptions of this capability.
#[derive(Default)]
pub struct IncidentSubscriptions;

#[Subscription]
impl IncidentSubscriptions {
    /// Incidents that are released to your partnerships or taken back, in the order of their ledgers, at least once each.
    /// Every event is authorised anew.
    #[graphql(directive = requires::apply(Right::IncidentRead))]
    async fn incident_shared(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this partnership only.")] partnership_id: Option<Id>,
        #[graphql(desc = "A cursor of an event, or a streamPosition.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<IncidentShared>>> {
        let caller = ctx.caller()?.clone();
        if let Some(id) = partnership_id {
            caller.get::<partnership::Model>(id, "partnershipId").await?;
        }
        feed::subscribe(caller, partnership_id, (), resume(ctx, after)).await
    }
}
