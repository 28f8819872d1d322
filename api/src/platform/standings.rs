//! Standings that were read lately. A request asks one small question: do the marks still stand on which they rest? With
//! thousands of spaces that is the difference between a lookup and a long read, and a socket shares the list of its person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};

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
pub(super) struct Known {
    pub(super) grants: Grants,
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

fn key(identity: &Identity) -> Key {
    let Identity { issuer, subject, jti, device, .. } = identity;
    (issuer.clone(), subject.clone(), jti.clone(), device.clone())
}

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
        if let Some(known) = self.kept(identity, now)
            && known.still_stands(db, on, identity).await?
        {
            return Ok(Some(known.grants.clone()));
        }
        let key = key(identity);
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

    /// What was read lately, where time has not changed it; whether it still counts must be asked.
    pub(super) fn kept(&self, identity: &Identity, now: DateTime<Utc>) -> Option<Arc<Known>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(identity)).cloned();
        known.filter(|known| known.holds_at(now))
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

impl Known {
    /// The question whether nothing on which these standings rest was written since they were read, as an expression that
    /// follows some values, with its own values; and its answer where they still count. The token and its device are asked for
    /// as they are: a device may be revoked for people who never said that it is theirs.
    pub(super) fn question(&self, postgres: bool, identity: &Identity, after: usize) -> Option<Question> {
        let (own, head) = self.marks.own?;
        let mut values: Vec<Value> = vec![own.into(), identity.issuer.as_ref().into()];
        let mut sql = "SELECT CAST(head_seq AS text) || ' ' || ".to_owned();
        if self.marks.represented.is_empty() {
            sql.push_str("'0'");
        } else {
            let (list, these) = visible::by_spaces(postgres, &self.marks.represented, "r.no", after + values.len() + 1);
            sql.push_str(&format!("(SELECT CAST(COALESCE(sum(r.standing), 0) AS text) FROM space r WHERE {these})"));
            values.push(list);
        }
        sql.push_str(&format!(" FROM space WHERE no = ${}", after + 1));
        let issuer = after + 2;
        for (text, gone) in [
            (&identity.jti, "revoked_token g WHERE g.jti = "),
            (&identity.device, "device g WHERE g.revoked_at IS NOT NULL AND g.token_name = "),
        ] {
            if let Some(text) = text {
                values.push(text.as_ref().into());
                let at = after + values.len();
                sql.push_str(&format!(" AND NOT EXISTS (SELECT 1 FROM {gone}${at} AND g.issuer = ${issuer})"));
            }
        }
        Some(Question { sql, values, answer: format!("{head} {}", self.marks.partnerships) })
    }

    /// Asks it.
    pub(super) async fn still_stands(&self, db: &Db, on: &impl ConnectionTrait, identity: &Identity) -> Result<bool> {
        let Some(question) = self.question(db.is_postgres(), identity, 0) else { return Ok(false) };
        let row = on.query_one_raw(db.statement(&question.sql, question.values)).await?;
        let answer: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(answer.as_ref() == Some(&question.answer))
    }
}

/// What is asked of standings that are kept.
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    /// The answer that lets them count.
    pub(super) answer: String,
}
