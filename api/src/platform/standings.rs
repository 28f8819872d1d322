//! Standings that were read lately. A request asks one small question: do the marks still stand on which they rest? With
//! thousands of spaces that is the difference between a lookup and a long read, and a socket shares the list of its person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::{
    db::Db,
    error::Result,
    grants::{Grants, Marks},
    token::Identity,
    visible,
};

/// Older ones are read anew even where nothing is heard of a change: somebody may have mended the database by hand.
const MOST_AGE: Duration = Duration::from_mins(1);
/// Most standings that are kept, of all people together: some ten megabytes.
const MOST: usize = 100_000;
/// What a person is counted for besides their standings.
const PERSON: usize = 8;

/// What was read for a token.
struct Known {
    grants: Grants,
    marks: Marks,
    /// From when on it counts, by the clock of the service.
    from: DateTime<Utc>,
    read: Instant,
}

impl Known {
    /// Whether no standing has begun or ended by itself meanwhile.
    fn holds_at(&self, now: DateTime<Utc>) -> bool {
        let next = self.grants.next_expiry().into_iter().chain(self.marks.begins).min();
        self.read.elapsed() < MOST_AGE && self.from <= now && next.is_none_or(|next| now < next)
    }

    fn weight(&self) -> usize {
        self.grants.list().len() + PERSON
    }
}

/// Issuer, subject, id and device of a token: what the standings are read for.
type Key = (Arc<str>, Arc<str>, Option<Arc<str>>, Option<Arc<str>>);

/// What was read lately.
#[derive(Default)]
pub(super) struct Standings(Mutex<HashMap<Key, Arc<Known>>>);

impl Standings {
    /// The standings behind a token at a moment, as the database has them now; none where it counts no more.
    pub(super) async fn of(
        &self,
        db: &Db,
        on: &impl ConnectionTrait,
        identity: &Identity,
        now: DateTime<Utc>,
    ) -> Result<Option<Grants>> {
        let Identity { issuer, subject, jti, device, .. } = identity;
        let key: Key = (issuer.clone(), subject.clone(), jti.clone(), device.clone());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known.filter(|known| known.holds_at(now))
            && still_stand(db, on, identity, &known.marks).await?
        {
            return Ok(Some(known.grants.clone()));
        }
        let Some((grants, marks)) = Grants::load(db, on, identity, now).await? else {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            return Ok(None);
        };
        if marks.own.is_some() {
            let known = Known { grants: grants.clone(), marks, from: now, read: Instant::now() };
            self.keep(key, Arc::new(known));
        }
        Ok(Some(grants))
    }

    fn keep(&self, key: Key, known: Arc<Known>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.weight() + all.values().map(|known| known.weight()).sum::<usize>() > MOST {
            all.retain(|_, known| known.read.elapsed() < MOST_AGE);
            if known.weight() + all.values().map(|known| known.weight()).sum::<usize>() > MOST {
                all.clear();
            }
        }
        all.insert(key, known);
    }
}

/// Whether nothing on which standings rest was written since they were read. The token and its device are asked for as
/// they are: a device may be revoked for people who never said that it is theirs.
async fn still_stand(db: &Db, on: &impl ConnectionTrait, identity: &Identity, marks: &Marks) -> Result<bool> {
    let Some((own, head)) = marks.own else { return Ok(false) };
    let (list, these) = visible::by_spaces(db.is_postgres(), &marks.represented, "no");
    let sql = format!(
        "SELECT (SELECT head_seq FROM space WHERE no = $2) AS own, \
         (SELECT CAST(COALESCE(sum(standing), 0) AS bigint) FROM space WHERE {these}) AS partnerships \
         WHERE NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.issuer = $3 AND r.jti = $4) \
         AND NOT EXISTS (SELECT 1 FROM device d WHERE d.issuer = $3 AND d.token_name = $5 AND d.revoked_at IS NOT NULL)"
    );
    let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().into();
    let Identity { issuer, jti, device, .. } = identity;
    let values = [list.into(), own.into(), issuer.as_ref().into(), text(jti), text(device)];
    let row = on.query_one_raw(db.statement(&sql, values)).await?;
    let Some(row) = row else { return Ok(false) };
    let now: (Option<i64>, i64) = (row.try_get("", "own")?, row.try_get("", "partnerships")?);
    Ok(now == (Some(head), marks.partnerships))
}
