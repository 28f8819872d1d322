//! What the data says a caller may do now: one statement. What it found is kept, and asked for every request is only
//! whether it still holds (`standings.rs`).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use chrono::{DateTime, Utc};
use entity::{Id, Right, SpaceKind, SpaceRef};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::{db::Db, error::Result, token::Identity, visible::Form};
use crate::policy::{self, Role};

/// One standing in one space.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The standing.
    pub role: Role,
    /// Its record: membership, side role or the person.
    pub authority: Id,
    /// Number of the space.
    pub space_no: i32,
    /// The space.
    pub space: SpaceRef,
    /// The partnership, where the space is a side or a partnership.
    pub partnership: Option<Id>,
    /// Moment from which it counts no more.
    pub until: Option<DateTime<Utc>>,
}

/// Who an account is, and every standing of that person.
#[derive(Clone, Debug)]
pub struct Grants {
    /// The account.
    pub account: Id,
    /// The person.
    pub person: Id,
    /// Tokens issued up to this moment do not count.
    pub tokens_since: Option<DateTime<Utc>>,
    /// Tag of the language in which the account reads, where it chose one.
    pub language: Option<Arc<str>>,
    list: Arc<[Grant]>,
    /// When the first of the standings runs out.
    ends: Option<DateTime<Utc>>,
    /// Spaces of the rights that were asked for, by right.
    spaces: Arc<Mutex<HashMap<Right, Spaces>>>,
}

/// Numbers of spaces, ascending, each once; and the same as it goes into statements, which is long and often wanted.
#[derive(Clone, Debug)]
pub(super) struct Spaces {
    pub(super) numbers: Arc<[i32]>,
    /// What they are packed into; none where they go as they are.
    pub(super) sent: Arc<OnceLock<Option<(Value, Form)>>>,
}

impl Spaces {
    /// Of numbers that are ascending, each once.
    pub(super) fn of(numbers: Vec<i32>) -> Self {
        Self { numbers: numbers.into(), sent: Arc::default() }
    }
}

/// What standings rest on: with the same marks nothing has changed in them but time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The person's own space, in whose ledger every change of their standings and account is written.
    pub(super) own: Option<(i32, i64)>,
    /// Spaces of organisations that the person represents, ascending.
    pub(super) represented: Vec<i32>,
    /// How often their partnerships changed, all together.
    pub(super) partnerships: i64,
    /// When the next standing begins.
    pub(super) begins: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Found {
    account_id: Id,
    person_id: Id,
    tokens_since: Option<DateTime<Utc>>,
    role: String,
    authority: Id,
    space_no: i32,
    space_kind: SpaceKind,
    subject_id: Id,
    partnership_id: Option<Id>,
    valid_until: Option<DateTime<Utc>>,
    head_seq: i64,
    standing: i64,
    language: Option<String>,
}

/// Stands for what begins later: no standing yet.
const LATER: &str = "LATER";

/// Every standing of the person behind an account that counts at a moment ($3). A draft that another side has
/// not proposed yet gives a representative no standing: not even that it exists may show. A role on a side
/// counts while its holder works for the organisation of that side.
const GRANTS: &str = "
WITH me AS (
  SELECT a.id AS account_id, a.person_id, a.tokens_since, a.language FROM account a
  WHERE a.issuer = $1 AND a.subject = $2 AND a.status = 'ACTIVE'
    AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.issuer = $1 AND r.jti = $4)
    AND NOT EXISTS (SELECT 1 FROM device d WHERE d.issuer = $1 AND d.token_name = $5 AND d.revoked_at IS NOT NULL)
), member AS (
  SELECT m.id, m.role, m.organisation_id, m.valid_until, me.account_id, me.person_id, me.tokens_since
  FROM me JOIN membership m ON m.person_id = me.person_id
  WHERE m.valid_from <= $3 AND (m.valid_until IS NULL OR m.valid_until > $3)
), represented AS (
  SELECT member.*, s.id AS side_id, s.partnership_id FROM member
  JOIN partnership_side s ON s.organisation_id = member.organisation_id
  JOIN partnership p ON p.id = s.partnership_id AND (p.proposed_at IS NOT NULL OR p.drafted_by_side = s.id)
  WHERE member.role = 'REPRESENTATIVE'
), standing AS (
  SELECT r.id, r.role, r.side_id, r.partnership_id, r.valid_until, me.account_id, me.person_id, me.tokens_since
  FROM me JOIN side_role r ON r.person_id = me.person_id JOIN partnership_side s ON s.id = r.side_id
  WHERE r.valid_from <= $3 AND (r.valid_until IS NULL OR r.valid_until > $3)
    AND EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = s.organisation_id)
)
SELECT me.account_id, me.person_id, me.tokens_since, 'PERSON' AS role, me.person_id AS authority, s.no AS space_no,
       s.kind AS space_kind, s.subject_id, NULL AS partnership_id, NULL AS valid_until,
       s.head_seq, s.standing, me.language
