//! `riskLevelChanged`: a durable, replayable stream, re-authorised for every event.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id, Kind, Right, ledger, partnership, risk, risk_level_record,
    value::{LevelCause, RiskKind, RiskLevel},
};
use futures_util::{Stream, stream};

use super::{Risk, RiskLevelRecord};
use crate::platform::{
    batch::Row,
    caller::Caller,
    codec::Position,
    error::{Error, ErrorCode, Result},
    gate::Ask,
    hub::{Follower, ResumeAfter},
    limits::REPLAY_DAYS,
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
        let key = |row: &risk_level_record::Model| Some(row.risk_id);
        Ok(self.record.one::<risk::Model>(ctx.caller()?, "risk", key).await?.map(Into::into))
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
struct Wanted {
    partnership: Option<Id>,
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

/// One subscription.
struct Feed {
    caller: Caller,
    follower: Follower,
    wanted: Wanted,
    /// For each followed space, the newest entry that was looked at.
    position: BTreeMap<i32, i64>,
    /// The person's own space, in which changes of their authority are written.
    own: Option<(i32, i64)>,
    ready: VecDeque<RiskLevelChanged>,
}

impl Feed {
    async fn open(caller: Caller, wanted: Wanted, after: Option<Position>) -> Result<Self> {
        let follower = caller.hub().follower();
        let mut feed = Self { caller, follower, wanted, position: BTreeMap::new(), own: None, ready: VecDeque::new() };
        feed.refollow(after.as_ref()).await?;
        // A right that ended between authentication and here was not heard of: it stands before the followed head.
        if !feed.caller.refresh().await? {
            return Err(Error::unauthenticated("ACCOUNT_OR_TOKEN_REVOKED"));
        }
        feed.refollow(after.as_ref()).await?;
        Ok(feed)
    }

    /// Follows what the caller may follow now. A new space begins at its head; with a position to resume, at what it
    /// says, and from the start where it knows nothing of the space.
    async fn refollow(&mut self, after: Option<&Position>) -> Result<()> {
        let grants = self.caller.grants();
        let mut spaces: Vec<i32> = grants
            .with(Right::RiskRead)
            .filter(|grant| self.wanted.partnership.is_none() || grant.partnership == self.wanted.partnership)
            .map(|grant| grant.space_no)
            .collect();
        spaces.sort_unstable();
        spaces.dedup();
        let own = grants.own_space();
        let followed: Vec<i32> = spaces.iter().copied().chain(own).collect();
        for (no, head) in self.follower.follow(&followed).await? {
            if own == Some(no) {
                self.own.get_or_insert((no, head));
                continue;
            }
            let start = after.map_or(head, |position| position.of(no).unwrap_or_default().min(head));
            self.position.entry(no).or_insert(start);
        }
        self.position.retain(|no, _| spaces.contains(no));
        Ok(())
    }

    fn cursor(&self) -> Result<String> {
        self.caller.sign(&Position { spaces: self.position.iter().map(|(no, seq)| (*no, *seq)).collect() })
    }

    /// The next event; an error when the caller is nobody any more.
    async fn next(&mut self) -> Result<RiskLevelChanged> {
        loop {
            self.still_allowed().await?;
            if let Some(event) = self.ready.pop_front() {
                self.caller.begin_again();
                return Ok(event);
            }
            let mut read = false;
            for no in self.position.keys().copied().collect::<Vec<_>>() {
                let seen = self.position.get(&no).copied().unwrap_or_default();
                for entry in self.follower.after(no, seen).await? {
                    read = true;
                    self.position.insert(no, entry.seq);
                    self.look_at(&entry).await?;
                }
            }
            if !read {
                self.follower.wait(Duration::from_secs(1)).await;
            }
        }
    }

    /// Reads the rights again when the person's authority changed or ran out.
    async fn still_allowed(&mut self) -> Result<()> {
        if self.caller.has_expired() {
            return Err(Error::unauthenticated("TOKEN_EXPIRED"));
        }
        let mut changed = self.caller.grants().next_expiry().is_some_and(|at| at <= self.caller.now());
        if let Some((no, seen)) = self.own {
            for entry in self.follower.after(no, seen).await? {
                self.own = Some((no, entry.seq));
                changed |= matches!(entry.kind, Kind::Membership | Kind::SideRole | Kind::Account);
            }
        }
        if changed {
            if !self.caller.refresh().await? {
                return Err(Error::unauthenticated("ACCOUNT_OR_TOKEN_REVOKED"));
            }
            self.refollow(None).await?;
            // What waits was allowed under the old rights: it is looked at again under the new ones.
            let waiting = std::mem::take(&mut self.ready);
            for event in waiting {
                if self.caller.find::<risk_level_record::Model>(event.record.row.id).await?.is_some() {
                    self.ready.push_back(event);
                }
            }
        }
        Ok(())
    }

    async fn look_at(&mut self, entry: &ledger::Model) -> Result<()> {
        if entry.event != "risk.level_changed" || !entry.live {
            return Ok(());
        }
        // The fence again: what is not visible now is not told, whatever it was then.
        let Some(record) = self.caller.find::<risk_level_record::Model>(entry.record_id).await? else {
            return Ok(());
        };
        if self.wanted.wants(&record.row) {
            let row = &record.row;
            let event = RiskLevelChanged {
                cursor: self.cursor()?,
                at: entry.at,
                cause: row.cause,
                from: row.previous_level,
                to: row.level,
                kind: row.kind,
                provisional: row.provisional,
                record,
            };
            self.ready.push_back(event);
        }
        Ok(())
    }

    /// Refuses a position that is too old, and says where to go on.
    async fn is_recent(&self) -> Result<()> {
        for (no, seq) in &self.position {
            let next = self.follower.after(*no, *seq).await?.into_iter().next();
            if next.is_some_and(|entry| entry.at < self.caller.now() - TimeDelta::days(REPLAY_DAYS.into())) {
                let position = self.caller.heads(Right::RiskRead).await?;
                let message =
                    "this position is older than can be replayed: read the state, then follow from streamPosition";
                return Err(Error::new(ErrorCode::InvalidCursor, message)
                    .field("after")
                    .rule("CURSOR_IS_RECENT")
                    .with("streamPosition", self.caller.sign(&position)?));
            }
        }
        Ok(())
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
        #[expect(clippy::disallowed_methods, reason = "where an SSE client left off")]
        let after = ctx.data_opt::<ResumeAfter>().map(|resume| resume.0.clone()).or(after);
        let after = after.map(|text| caller.read_position("after", &text)).transpose()?;
        let resumes = after.is_some();
        let feed = Feed::open(caller, Wanted { partnership: partnership_id, min_level, kinds }, after).await?;
        if resumes {
            feed.is_recent().await?;
        }
        Ok(stream::unfold(Some(feed), async |feed| {
            let mut feed = feed?;
            match feed.next().await {
                Ok(event) => Some((Ok(event), Some(feed))),
                // After a fault, or with a fresh token, the client resumes from its last cursor.
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}
