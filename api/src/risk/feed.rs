//! `riskLevelChanged`: the level in effect of a risk is another one than before.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{
    Id, Right, ledger, partnership, risk, risk_level_record,
    value::{LevelCause, RiskKind, RiskLevel},
};
use futures_util::Stream;

use super::{Risk, RiskLevelRecord};
use crate::platform::{
    batch::Row,
    caller::Caller,
    error::Result,
    feed::{self, Event},
    gate::{Ask, resume},
    sdl::requires,
};

/// The level in effect of a risk is another one than before.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RiskLevelChanged {
    /// Position of this event. Send it as `after` to go on behind it; the same event has the same cursor.
    cursor: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// Why the level was recorded.
    cause: LevelCause,
    /// Level before; empty where there was none.
    from: Option<RiskLevel>,
    /// Level after.
    to: RiskLevel,
    /// Present or residual risk.
    kind: RiskKind,
    /// True while the sides disagree: the highest of their views, until they agree.
    provisional: bool,
    #[graphql(skip)]
    record: Row<risk_level_record::Model>,
}

#[ComplexObject]
impl RiskLevelChanged {
    /// The risk, as it is now.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Option<Risk>> {
        let risk = self.record.one::<risk::Model>(ctx.caller()?, "risk", risk_level_record::Column::RiskId);
        Ok(risk.await?.map(Into::into))
    }

    /// The record of the level, as it was then.
    async fn record(&self) -> RiskLevelRecord {
        self.record.clone().into()
    }

    /// Fields that are held back from you, by name.
    async fn redactions(&self) -> Vec<&'static str> {
        self.record.redacted.to_vec()
    }
}

/// Which events are wanted.
pub struct Wanted {
    min_level: Option<RiskLevel>,
    kinds: Option<Vec<RiskKind>>,
}

impl Wanted {
    /// A change counts where the level was, or is now, high enough: a fall below the bound must be heard too.
    fn wants(&self, record: &risk_level_record::Model) -> bool {
        let kind = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&record.kind));
        let high = |level: RiskLevel| self.min_level.is_none_or(|min| level >= min);
        kind && (high(record.level) || record.previous_level.is_some_and(high))
    }
}

impl Event for RiskLevelChanged {
    type Wanted = Wanted;

    const RIGHTS: &'static [Right] = &[Right::RiskRead];

    async fn of(caller: &Caller, wanted: &Wanted, entry: &ledger::Model, cursor: &str) -> Result<Option<Self>> {
        if entry.event != "risk.level_changed" || !entry.live {
            return Ok(None);
        }
        let record = caller.find::<risk_level_record::Model>(entry.record_id).await?;
        Ok(record.filter(|record| wanted.wants(&record.row)).map(|record| Self {
            cursor: cursor.to_owned(),
            at: entry.at,
            cause: record.row.cause,
            from: record.row.previous_level,
            to: record.row.level,
            kind: record.row.kind,
            provisional: record.row.provisional,
            record,
        }))
    }
}

/// Subscriptions of this capability.
#[derive(Default)]
pub struct RiskSubscriptions;

#[Subscription]
impl RiskSubscriptions {
    /// Changes of the level in effect of risks you see, in the order of their ledgers, at least once each. No event where
    /// the level stays the same. Without `after` from now on; with it everything behind that position, then live, without
    /// a seam. Every event is authorised anew; nothing comes after your right has ended.
    #[graphql(directive = requires::apply(Right::RiskRead))]
    async fn risk_level_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this partnership only.")] partnership_id: Option<Id>,
        #[graphql(desc = "Only where the level was, or is now, this high.")] min_level: Option<RiskLevel>,
        #[graphql(desc = "Of these kinds only.")] kinds: Option<Vec<RiskKind>>,
        #[graphql(desc = "A cursor of an event, or a streamPosition.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<RiskLevelChanged>>> {
        let caller = ctx.caller()?.clone();
        if let Some(id) = partnership_id {
            caller.get::<partnership::Model>(id, "partnershipId").await?;
        }
        feed::subscribe(caller, partnership_id, Wanted { min_level, kinds }, resume(ctx, after)).await
    }
}
