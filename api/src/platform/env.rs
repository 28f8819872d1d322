//! Time, ids and randomness come from here and nowhere else, so that every test is deterministic.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use chrono::{DateTime, SubsecRound, Utc};
use entity::Id;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds: what both databases keep.
    fn now(&self) -> DateTime<Utc>;
}

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The clock of the machine.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// The random source of the machine.
struct SystemSource(SystemRandom);

impl Random for SystemSource {
    fn fill(&self, bytes: &mut [u8]) {
        // A machine without randomness must not go on: keys and salts would be guessable.
        if aws_lc_rs::rand::SecureRandom::fill(&self.0, bytes).is_err() {
            std::process::abort();
        }
    }
}

/// Clock and randomness of one server.
#[derive(Clone)]
pub struct Env {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Env {
    /// The machine's own.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemSource(SystemRandom::new())))
    }

    /// Given ones.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random }
    }

    /// Now, in whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A new id: UUID version 7, of the clock and the random source.
    pub fn id(&self) -> Id {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        Id(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid())
    }
}
