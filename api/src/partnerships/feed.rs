//! `partnershipChanged`: a partnership was proposed, edited, came into force, was suspended, resumed or withdrawn.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{Id, Kind, Right, ledger, partnership};
use futures_util::Stream;

use super::Partnership;
use crate::platform::{
    batch::Row,
    caller::Caller,
    error::Result,
    feed::{self, Event},
    gate::{Ask, resume},
    sdl::requires,
};

/// Something happened to a partnership.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PartnershipChanged {
    /// Position of this event. Send it as `after` to go on behind it; the same event has the same cursor.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened, such as partnership.activated.
    event: String,
    #[graphql(skip)]
    partnership: Row<partnership::Model>,
}

#[ComplexObject]
impl PartnershipChanged {
    /// The partnership, as it is now.
    async fn partnership(&self) -> Partnership {
        self.partnership.clone().into()
    }
}

impl Event for PartnershipChanged {
    type Wanted = ();

    const RIGHTS: &'static [Right] = &[Right::PartnershipRead];

    async fn of(caller: &Caller, (): &(), entry: &ledger::Model, cursor: &str) -> Result<Option<Self>> {
        if !entry.live || entry.kind != Kind::Partnership {
            return Ok(None);
        }
        let partnership = caller.find::<partnership::Model>(entry.record_id).await?;
        let (cursor, event) = (cursor.to_owned(), entry.event.clone());
        Ok(partnership.map(|partnership| Self { cursor, at: entry.at, event, partnership }))
    }
}

/// Subscriptions of this capability.
#[derive(Default)]
pub struct PartnershipSubscriptions;

#[Subscription]
impl PartnershipSubscriptions {
    /// What happens to your partnerships, in the order of their ledgers, at least once each. Every event is authorised anew.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn partnership_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "This partnership only.")] partnership_id: Option<Id>,
        #[graphql(desc = "A cursor of an event, or a streamPosition.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<PartnershipChanged>>> {
        let caller = ctx.caller()?.clone();
        if let Some(id) = partnership_id {
            caller.get::<partnership::Model>(id, "partnershipId").await?;
        }
        feed::subscribe(caller, partnership_id, (), resume(ctx, after)).await
    }
}
