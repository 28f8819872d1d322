use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use safepact::platform::env::{Clock, Env, Random};

/// A clock that moves only when told to.
#[derive(Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    pub fn at(start: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Counts instead of drawing: ids come in order, and are the same in every run.
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.fill(0);
        for (to, from) in bytes.iter_mut().rev().zip(n.iter().rev()) {
            *to = *from;
        }
    }
}

/// A deterministic environment whose ids begin behind a number.
pub fn counted(clock: &FixedClock, first: u64) -> Env {
    Env::new(Arc::new(clock.clone()), Arc::new(Counted(AtomicU64::new(first))))
}