FROM me JOIN space s ON s.kind = 'PERSON' AND s.subject_id = me.person_id
UNION ALL
SELECT m.account_id, m.person_id, m.tokens_since, m.role, m.id, s.no, s.kind, s.subject_id, NULL, m.valid_until,
       s.head_seq, s.standing, NULL
FROM member m JOIN space s ON s.kind = 'ORGANISATION' AND s.subject_id = m.organisation_id
UNION ALL
SELECT m.account_id, m.person_id, m.tokens_since, m.role, m.id, s.no, s.kind, s.subject_id, NULL, m.valid_until,
       s.head_seq, s.standing, NULL
FROM member m JOIN space s ON s.kind = 'PERSON' AND s.subject_id = m.person_id
UNION ALL
SELECT m.account_id, m.person_id, m.tokens_since, m.role, m.id, s.no, s.kind, s.subject_id, NULL, m.valid_until,
       s.head_seq, s.standing, NULL
FROM member m JOIN space s ON s.kind = 'NETWORK'
UNION ALL
SELECT r.account_id, r.person_id, r.tokens_since, r.role, r.id, s.no, s.kind, s.subject_id, r.partnership_id, r.valid_until,
       s.head_seq, s.standing, NULL
FROM represented r JOIN space s ON s.kind = 'SIDE' AND s.subject_id = r.side_id
UNION ALL
SELECT r.account_id, r.person_id, r.tokens_since, r.role, r.id, s.no, s.kind, s.subject_id, r.partnership_id, r.valid_until,
       s.head_seq, s.standing, NULL
FROM represented r JOIN space s ON s.kind = 'PARTNERSHIP' AND s.subject_id = r.partnership_id
UNION ALL
SELECT r.account_id, r.person_id, r.tokens_since, r.role, r.id, s.no, s.kind, s.subject_id, r.partnership_id, r.valid_until,
       s.head_seq, s.standing, NULL
FROM standing r JOIN space s ON s.kind = 'SIDE' AND s.subject_id = r.side_id
UNION ALL
SELECT r.account_id, r.person_id, r.tokens_since, r.role, r.id, s.no, s.kind, s.subject_id, r.partnership_id, r.valid_until,
       s.head_seq, s.standing, NULL
FROM standing r JOIN space s ON s.kind = 'PARTNERSHIP' AND s.subject_id = r.partnership_id
UNION ALL
SELECT me.account_id, me.person_id, me.tokens_since, 'LATER', me.person_id, 0, 'PERSON', me.person_id, NULL, least.at, 0, 0, NULL
FROM me JOIN (SELECT person_id, min(valid_from) AS at FROM (
    SELECT m.person_id, m.valid_from FROM membership m JOIN me ON me.person_id = m.person_id WHERE m.valid_from > $3
    UNION ALL SELECT r.person_id, r.valid_from FROM side_role r JOIN me ON me.person_id = r.person_id WHERE r.valid_from > $3
  ) later GROUP BY person_id) least ON least.person_id = me.person_id";

