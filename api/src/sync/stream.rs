//! Documents as they change. Contiguous from a point that is not later than any pull of this connection (S7), at most one
//! item in 50 ms (S10), and never an end that a client would take for the last (S9): where the client must pull, the
//! connection is closed.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::{Context, Name, PathSegment, Pos, Response};
use entity::Id;
use futures_util::{Stream, StreamExt, future, stream};

use super::{
    answer::{Selection, bulk},
    collection::Collection,
};
use crate::platform::{
    caller::Caller,
    error::{Error, Result},
    feed::{Feed, Rights, Which},
    follower::Begin,
    gate::Ask,
    grants::Grants,
    position::Position,
    seen::Heard,
    whole::written,
};

/// What comes within this time goes out together.
const TOGETHER: Duration = Duration::from_millis(50);
/// Most documents of one item.
const MOST: usize = 200;
/// It looks this often for what is due, where something is.
const LOOK: Duration = Duration::from_secs(1);
/// And this often where nothing is.
const SELDOM: Duration = Duration::from_secs(5);
/// A stream that is further behind is better served by pulls.
const FAR_BEHIND: usize = 5000;

/// When a connection began, and where the ledgers stood then: in the data of a request that came over a socket.
#[derive(Clone)]
pub struct Connected {
    /// When it was acknowledged.
    pub at: Instant,
    /// Heads of every ledger that the person could follow.
    pub position: Position,
    /// What the person could do then.
    pub grants: Grants,
}

/// A pull that this connection caused began at most this long ago.
const OLDEST_PULL: Duration = Duration::from_mins(1);
/// The time of an entry is that of the beginning of its command: it may stand in the ledger that much later.
const LONGEST_COMMAND: Duration = Duration::from_secs(20);

/// Where the ledgers stood when the connection began.
fn connected(ctx: &Context<'_>) -> Option<Connected> {
    #[expect(clippy::disallowed_methods, reason = "when the connection began")]
    ctx.data_opt::<Connected>().cloned()
}

/// Where a stream that has begun is left for the socket, in the data of its request. What the executor keeps of a
/// document is let go then: a device listens for hours, and thousands of them do.
#[derive(Clone, Default)]
pub struct Handover(Arc<Mutex<Option<Box<Begun>>>>);

impl Handover {
    fn slot(&self) -> MutexGuard<'_, Option<Box<Begun>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the stream that has begun, if one has.
    pub fn take(self) -> Option<Box<Begun>> {
        self.slot().take()
    }
}

/// What was asked of a stream: the key of its answers, and what is selected.
pub struct Asked {
    /// Key of the answer.
    pub key: Name,
    /// Where it stands in the document.
    pub pos: Pos,
    /// What is selected of it.
    pub selected: Arc<Selection>,
}

impl Asked {
    fn answer(&self, item: Result<String>) -> Response {
        match item {
            Ok(item) => {
                let mut data = async_graphql::indexmap::IndexMap::new();
                data.insert(self.key.clone(), written(item));
                Response::new(async_graphql::Value::Object(data))
            }
            Err(error) => {
                let mut error = async_graphql::Error::from(error).into_server_error(self.pos);
                error.path = vec![PathSegment::Field(self.key.to_string())];
                Response::from_errors(vec![error])
            }
        }
    }
}

/// A stream that has begun, with what was asked of it.
pub struct Begun {
    documents: Documents,
    asked: Asked,
}

impl Begun {
    /// The next answer. Behind an error there is none.
    pub async fn next(&mut self) -> Response {
        let item = self.documents.next(&self.asked.selected).await;
        self.asked.answer(item)
    }
}

