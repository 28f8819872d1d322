//! Documents that pulls have written lately, by their place in a ledger. Whatever changes in a record, or in where it is
//! published, is an entry of every ledger that tells of it: what a live publication at a place of a ledger said once, it says
//! as long as it stands there. Which places somebody may read is asked of the database, as ever; what stands there need not be.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use entity::{Id, Kind};

/// Most text that is kept, bytes: half of it of lately, half of before.
const MOST: usize = 12 << 20;
/// A longer document is not kept, bytes.
const LONGEST: usize = 8 << 10;
/// What a document takes besides its text, bytes.
const BESIDES: usize = 160;
/// An older one is read again: somebody may have mended the database by hand.
const FRESH: Duration = Duration::from_mins(5);
/// Most ways of asking for documents that are told apart.
const WAYS: usize = 256;

/// What was written of a record: JSON, for each selection.
pub type Texts = Arc<[String]>;

/// A record as it stood at a place of a ledger.
pub struct Document {
    /// The record.
    pub(super) id: Id,
    /// Where it was published, in words for [`super::visible::seen`].
    pub(super) places: String,
    /// For who sees all of it.
    pub texts: Texts,
    read: Instant,
}

impl Document {
    pub(super) fn new(id: Id, places: String, texts: Vec<String>) -> Self {
        Self { id, places, texts: texts.into(), read: Instant::now() }
    }

    fn bytes(&self) -> usize {
        self.places.len() + self.texts.iter().map(String::len).sum::<usize>() + BESIDES
    }
}

/// A kind, and what is asked of its documents.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Way(u64);

/// A space and a position in its ledger.
pub(super) type Place = (i32, i64);

#[derive(Default)]
struct Half {
    documents: HashMap<(Way, Place), Arc<Document>>,
    bytes: usize,
}

#[derive(Default)]
struct Kept {
    next: u64,
    ways: HashMap<(Kind, String), Way>,
    lately: Half,
    before: Half,
}

/// What was written lately.
#[derive(Default)]
pub(super) struct Written(Mutex<Kept>);

impl Written {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way of a selection, in words that tell it apart from every other.
    pub(super) fn way(&self, kind: Kind, words: &str) -> Way {
        let mut kept = self.kept();
        let key = (kind, words.to_owned());
        if let Some(way) = kept.ways.get(&key) {
            return *way;
        }
        if kept.ways.len() == WAYS {
            // Numbers are not given again: somebody may still write in a way that is forgotten here.
            *kept = Kept { next: kept.next, ..Kept::default() };
        }
        let way = Way(kept.next);
        kept.next += 1;
        kept.ways.insert(key, way);
        way
    }

    /// What stands at some places, where it is known.
    pub(super) fn at(&self, way: Way, places: impl Iterator<Item = Place>) -> Vec<Option<Arc<Document>>> {
        let oldest = Instant::now().checked_sub(FRESH);
        let fresh = |document: &&Arc<Document>| oldest.is_none_or(|oldest| document.read >= oldest);
        let mut kept = self.kept();
        let kept = &mut *kept;
        let mut found = Vec::with_capacity(places.size_hint().0);
        for place in places {
            let key = (way, place);
            let known = match kept.lately.documents.get(&key).filter(fresh) {
                Some(document) => Some(document.clone()),
                None => {
                    let earlier = kept.before.documents.get(&key).filter(fresh).cloned();
                    if let Some(document) = &earlier {
                        // What is asked for again stays when the rest of before is let go.
                        kept.lately.bytes += document.bytes();
                        kept.lately.documents.insert(key, document.clone());
                    }
                    earlier
                }
            };
            found.push(known);
        }
        found
    }

    /// Keeps what stands at some places.
    pub(super) fn keep(&self, way: Way, documents: impl Iterator<Item = (Place, Arc<Document>)>) {
        let mut kept = self.kept();
        for (place, document) in documents {
            let bytes = document.bytes();
            if bytes > LONGEST {
                continue;
            }
            if kept.lately.bytes + bytes > MOST / 2 {
                kept.before = std::mem::take(&mut kept.lately);
            }
            kept.lately.bytes += bytes;
            kept.lately.documents.insert((way, place), document);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Arc<Document> {
        Arc::new(Document::new(Id::NIL, "1".to_owned(), vec![text.to_owned()]))
    }

    #[test]
    fn what_stood_at_a_place_is_found_by_the_same_way_only() {
        let written = Written::default();
        let (risks, others) = (written.way(Kind::Risk, "id:id"), written.way(Kind::Risk, "it:id"));
        assert!(risks == written.way(Kind::Risk, "id:id") && risks != others);
        assert!(others != written.way(Kind::Threat, "it:id"));
        written.keep(risks, [((1, 7), document("seven"))].into_iter());
        let found = written.at(risks, [(1, 7), (1, 8), (2, 7)].into_iter());
        let texts: Vec<_> = found.iter().map(|found| found.as_ref().map(|found| found.texts[0].as_str())).collect();
        assert_eq!(texts, [Some("seven"), None, None]);
        assert!(written.at(others, [(1, 7)].into_iter())[0].is_none());
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_let_go() {
        let written = Written::default();
        let way = written.way(Kind::Risk, "id:id");
        let long = "x".repeat(LONGEST / 2);
        written.keep(way, [((1, 1), document("kept"))].into_iter());
        let rounds = i64::try_from(MOST / LONGEST * 4).unwrap();
        for seq in 2..rounds {
            written.keep(way, [((1, seq), document(&long))].into_iter());
            assert!(written.at(way, [(1, 1)].into_iter())[0].is_some(), "{seq}");
            let kept = written.kept();
            assert!(kept.lately.bytes + kept.before.bytes <= MOST);
        }
        assert!(written.at(way, [(1, 2)].into_iter())[0].is_none());
        written.keep(way, [((9, 9), document(&"x".repeat(LONGEST)))].into_iter());
        assert!(written.at(way, [(9, 9)].into_iter())[0].is_none());
    }
}