impl Grants {
    /// Reads the standings of a token's subject at a moment; none where the account is unknown,
    /// suspended, or the token (`jti`) or its device revoked.
    pub(super) async fn load(
        db: &Db,
        on: &impl ConnectionTrait,
        identity: &Identity,
        now: DateTime<Utc>,
    ) -> Result<Option<(Self, Marks)>> {
        let sql = if db.is_postgres() {
            // The bare NULLs of the first arm decide the column types of the union.
            GRANTS.replacen(
                "NULL AS partnership_id, NULL AS valid_until",
                "NULL::uuid AS partnership_id, NULL::timestamptz AS valid_until",
                1,
            )
        } else {
            GRANTS.to_owned()
        };
        let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().into();
        let Identity { issuer, subject, jti, device, .. } = identity;
        let values = [issuer.as_ref().into(), subject.as_ref().into(), now.into(), text(jti), text(device)];
        let rows = on.query_all_raw(db.statement(&sql, values)).await?;
        let mut list = Vec::with_capacity(rows.len());
        let mut who = None;
        let mut marks = Marks::default();
        let mut language = None;
        for row in &rows {
            let row = Found::from_query_result(row, "")?;
            who = Some((row.account_id, row.person_id, row.tokens_since));
            if row.role == LATER {
                marks.begins = row.valid_until;
            } else if let Some(role) = Role::parse(&row.role) {
                if role == Role::Person {
                    marks.own = Some((row.space_no, row.head_seq));
                    language = row.language.map(Arc::from);
                }
                if role == Role::Representative
                    && row.space_kind == SpaceKind::Organisation
                    && !marks.represented.contains(&row.space_no)
                {
                    marks.represented.push(row.space_no);
                    marks.partnerships += row.standing;
                }
                list.push(Grant {
                    role,
                    authority: row.authority,
                    space_no: row.space_no,
                    space: SpaceRef { kind: row.space_kind, subject: row.subject_id },
                    partnership: row.partnership_id,
                    until: row.valid_until,
                });
            }
        }
        marks.represented.sort_unstable();
        let grants = |(account, person, tokens_since)| Self {
            account,
            person,
            tokens_since,
            language,
            ends: list.iter().filter_map(|grant| grant.until).min(),
            list: list.into(),
            spaces: Arc::default(),
        };
        Ok(who.map(grants).map(|grants| (grants, marks)))
    }

    /// Whether the right exists anywhere.
    pub fn anywhere(&self, right: Right) -> bool {
        self.with(right).next().is_some()
    }

    /// Every grant that gives a right.
    pub fn with(&self, right: Right) -> impl Iterator<Item = &Grant> {
        self.list.iter().filter(move |grant| policy::allows(grant.role, grant.space.kind, right))
    }

    /// The grant that gives a right in a space.
    pub fn within(&self, right: Right, space: SpaceRef) -> Option<&Grant> {
        self.with(right).find(|grant| grant.space == space)
    }

    /// Numbers of the spaces in which a right counts, ascending, each once.
    pub fn spaces(&self, right: Right) -> Arc<[i32]> {
        self.spaces_of(right).numbers
    }

    pub(super) fn spaces_of(&self, right: Right) -> Spaces {
        let mut known = self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let spaces = known.entry(right).or_insert_with(|| {
            let mut spaces: Vec<i32> = self.with(right).map(|grant| grant.space_no).collect();
            spaces.sort_unstable();
            spaces.dedup();
            Spaces::of(spaces)
        });
        spaces.clone()
    }

    /// Number of the person's own space, in which changes of their authority are written.
    pub fn own_space(&self) -> Option<i32> {
        self.list.iter().find(|grant| grant.role == Role::Person).map(|grant| grant.space_no)
    }

    /// When the first of the standings runs out.
    pub const fn next_expiry(&self) -> Option<DateTime<Utc>> {
        self.ends
    }

    /// Every standing.
    pub fn list(&self) -> &[Grant] {
        &self.list
    }
}

impl Grants {
    /// The same person, who sees nothing.
    pub(super) fn without_standings(&self) -> Self {
        Self { list: Arc::from([]), ends: None, spaces: Arc::default(), ..self.clone() }
    }

    /// No standing at all.
    pub(super) fn none(person: Id) -> Self {
        Self {
            account: Id::NIL,
            person,
            tokens_since: None,
            language: None,
            list: Arc::from([]),
            ends: None,
            spaces: Arc::default(),
        }
    }
}