/// Answers of a stream, from where the connection began, for as long as the rights stay the same; none where a socket
/// takes the stream over.
pub fn answers(
    ctx: &Context<'_>,
    collection: &'static Collection,
    asked: Asked,
) -> impl Stream<Item = Response> + Send + use<> {
    #[expect(clippy::disallowed_methods, reason = "where the socket waits for it")]
    let handover = ctx.data_opt::<Handover>().cloned();
    let (caller, connected) = (ctx.caller().cloned(), connected(ctx));
    let begin = async move {
        let documents = match caller {
            Ok(caller) => Documents::open(caller, collection, connected).await,
            Err(error) => Err(error),
        };
        match (documents, handover) {
            (Err(error), _) => Some(Err(asked.answer(Err(error)))),
            (Ok(documents), None) => Some(Ok(Begun { documents, asked })),
            (Ok(documents), Some(handover)) => {
                *handover.slot() = Some(Box::new(Begun { documents, asked }));
                None
            }
        }
    };
    stream::once(begin).filter_map(future::ready).flat_map(|begun| {
        stream::unfold(Some(begun), async |begun| match begun? {
            Err(response) => Some((response, None)),
            Ok(mut begun) => {
                let response = begun.next().await;
                let rest = response.errors.is_empty().then_some(Ok(begun));
                Some((response, rest))
            }
        })
    })
}

/// One stream.
struct Documents {
    feed: Feed,
    collection: &'static Collection,
    /// Records that changed and were not sent yet, in the order of their last change.
    waiting: Vec<Heard>,
    sent: Instant,
    /// The position behind everything that was sent.
    settled: Position,
    /// Until when it has looked at what the person's devices have pushed.
    reminded: Instant,
    /// What they had pushed, and when it is said for the last time.
    later: Vec<(Instant, Vec<Id>)>,
}

/// By then the answer to a push has come, over most networks: until it has, a common client drops what it hears of
/// what it pushed, and of all that it pushed together with it.
const ANSWERED: Duration = Duration::from_secs(10);

/// By then a device that came back has pushed again what was not answered, perhaps to another node.
const PUSHED_AGAIN: Duration = Duration::from_secs(15);
/// What was pushed this long before a stream began is said on it too.
const RECENT: Duration = Duration::from_secs(30);

impl Documents {
    async fn open(caller: Caller, collection: &'static Collection, connected: Option<Connected>) -> Result<Self> {
        let before = connected.as_ref().map(|connected| connected.grants.spaces(collection.read));
        let start = match connected {
            Some(connected) if connected.at.elapsed() < OLDEST_PULL => Some(connected.position),
            Some(_) => Some(caller.position_before(collection.read, OLDEST_PULL + LONGEST_COMMAND).await?),
            None => None,
        };
        // Where it begins was read from the database: from further behind, a checkpoint of this stream would say that a device has
        // not read what it pulled, and what came with that would not be taken back.
        let begin = if start.is_some() { Begin::AsKnown } else { Begin::Now };
        let (rights, kind) = (collection.rights, Some(collection.kind));
        let mut feed = Feed::open(caller, rights, Which::All, kind, begin, start.as_ref()).await?;
        let followed = || feed.position().iter().map(|(no, _)| no);
        let known = |start: &Position| followed().all(|no| start.of(no).is_some());
        let same = before.is_none_or(|before| followed().eq(before.iter().copied()));
        if !same || start.as_ref().is_some_and(|start| !known(start)) {
            // Other spaces are read than when the connection began, and the pull of this connection may have come before that:
            // what came with one, and what must be taken back of one, is behind this stream, and in front of the next pull.
            return Err(Error::resync());
        }
        // A device that lost its connection in a push comes back, and pushes again.
        let reminded = Instant::now().checked_sub(RECENT).unwrap_or_else(Instant::now);
        feed.share_place(collection.read);
        let settled = feed.position().clone();
        let mut documents =
            Self { feed, collection, waiting: Vec::new(), sent: Instant::now(), settled, reminded, later: Vec::new() };
        if collection.pushed.is_some() {
            let caller = documents.feed.caller.clone();
            let pushed = caller.pushed_lately(collection.kind).await?;
            // And a second later again: the device may be in the middle of its first pull, or of a push.
            caller.hub().remind(&caller, collection.kind, pushed.clone());
            let several = caller.hub().is_one_of_several() && !pushed.is_empty();
            documents.later.extend(several.then(|| (Instant::now() + PUSHED_AGAIN, pushed.clone())));
            documents.say_again(pushed);
        }
        Ok(documents)
    }

