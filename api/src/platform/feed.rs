//! One reader that follows ledgers: durable, replayable, re-authorised for every event. Subscriptions and sync streams
//! differ only in what they make of an entry.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use entity::{Id, Kind, Right, SpaceKind, ledger};
use futures_util::{Stream, stream};

use super::{
    caller::Caller,
    error::{Error, ErrorCode, Result},
    follower::{Begin, Follower},
    limits::REPLAY_DAYS,
    position::Position,
};

/// Without a sign, rights are read again this often: what begins later, and what came with a new partnership.
const REFRESH: Duration = Duration::from_mins(1);

/// What a subscription hands out.
pub trait Event: Sized + Send + 'static {
    /// What is wanted of it.
    type Wanted: Send + Sync;

    /// The rights that read it.
    const RIGHTS: &'static [Right];

    /// What an entry says, where it is wanted and the caller sees it now; none otherwise.
    fn of(
        caller: &Caller,
        wanted: &Self::Wanted,
        entry: &ledger::Model,
        cursor: &str,
    ) -> impl Future<Output = Result<Option<Self>>> + Send;
}

/// What became of the rights of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Nothing was heard of them.
    AsBefore,
    /// They were read again, and lead to the same spaces.
    SameSpaces,
    /// They lead to other spaces than before.
    OtherSpaces,
}

/// Which ledgers a reader follows, of those it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of a partnership and its sides.
    Partnership(Id),
    /// Those that are shared with others: not the person's own.
    Shared,
    /// All of them.
    All,
}

/// Where a reader stands in the ledgers it may follow.
pub struct Feed {
    /// Who reads.
    pub caller: Caller,
    follower: Follower,
    rights: &'static [Right],
    which: Which,
    begin: Begin,
    /// For each followed space, the newest entry that was looked at.
    position: Position,
    /// The person's own space, in which changes of their authority are written.
    own: Option<(i32, i64)>,
    /// What the person's devices have pushed since it was last asked, where it is asked.
    pushed: Option<Vec<(Kind, Id)>>,
    refresh_by: Instant,
}

impl Feed {
    /// Follows what the caller may follow for some rights: from now on, or from behind a position. With a kind it is woken
    /// for records of that kind, and learns of others when it looks by itself.
    pub async fn open(
        caller: Caller,
        rights: &'static [Right],
        which: Which,
        kind: Option<Kind>,
        begin: Begin,
        after: Option<&Position>,
    ) -> Result<Self> {
        let follower = caller.hub().follower(kind);
        let refresh_by = Instant::now() + REFRESH;
        let position = Position::default();
        let mut feed = Self { caller, follower, rights, which, begin, position, own: None, pushed: None, refresh_by };
        feed.refollow(after).await?;
        // A right that ended between authentication and here was not heard of: it stands before the followed head.
        if !feed.caller.refresh().await? {
            return Err(Error::unauthenticated("ACCOUNT_OR_TOKEN_REVOKED"));
        }
        if !feed.follows(&feed.spaces()) {
            feed.refollow(after).await?;
        }
        Ok(feed)
    }

    /// Follows what the caller may follow now. A new space begins at its head; with a position to resume, at what it
    /// says, and from the start where it knows nothing of the space.
    async fn refollow(&mut self, after: Option<&Position>) -> Result<()> {
        let spaces = self.spaces();
        let own = self.caller.grants().own_space();
        let mut followed: Vec<i32> = spaces.iter().copied().chain(own).collect();
        followed.sort_unstable();
        followed.dedup();
        let mut position = Vec::with_capacity(spaces.len());
        for (no, head) in self.follower.follow(&followed, self.begin).await?.iter().copied() {
            if own == Some(no) {
                self.own.get_or_insert((no, head));
            }
            if spaces.binary_search(&no).is_ok() {
                // A position that came from outside may be ahead of a ledger that was restored; what is known here of the ledger may
                // be behind one that was just read.
                let most = if self.begin == Begin::Now { head } else { i64::MAX };
                let start = || after.map_or(head, |position| position.of(no).unwrap_or_default().min(most));
                let start = self.position.of(no).unwrap_or_else(start);
                position.push((no, start));
                if start < head {
                    self.follower.look_again(no);
                }
            }
        }
        self.position = position.into_iter().collect();
        Ok(())
    }

    fn follows(&self, spaces: &[i32]) -> bool {
        self.position.iter().map(|(no, _)| no).eq(spaces.iter().copied())
    }

    /// Spaces that the caller may follow now, ascending.
    fn spaces(&self) -> Vec<i32> {
        let grants = self.caller.grants();
        let mut spaces: Vec<i32> = self
            .rights
            .iter()
            .flat_map(|right| grants.with(*right))
            .filter(|grant| match self.which {
                Which::Partnership(id) => grant.partnership == Some(id),
                Which::Shared => grant.space.kind != SpaceKind::Person,
                Which::All => true,
            })
            .map(|grant| grant.space_no)
            .collect();
        spaces.sort_unstable();
        spaces.dedup();
        spaces
    }

    /// Where the reader stands.
    pub const fn position(&self) -> &Position {
        &self.position
    }

    /// Shares where it stands with whoever of the same account stands there, for a right.
    pub fn share_place(&mut self, right: Right) {
        self.caller.share_place(Some(right), &mut self.position);
    }

    /// Entries that were not looked at yet, space by space, each with the position behind it.
    pub async fn read(&mut self) -> Result<Vec<(Arc<ledger::Model>, Position)>> {
        let mut out = Vec::new();
        self.go_on(|entry, position| out.push((entry, position.clone()))).await?;
        Ok(out)
    }

