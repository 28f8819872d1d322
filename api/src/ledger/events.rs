use async_graphql::{ComplexObject, Context, Object, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{Id, Kind, Right, ledger, partnership};
use futures_util::Stream;

use crate::{
    node::{self, Node},
    platform::{
        caller::Caller,
        error::{Error, Result},
        feed::{self, Event as Told, Feed, Which},
        follower::Begin,
        gate::{Ask, resume},
        limits::PAGE_MOST,
        sdl::requires,
    },
};

/// Rights whose ledgers are read for events.
const RIGHTS: &[Right] = &[Right::PartnershipRead, Right::AdvocacyRead, Right::RiskRead, Right::IncidentRead];
/// Entries that one page looks at; behind them the next page goes on.
const LOOKED: usize = 2000;
/// What an event may begin with.
const GROUPS: [&str; 31] = [
    "partnership.",
    "principles.",
    "risk_attitude.",
    "risk_transfer.",
    "duty_of_care.",
    "concern.",
    "consent.",
    "conversation.",
    "communication_plan.",
    "communication_contact.",
    "feedback.",
    "practice.",
    "health_check.",
    "decision.",
    "policy_consultation.",
    "strength.",
    "benefit.",
    "understanding.",
    "srm_role.",
    "capacity.",
    "capacity_need.",
    "capacity_activity.",
    "library_item.",
    "advocacy_issue.",
    "advocacy_strategy.",
    "campaign.",
    "review.",
    "action.",
    "risk.",
    "incident.",
    "sharing_protocol.",
];

/// Something that happened to a record you see.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Event {
    /// Position of this event.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened, such as risk.level_changed or incident.shared.
    event: String,
    /// Kind of the record.
    kind: Kind,
    /// The record.
    record_id: Id,
}

#[ComplexObject]
impl Event {
    /// The record, as you see it now.
    async fn record(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        node::find(ctx.caller()?, self.record_id).await
    }
}

impl Told for Event {
    /// What the event may begin with.
    type Wanted = Option<Vec<String>>;

    const RIGHTS: &'static [Right] = RIGHTS;

    async fn of(caller: &Caller, types: &Self::Wanted, entry: &ledger::Model, cursor: &str) -> Result<Option<Self>> {
        let wanted = types.as_ref().is_none_or(|types| types.iter().any(|wanted| entry.event.starts_with(wanted)));
        let told = entry.live && wanted && GROUPS.iter().any(|group| entry.event.starts_with(group));
        if !told || node::find(caller, entry.record_id).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            cursor: cursor.to_owned(),
            at: entry.at,
            event: entry.event.clone(),
            kind: entry.kind,
            record_id: entry.record_id,
        }))
    }
}

/// Events, with the position behind them.
#[derive(SimpleObject)]
pub struct EventPage {
    /// The events, space by space in the order of each ledger.
    events: Vec<Event>,
    /// Position behind them: send it as `after` next time, or to a subscription.
    cursor: String,
    /// Whether more wait: ask again at once.
    has_more: bool,
}

/// Events without a socket.
#[derive(Default)]
pub struct EventQueries;

#[Object]
impl EventQueries {
    /// What happened to partnerships, to all that belongs to them and to incidents you see, behind a position: to catch up
    /// without a socket. Of the library it tells what is shared in partnerships. Without `after` no events, and the position of now. What you do not see any more is not told.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only events that begin so, such as risk. or incident.shared.")] types: Option<Vec<String>>,
        #[graphql(desc = "Of this partnership only.")] partnership_id: Option<Id>,
        #[graphql(desc = "A cursor of this query, of an event, or a streamPosition.")] after: Option<String>,
        #[graphql(desc = "Most events of the page, 1 to 100.", default = 25)] first: i32,
    ) -> Result<EventPage> {
        let most = usize::try_from(first).unwrap_or_default();
        if !(1..=PAGE_MOST).contains(&first) {
            return Err(Error::invalid("first", "PAGE_SIZE", format!("expected 1 to {PAGE_MOST} rows, found {first}")));
        }
        let caller = ctx.caller()?;
        let from = after.as_deref().map(|text| caller.read_position("after", text)).transpose()?;
        let which = partnership_id.map_or(Which::All, Which::Partnership);
        let mut feed = Feed::open(caller.clone(), RIGHTS, which, None, Begin::Now, from.as_ref()).await?;
        if from.is_some() {
            feed.is_recent().await?;
        }
        let mut page = EventPage { events: Vec::new(), cursor: caller.sign(feed.position())?, has_more: false };
        let mut looked = 0;
        'pages: loop {
            let batch = feed.read().await?;
            if batch.is_empty() {
                break;
            }
            for (entry, position) in batch {
                if page.events.len() == most || looked == LOOKED {
                    page.has_more = true;
                    break 'pages;
                }
                looked += 1;
                page.cursor = caller.sign(&position)?;
                page.events.extend(<Event as Told>::of(caller, &types, &entry, &page.cursor).await?);
            }
        }
        Ok(page)
    }
}

/// Every event, as it happens.
#[derive(Default)]
pub struct EventSubscriptions;

#[Subscription]
impl EventSubscriptions {
    /// What happens to anything that you see, in the order of each ledger, at least once each: the events of the query
    /// `events`, with the same cursors, but for those of your own space. Every event is authorised anew.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn event_happened(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only events that begin so, such as risk. or decision.emergency.")] types: Option<Vec<String>>,
        #[graphql(desc = "Of this partnership only.")] partnership_id: Option<Id>,
        #[graphql(desc = "A cursor of this subscription, of `events`, or a streamPosition.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<Event>>> {
        let caller = ctx.caller()?.clone();
        if let Some(id) = partnership_id {
            caller.get::<partnership::Model>(id, "partnershipId").await?;
        }
        feed::subscribe(caller, partnership_id, types, resume(ctx, after)).await
    }
}
