//! What falls due: looked for in the background, and told once when the last day is over.
//!
//! That something is overdue is worked out when it is read, from days that stand in the records; nothing waits for this look.
//! It adds the event, for those who only listen (pitfall 21), and begins the end of a partnership whose last day is over. Every
//! node looks: what one has told, the others do not tell again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use entity::{Id, Right};
use futures_util::future::BoxFuture;

use crate::{
    concerns, decisions, dialogue, foundations, partnerships,
    platform::{Platform, due::AT_ONCE, error::Result, operator, tx::Tx},
    reviews,
};

/// Time before the first look.
const FIRST: Duration = Duration::from_secs(30);
/// Time between two commands where much is due: who waits meanwhile is served.
const REST: Duration = Duration::from_millis(20);
/// Time between two looks.
const EVERY: Duration = Duration::from_mins(5);

/// Tells what one capability has of it, some at once; answers with how many were told.
type Tell = for<'t> fn(&'t mut Tx) -> BoxFuture<'t, Result<usize>>;

/// Every kind of duty, by capability.
const DUTIES: [Tell; 6] = [
    |tx| Box::pin(concerns::tell_due(tx)),
    |tx| Box::pin(decisions::tell_due(tx)),
    |tx| Box::pin(dialogue::tell_due(tx)),
    |tx| Box::pin(foundations::tell_due(tx)),
    |tx| Box::pin(reviews::tell_due(tx)),
    |tx| Box::pin(partnerships::tell_due(tx)),
];

/// Looks once; answers with how many were told. Where one capability fails, the others go on, and it is
/// looked at again the next time.
pub async fn look(platform: &Arc<Platform>) -> usize {
    let mut told = 0;
    for tell in DUTIES {
        loop {
            let some = one(platform, tell).await;
            told += some;
            if some < AT_ONCE {
                break;
            }
            tokio::time::sleep(REST).await;
        }
    }
    told
}

/// Tells some of what one capability has.
async fn one(platform: &Arc<Platform>, tell: Tell) -> usize {
    let told = Arc::new(AtomicUsize::new(0));
    let count = told.clone();
    let done = operator(platform)
        .run_command("tellWhatIsDue", Right::SignedIn, None, move |tx| {
            Box::pin(async move {
                count.store(tell(tx).await?, Ordering::Relaxed);
                Ok(Id::NIL)
            })
        })
        .await;
    if let Err(error) = done {
        tracing::warn!(cause = error.cause().unwrap_or_default(), code = ?error.code, "what is due could not be told");
        return 0;
    }
    told.load(Ordering::Relaxed)
}

/// Looks for as long as the process lives; for the first time when whoever waited for this node has been served.
pub async fn watch(platform: Arc<Platform>) {
    tokio::time::sleep(FIRST).await;
    loop {
        let told = look(&platform).await;
        if told > 0 {
            tracing::info!(told, "something fell due");
        }
        tokio::time::sleep(EVERY).await;
    }
}
