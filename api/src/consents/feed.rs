//! `consentChanged`: a side was asked, spoke, or a request is closed.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{Id, Kind, Right, consent, consent_request, ledger, partnership};
use futures_util::Stream;

use super::{Consent, ConsentRequest};
use crate::platform::{
    batch::Row,
    caller::Caller,
    error::Result,
    feed::{self, Event},
    gate::{Ask, resume},
    sdl::requires,
};

/// Something happened to a request for consent.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ConsentChanged {
    /// Position of this event. Send it as `after` to go on behind it; the same event has the same cursor.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened: consent.requested, given, refused, withdrawn, superseded, effective, closed or voided.
    event: String,
    #[graphql(skip)]
    request: Row<consent_request::Model>,
    #[graphql(skip)]
    said: Option<Row<consent::Model>>,
}

#[ComplexObject]
impl ConsentChanged {
    /// The request, as it is now.
    async fn request(&self) -> ConsentRequest {
        self.request.clone().into()
    }

    /// What a side said, where a side spoke.
    async fn consent(&self) -> Option<Consent> {
        self.said.clone().map(Into::into)
    }
}

impl Event for ConsentChanged {
    type Wanted = ();

    const RIGHTS: &'static [Right] = &[Right::PartnershipRead];

    async fn of(caller: &Caller, (): &(), entry: &ledger::Model, cursor: &str) -> Result<Option<Self>> {
        if !entry.live || !entry.event.starts_with("consent.") {
            return Ok(None);
        }
        let said = match entry.kind {
            Kind::Consent => caller.find::<consent::Model>(entry.record_id).await?,
            _ => None,
        };
        let request = said.as_ref().map_or(entry.record_id, |said| said.row.request_id);
        let request = caller.find::<consent_request::Model>(request).await?;
        let (cursor, event) = (cursor.to_owned(), entry.event.clone());
        Ok(request.map(|request| Self { cursor, at: entry.at, event, request, said }))
    }
}

/// Subscriptions of this capability.
#[derive(Default)]
pub struct ConsentSubscriptions;

#[Subscription]
impl ConsentSubscriptions {
    /// What happens to the requests for consent of a partnership, in the order of its ledger, at least once each. Every event
    /// is authorised anew.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn consent_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "A cursor of an event, or a streamPosition.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ConsentChanged>>> {
        let caller = ctx.caller()?.clone();
        caller.get::<partnership::Model>(partnership_id, "partnershipId").await?;
        feed::subscribe(caller, Some(partnership_id), (), resume(ctx, after)).await
    }
}
