//! Standings that were read lately. A request asks one small question: do the marks still stand on which they rest? With
//! thousands of spaces that is the difference between a lookup and a long read, and a socket shares the list of its person.

use std::{
    collections::HashMap,
    fmt::Write,
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
    /// Number of the person's own space, and its head.
    own: (i32, i64),
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
        if let Some(own) = marks.own {
            let known = Known { grants: grants.clone(), marks, own, from: now, read: Instant::now() };
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
    /// Asks whether nothing on which these standings rest was written since they were read: adds an expression to a statement, and
    /// to its values those of the expression. Answers what lets them count. The token and its device are asked for as they are: a
    /// device may be revoked for people who never said that it is theirs.
    pub(super) fn ask(
        &self,
        postgres: bool,
        identity: &Identity,
        values: &mut Vec<Value>,
        mut sql: Option<&mut String>,
    ) -> String {
        let (own, head) = self.own;
        let mut put = |part: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = sql.as_mut().map(|sql| sql.write_fmt(part));
        };
        let mut value = |value: Value| {
            values.push(value);
            values.len()
        };
        let (own, issuer) = (value(own.into()), value(identity.issuer.as_ref().into()));
        put(format_args!("SELECT CAST(head_seq AS text) || ' ' || "));
        if self.marks.represented.is_empty() {
            put(format_args!("'0'"));
        } else {
            let at = value(visible::numbers(postgres, &self.marks.represented));
            let these = visible::among(postgres, "r.no", at);
            put(format_args!("(SELECT CAST(COALESCE(sum(r.standing), 0) AS text) FROM space r WHERE {these})"));
        }
        put(format_args!(" FROM space WHERE no = ${own}"));
        for (text, gone) in [
            (&identity.jti, "revoked_token g WHERE g.jti = "),
            (&identity.device, "device g WHERE g.revoked_at IS NOT NULL AND g.token_name = "),
        ] {
            if let Some(text) = text {
                let at = value(text.as_ref().into());
                put(format_args!(" AND NOT EXISTS (SELECT 1 FROM {gone}${at} AND g.issuer = ${issuer})"));
            }
        }
        format!("{head} {}", self.marks.partnerships)
    }

    /// On what the text of the question depends.
    pub(super) fn asks_for(&self, identity: &Identity) -> [bool; 3] {
        [!self.marks.represented.is_empty(), identity.jti.is_some(), identity.device.is_some()]
    }

    /// Asks it.
    pub(super) async fn still_stands(&self, db: &Db, on: &impl ConnectionTrait, identity: &Identity) -> Result<bool> {
        let (mut values, mut sql) = (Vec::new(), String::new());
        let counts = self.ask(db.is_postgres(), identity, &mut values, Some(&mut sql));
        let row = on.query_one_raw(db.statement(&sql, values)).await?;
        let answer: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(answer == Some(counts))
    }
}
