use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Id, ShareLevel};
use crate::access::Level;

/// One partnership that a record is released to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The partnership.
    pub partnership_id: Id,
    /// How much it sees.
    pub level: ShareLevel,
}

/// The partnerships that a record is released to. A column: who sees a row is a pure function of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Sharing(pub Vec<Share>);

impl Sharing {
    /// The same with one partnership at a level, or without it.
    #[must_use]
    pub fn with(&self, partnership_id: Id, level: Option<ShareLevel>) -> Self {
        let others = self.0.iter().filter(|share| share.partnership_id != partnership_id).cloned();
        Self(others.chain(level.map(|level| Share { partnership_id, level })).collect())
    }
}

impl From<ShareLevel> for Level {
    fn from(level: ShareLevel) -> Self {
        match level {
            ShareLevel::Basic => Self::Basic,
            ShareLevel::Full => Self::Full,
        }
    }
}