    /// The same for a reader that only needs to know which records: moves on, and answers with the entries.
    pub async fn read_entries(&mut self) -> Result<Vec<Arc<ledger::Model>>> {
        let mut out = Vec::new();
        self.go_on(|entry, _| out.push(entry)).await?;
        Ok(out)
    }

    /// Moves on in every space that went on, by as many entries as one read takes.
    async fn go_on(&mut self, mut found: impl FnMut(Arc<ledger::Model>, &Position)) -> Result<()> {
        for no in self.follower.advanced() {
            let Some(seen) = self.position.of(no) else { continue };
            let entries = self.follower.after(no, seen).await?;
            if Follower::may_be_more(entries.len()) {
                self.follower.look_again(no);
            }
            for entry in entries {
                self.position.advance(no, entry.seq);
                found(entry, &self.position);
            }
        }
        Ok(())
    }

    /// What the person's devices have pushed since this was last asked, on whichever node; nothing the first time.
    pub fn take_pushed(&mut self) -> Vec<(Kind, Id)> {
        self.pushed.replace(Vec::new()).unwrap_or_default()
    }

    /// Waits until something may be new, or not longer than this.
    pub async fn wait(&self, longest: Duration) {
        self.follower.wait(longest).await;
    }

    /// Reads the rights again when it is known here that the person's authority changed, or ran out: before anything else that
    /// is known here is told.
    pub async fn rights(&mut self) -> Result<Rights> {
        if self.caller.has_expired() {
            return Err(Error::unauthenticated("TOKEN_EXPIRED"));
        }
        let mut told = self.caller.grants().next_expiry().is_some_and(|at| at <= self.caller.now());
        if let Some((no, seen)) = self.own {
            for entry in self.follower.after(no, seen).await? {
                self.own = Some((no, entry.seq));
                told |= entry.is_of_standing();
                if let Some(pushed) = self.pushed.as_mut().filter(|_| entry.is_pushed()) {
                    pushed.push((entry.kind, entry.record_id));
                }
            }
        }
        if !told && Instant::now() < self.refresh_by {
            return Ok(Rights::AsBefore);
        }
        self.refresh_by = Instant::now() + REFRESH;
        if !self.caller.refresh().await? {
            return Err(Error::unauthenticated("ACCOUNT_OR_TOKEN_REVOKED"));
        }
        if self.follows(&self.spaces()) {
            return Ok(Rights::SameSpaces);
        }
        self.refollow(None).await?;
        Ok(Rights::OtherSpaces)
    }

    /// How long until a standing runs out, at most this long.
    pub fn until_rights_end(&self, longest: Duration) -> Duration {
        let ends = self.caller.grants().next_expiry().map(|at| at - self.caller.now());
        ends.and_then(|ends| ends.to_std().ok()).map_or(longest, |ends| ends.min(longest))
    }

    /// Refuses a position that is too old, and says where to go on.
    pub async fn is_recent(&self) -> Result<()> {
        for (no, seq) in self.position.iter() {
            let next = self.follower.after(no, seq).await?.into_iter().next();
            if next.is_some_and(|entry| entry.at < self.caller.now() - TimeDelta::days(REPLAY_DAYS.into())) {
                let position = self.caller.hub().heads(&self.spaces()).await?.into();
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

/// A subscription to events.
struct Subscription<E: Event> {
    feed: Feed,
    wanted: E::Wanted,
    /// Entries that were read and not looked at yet.
    waiting: VecDeque<(Arc<ledger::Model>, Position)>,
}

impl<E: Event> Subscription<E> {
    /// The next event; an error when the caller is nobody any more.
    async fn next(&mut self) -> Result<E> {
        loop {
            if Box::pin(self.feed.rights()).await? == Rights::OtherSpaces {
                // What waits in a space that is not followed any more is not told.
                let position = self.feed.position().clone();
                self.waiting.retain(|(entry, _)| position.of(entry.space_no).is_some());
            }
            while let Some((entry, position)) = self.waiting.pop_front() {
                let cursor = self.feed.caller.sign(&position)?;
                // The fence again: what is not visible now is not told, whatever it was then.
                self.feed.caller.begin_again();
                if let Some(event) = Box::pin(E::of(&self.feed.caller, &self.wanted, &entry, &cursor)).await? {
                    return Ok(event);
                }
            }
            let read = Box::pin(self.feed.read()).await?;
            self.waiting.extend(read);
            if self.waiting.is_empty() {
                self.feed.wait(self.feed.until_rights_end(Duration::from_secs(1))).await;
            }
        }
    }
}

/// Events from behind a position, or from now on, then live, without a seam. Order: that of the ledgers; at least once.
pub async fn subscribe<E: Event>(
    caller: Caller,
    partnership: Option<Id>,
    wanted: E::Wanted,
    after: Option<String>,
) -> Result<impl Stream<Item = Result<E>>> {
    let after = after.map(|text| caller.read_position("after", &text)).transpose()?;
    let which = partnership.map_or(Which::Shared, Which::Partnership);
    let feed = Feed::open(caller, E::RIGHTS, which, None, Begin::Now, after.as_ref()).await?;
    if after.is_some() {
        feed.is_recent().await?;
    }
    let subscription = Subscription::<E> { feed, wanted, waiting: VecDeque::new() };
    Ok(stream::unfold(Some(subscription), async |subscription| {
        let mut subscription = subscription?;
        match subscription.next().await {
            Ok(event) => Some((Ok(event), Some(subscription))),
            // After a fault, or with a fresh token, the client resumes from its last cursor.
            Err(error) => Some((Err(error), None)),
        }
    }))
}