    async fn next(&mut self, selection: &Arc<Selection>) -> Result<String> {
        loop {
            // Boxed, here and below: thousands of streams wait, and what they do while awake must not be kept room for.
            match Box::pin(self.feed.rights()).await? {
                Rights::OtherSpaces => return Err(Error::resync()),
                Rights::AsBefore | Rights::SameSpaces => {}
            }
            for entry in Box::pin(self.feed.read_entries()).await? {
                if entry.kind == self.collection.kind {
                    let at = self.waiting.iter().position(|waits| waits.id == entry.record_id);
                    let known = at.map(|at| self.waiting.remove(at));
                    let mut heard = known.unwrap_or_else(|| Heard { id: entry.record_id, at: Vec::new() });
                    heard.also(entry.space_no, entry.seq);
                    self.waiting.push(heard);
                }
            }
            self.remember();
            if self.waiting.len() > FAR_BEHIND {
                return Err(Error::resync());
            }
            if self.waiting.is_empty() {
                self.feed.wait(self.feed.until_rights_end(self.patience())).await;
                continue;
            }
            let since = self.sent.elapsed();
            if let Some(rest) = TOGETHER.checked_sub(since) {
                tokio::time::sleep(rest).await;
                if self.waiting.len() < MOST {
                    self.sent = Instant::now().checked_sub(TOGETHER).unwrap_or_else(Instant::now);
                    continue;
                }
            }
            let now: Vec<Heard> = self.waiting.drain(..self.waiting.len().min(MOST)).collect();
            let caller = &self.feed.caller;
            caller.begin_again();
            let documents = self.collection.as_heard(caller, &now, selection).await?;
            let documents: Vec<&[String]> = documents.iter().map(|texts| &**texts).collect();
            // Behind the last item of what was read, the position counts; before it, the client keeps what it has.
            if self.waiting.is_empty() {
                self.feed.share_place(self.collection.read);
                self.settled = self.feed.position().clone();
            }
            let cursor = self.feed.caller.checkpoint_at(self.collection.no, self.collection.read, &mut self.settled)?;
            self.sent = Instant::now();
            return Ok(bulk(self.collection, selection.fields(), &documents, &cursor));
        }
    }

    /// How long nothing may be heard until it looks by itself: thousands of streams wait.
    fn patience(&self) -> Duration {
        let caller = &self.feed.caller;
        // The clock of the service may be another than that of the machine.
        let ends = caller.grants().next_expiry().is_some();
        let reminds = || caller.hub().will_remind(caller.person(), self.collection.kind, self.reminded);
        if ends || !self.later.is_empty() || reminds() { LOOK } else { SELDOM }
    }

    /// What the person's devices have pushed waits to be said once more, a second after it was, and when its answer has come.
    fn remember(&mut self) {
        let kind = self.collection.kind;
        let elsewhere: Vec<Id> = self.feed.take_pushed().into_iter().filter(|of| of.0 == kind).map(|of| of.1).collect();
        let caller = &self.feed.caller;
        // Another node may have taken the push: only the ledger tells of it here.
        if !elsewhere.is_empty() && caller.hub().is_one_of_several() {
            caller.hub().remind(caller, kind, elsewhere);
        }
        let now = Instant::now();
        let due: Vec<_> = self.later.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, pushed) in due {
            self.say_again(pushed);
        }
        let caller = &self.feed.caller;
        let Some((at, ids)) = caller.hub().reminders(caller.person(), kind, self.reminded) else { return };
        self.reminded = at;
        // What is said of all that was pushed together says it of its parts.
        let these: HashSet<Id> = ids.iter().copied().collect();
        self.later.retain(|(at, pushed)| *at > now + ANSWERED || !pushed.iter().all(|id| these.contains(id)));
        let covered = self.later.iter().any(|(at, pushed)| {
            let later: HashSet<&Id> = pushed.iter().collect();
            *at > now + ANSWERED && ids.iter().all(|id| later.contains(id))
        });
        if !covered {
            self.later.push((now + ANSWERED, ids.clone()));
        }
        self.say_again(ids);
    }

    fn say_again(&mut self, ids: Vec<Id>) {
        let mut waits: HashSet<Id> = self.waiting.iter().map(|waits| waits.id).collect();
        let new = ids.into_iter().filter(|id| waits.insert(*id));
        self.waiting.extend(new.map(|id| Heard { id, at: Vec::new() }));
    }
}
