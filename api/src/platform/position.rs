//! Where a reader stands in the ledgers that it follows, and what is signed of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use entity::{Id, Right};

use super::{
    caller::Caller,
    codec::{Checkpoint, Mark},
    error::Result,
    heads::Heads,
};

/// For each space that a reader follows, the newest entry that it has. What stands still is shared with others who stand at
/// the same place: who reads five hundred spaces hears of one.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// `(space number, seq)`, ascending by space.
    shared: Heads,
    /// Those of them that went on since, ascending by space.
    moved: Vec<(i32, i64)>,
}

impl Position {
    /// Newest entry that the reader has of a space; none where it does not follow it.
    pub fn of(&self, space_no: i32) -> Option<i64> {
        find(&self.moved, space_no).or_else(|| find(&self.shared, space_no))
    }

    /// `(space number, seq)`, ascending by space.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (i32, i64)> {
        let mut moved = self.moved.iter().copied().peekable();
        self.shared.iter().map(move |still| moved.next_if(|moved| moved.0 == still.0).unwrap_or(*still))
    }

    /// Goes on to an entry of a space that it follows.
    pub fn advance(&mut self, space_no: i32, seq: i64) {
        match self.moved.binary_search_by_key(&space_no, |(no, _)| *no) {
            Ok(at) => {
                if let Some(moved) = self.moved.get_mut(at) {
                    moved.1 = seq;
                }
            }
            Err(at) => {
                if find(&self.shared, space_no).is_some() {
                    self.moved.insert(at, (space_no, seq));
                }
            }
        }
    }
}

fn find(spaces: &[(i32, i64)], space_no: i32) -> Option<i64> {
    let at = spaces.binary_search_by_key(&space_no, |(no, _)| *no).ok()?;
    spaces.get(at).map(|(_, seq)| *seq)
}

/// From spaces in ascending order.
impl FromIterator<(i32, i64)> for Position {
    fn from_iter<T: IntoIterator<Item = (i32, i64)>>(spaces: T) -> Self {
        spaces.into_iter().collect::<Heads>().into()
    }
}

/// Spaces in ascending order.
impl From<Heads> for Position {
    fn from(shared: Heads) -> Self {
        Self { shared, moved: Vec::new() }
    }
}

/// Where it stands counts, and not what of it is shared.
impl PartialEq for Position {
    fn eq(&self, other: &Self) -> bool {
        let alike = Arc::ptr_eq(&self.shared, &other.shared) && self.moved == other.moved;
        alike || self.iter().eq(other.iter())
    }
}

impl Eq for Position {}

/// Where people stood last, and what was signed of it: devices of one person, and the streams of one device, go on together.
#[derive(Default)]
pub(super) struct Signed(Mutex<All>);

#[derive(Default)]
struct All {
    /// For an account and the right that it reads with; without one for all that it reads.
    last: HashMap<(Id, Option<Right>), Last>,
    /// With more than these, those where nobody stands any more are let go.
    many: usize,
}

/// Fewest places that are kept.
const FEW: usize = 64;
/// Collections whose checkpoints are kept for one place: one command changes records of so many.
const TEXTS: usize = 4;

#[derive(Default)]
struct Last {
    position: Position,
    /// Checkpoints of collections, by their numbers.
    texts: Vec<(u16, Arc<str>)>,
}

impl All {
    /// The place where an account stood last, and stands now: what of it was kept for another place is let go.
    fn at(&mut self, account: Id, right: Option<Right>, position: &mut Position) -> &mut Last {
        if self.last.len() >= self.many.max(FEW) {
            // Who follows nothing stands nowhere: an empty list may be one for all.
            let used = |last: &Last| Arc::strong_count(&last.position.shared) > 1 && !last.position.shared.is_empty();
            self.last.retain(|_, last| used(last));
            self.many = self.last.len() * 2;
        }
        let last = self.last.entry((account, right)).or_default();
        if last.position != *position {
            *last = Last { position: position.iter().collect(), texts: Vec::new() };
        }
        *position = last.position.clone();
        last
    }
}

impl Caller {
    /// Shares a place with whoever of the same account stands there too.
    pub fn share_place(&self, right: Option<Right>, position: &mut Position) {
        let mut all = self.platform.signed.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.at(self.account(), right, position);
    }

    /// The checkpoint of a collection at a place where nothing is left to be read.
    pub fn checkpoint_at(&self, collection: u16, right: Right, position: &mut Position) -> Result<Arc<str>> {
        let account = self.account();
        let all = || self.platform.signed.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all().at(account, Some(right), position).texts.iter().find(|(no, _)| *no == collection).cloned();
        if let Some((_, text)) = known {
            return Ok(text);
        }
        let marks = position.iter().map(|(space_no, seq)| Mark { space_no, seq, ..Mark::default() }).collect();
        let text: Arc<str> = self.sign_checkpoint(&[(collection, Checkpoint { marks })])?.into();
        let mut all = all();
        let last = all.at(account, Some(right), position);
        if last.texts.len() == TEXTS {
            last.texts.remove(0);
        }
        last.texts.push((collection, text.clone()));
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_where_it_stands_however_it_came_there() {
        let mut position: Position = [(1, 41), (9, 3), (12, 7)].into_iter().collect();
        let before = position.clone();
        position.advance(9, 4);
        position.advance(1, 42);
        position.advance(9, 5);
        // A space that is not followed stays so.
        position.advance(10, 1);
        assert_eq!(position.iter().collect::<Vec<_>>(), [(1, 42), (9, 5), (12, 7)]);
        assert_eq!([1, 9, 10, 12].map(|no| position.of(no)), [Some(42), Some(5), None, Some(7)]);
        assert_eq!(position, position.iter().collect());
        assert_ne!(position, before);
        assert_eq!(before.iter().collect::<Vec<_>>(), [(1, 41), (9, 3), (12, 7)]);
    }
}
