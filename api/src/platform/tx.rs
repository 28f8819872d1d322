//! The one way to write. Only commands get a [`Tx`]; one COMMIT carries rows, publications, ledger
//! entries and the memory of the idempotency key.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entity::{Audience, Id, Kind, Record, Right, SpaceKind, SpaceRef};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, LockType, OnConflict},
};
use serde_json::{Map, Value};

use super::{
    batch::Row,
    caller::{Caller, Sort, named, ordered},
    chain, commit,
    db::{Purpose, Transaction},
    error::{Error, Result},
    gate,
    grants::{Grant, Spaces},
    later::Later,
    published::{self, Published},
    visible::{self, Way},
};

use crate::policy::Role;

/// A change that waits for COMMIT.
pub(super) struct Change {
    pub(super) event: &'static str,
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) version: i32,
    pub(super) audience: Audience,
    pub(super) payload: Value,
    pub(super) redacts: bool,
    pub(super) new: bool,
}

/// A running command. Dropped without commit, nothing happened.
pub struct Tx {
    pub(super) db: Transaction,
    /// Who acts.
    pub caller: Caller,
    /// The right of the field that runs.
    right: Right,
    /// Under which standing: the last that was checked.
    pub(super) authority: Option<Id>,
    /// Whether that standing is one that every side sees.
    pub(super) authority_is_shared: bool,
    /// Whether no ledger names who acts.
    pub(super) unnamed: bool,
    pub(super) command: String,
    pub(super) at: DateTime<Utc>,
    pub(super) changes: Vec<Change>,
    numbers: HashMap<SpaceRef, i32>,
    /// Spaces in which the caller saw what this command is about: what hangs on it is mostly seen there too.
    near: Mutex<BTreeSet<i32>>,
    /// Records that it locked.
    pub(super) locked: Mutex<BTreeSet<Id>>,
    pub(super) published: Published,
}

/// A running body of a command: writes through the transaction and answers with the id of a record.
type Body<'t> = BoxFuture<'t, Result<Id>>;
/// A body of a command. Boxed, what runs around it is compiled once, and not for each of a hundred and fifty commands.
type Begin<'b> = Box<dyn for<'t> FnOnce(&'t mut Tx) -> Body<'t> + Send + 'b>;

impl Caller {
    /// Runs a command: the root field's right, its name and its arguments are read from the field.
    pub async fn command(
        &self,
        ctx: &Context<'_>,
        body: impl for<'t> FnOnce(&'t mut Tx) -> Body<'t> + Send,
    ) -> Result<Id> {
        self.command_once(ctx, None, body).await
    }

    /// Runs a command at most once for a key: the argument's, or the one of the `Idempotency-Key` header.
    pub async fn command_once(
        &self,
        ctx: &Context<'_>,
        key: Option<String>,
        body: impl for<'t> FnOnce(&'t mut Tx) -> Body<'t> + Send,
    ) -> Result<Id> {
        let field = ctx.field();
        let arguments = field.arguments().map_err(|e| Error::bad_input("ARGUMENTS", e.message))?;
        let arguments: Map<String, Value> = arguments
            .into_iter()
            .filter(|(name, _)| name != "idempotencyKey")
            .map(|(name, value)| (name.to_string(), value.into_json().unwrap_or_default()))
            .collect();
        // One header serves every root field of the document.
        let header = || Some(format!("{}#{}", self.idempotency_key.as_ref()?, field.alias().unwrap_or(field.name())));
        let key = key.or_else(header);
        let right = gate::right(ctx, "Mutation", field.name())?;
        let hash = chain::sha256(&[field.name().as_bytes(), Value::Object(arguments).to_string().as_bytes()]);
        self.once(field.name(), right, key.as_deref().map(|key| (key, hash)), Box::new(body)).await
    }

    /// Runs a command by name.
    pub(crate) async fn run_command(
        &self,
        name: &str,
        right: Right,
        key: Option<(&str, Vec<u8>)>,
        body: impl for<'t> FnOnce(&'t mut Tx) -> Body<'t> + Send,
    ) -> Result<Id> {
        self.once(name, right, key, Box::new(body)).await
    }

    async fn once(&self, name: &str, right: Right, key: Option<(&str, Vec<u8>)>, body: Begin<'_>) -> Result<Id> {
        if let Some((key, _)) = &key
            && (!(1..=200).contains(&key.chars().count()) || key.chars().any(char::is_control))
        {
            return Err(Error::invalid("idempotencyKey", "IDEMPOTENCY_KEY", "expected 1 to 200 characters"));
        }
        let platform = self.platform.clone();
        let queued = match &platform.db.writer {
            Some(writer) => Some(writer.lock().await),
            None => None,
        };
        let db = platform.db.begin(Purpose::Writing, &self.statements).await?;
        let mut tx = Tx {
            db,
            caller: self.clone(),
            right,
            authority: None,
            authority_is_shared: false,
            unnamed: false,
            command: name.to_owned(),
            at: platform.env.now(),
            changes: Vec::new(),
            numbers: HashMap::new(),
            near: Mutex::default(),
            locked: Mutex::default(),
            published: Published::default(),
        };
        if let Some((key, hash)) = &key
            && let Some(response) = tx.claim(key, hash).await?
        {
            return Ok(response);
        }
        let response = match body(&mut tx).await {
            Ok(response) => response,
            Err(error) => return Err(tx.db.why(error).await),
        };
        if let Some((key, _)) = &key
            && let Err(error) = tx.remember(key, response).await
        {
            return Err(tx.db.why(error).await);
        }
        let changes_authority = tx.changes.iter().any(|change| {
            matches!(change.kind, Kind::Membership | Kind::SideRole | Kind::PartnershipSide | Kind::Account)
        });
        let (heads, entries) = commit::commit(tx).await?;
        drop(queued);
        platform.hub.ring(&heads, entries);
        if changes_authority {
            // The answer is read with the rights of now.
            self.refresh().await?;
        }
        Ok(response)
    }
}

impl Tx {
    /// When the command began.
    pub const fn now(&self) -> DateTime<Utc> {
        self.at
    }

    /// From now on no ledger names who acts here, nor under which standing, nor the request that would lead there.
    pub const fn stays_unnamed(&mut self) {
        self.unnamed = true;
    }

    /// A new id.
    pub fn id(&self) -> Id {
        self.caller.platform.env.id()
    }

    // ---- authority ---------------------------------------------------------------------------

    /// Demands the field's right in a space, and records the standing that gives it.
    pub async fn authorise(&mut self, space: SpaceRef) -> Result<()> {
        let grant = self.caller.grants().within(self.right, space).cloned();
        self.stand_on(&grant.ok_or_else(|| Error::forbidden(self.right))?).await
    }

    /// The side of a partnership for which the caller acts with the field's right. Who acts for two
    /// sides must say for which.
    pub async fn act_for_side(&mut self, partnership: Id, named: Option<Id>) -> Result<Id> {
        let grants = self.caller.grants();
        let mut sides: Vec<&Grant> = grants
            .with(self.right)
            .filter(|grant| grant.space.kind == SpaceKind::Side && grant.partnership == Some(partnership))
            .filter(|grant| named.is_none_or(|named| grant.space.subject == named))
            .collect();
        sides.sort_unstable_by_key(|grant| (grant.space.subject, grant.authority));
        sides.dedup_by_key(|grant| grant.space.subject);
        match *sides.as_slice() {
            [] => Err(Error::forbidden(self.right)),
            [grant] => {
                self.stand_on(grant).await?;
                Ok(grant.space.subject)
            }
            _ => Err(Error::invalid(
                "sideId",
                "SIDE_IS_NAMED",
                "you stand on more than one side: name the one you act for",
            )),
        }
    }

    /// Records a standing as the authority of this command, and holds it until COMMIT: who is being taken off
    /// their role at this moment either acted before, or does not act any more.
    async fn stand_on(&mut self, grant: &Grant) -> Result<()> {
        self.authority = Some(grant.authority);
        self.authority_is_shared = grant.role.is_of_a_side();
        let (sql, hold) = match grant.role {
            Role::Person => return Ok(()),
            role if role.is_of_a_side() => (
                "SELECT r.id FROM side_role r JOIN partnership_side s ON s.id = r.side_id \
                 JOIN membership m ON m.person_id = r.person_id AND m.organisation_id = s.organisation_id \
                 WHERE r.id = $1 AND r.valid_from <= $2 AND (r.valid_until IS NULL OR r.valid_until > $2) \
                 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)",
                " FOR SHARE OF r, m",
            ),
            _ => (
                "SELECT m.id FROM membership m \
                 WHERE m.id = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)",
                " FOR SHARE OF m",
            ),
        };
        let sql = format!("{sql}{}", if self.caller.postgres() { hold } else { "" });
        self.caller.counted();
        // The time of now, not of the beginning: this command may have waited for the one that ended the standing.
        let values = [grant.authority.into(), self.caller.now().into()];
        let held = self.db.query_one_raw(self.caller.platform.db.statement(&sql, values)).await?;
        held.map(|_| ()).ok_or_else(|| Error::forbidden(self.right))
    }

    // ---- reading -----------------------------------------------------------------------------

    /// A record the caller sees, locked until COMMIT; NOT_FOUND otherwise.
    pub async fn lock<M: Record>(&self, id: Id, field: &str) -> Result<M> {
        let row: Row<M> = self.lock_row(id, field).await?;
        // Written back, a row of which something is held back would lose it; and who does not see it whole does not edit it.
        if row.redacted.is_empty() { Ok(row.row) } else { Err(Error::forbidden(self.right)) }
    }

    /// The same as the caller sees it, to compare with: never to write back.
    pub async fn lock_row<M: Record>(&self, id: Id, field: &str) -> Result<Row<M>> {
        let of_id = visible::id_column::<M>().eq(id);
        if !self.caller.postgres() {
            let select = self.caller.fenced::<M>(Way::Named).filter(of_id);
            return self.caller.run_on(&self.db, select).await?.pop().ok_or_else(|| Error::not_found(field));
        }
        // Nobody may wait for a row that they do not see: the fence is in the statement. Most often a short one is enough.
        let spaces = self.caller.grants().spaces_of(M::READ);
        for spaces in [self.near(&spaces), Some(spaces)].into_iter().flatten() {
            let select = named::<M>().filter(visible::visible::<M>(true, &spaces, Way::Named)).filter(of_id.clone());
            let found: Option<Row<M>> = self.caller.run_on(&self.db, select.lock(LockType::NoKeyUpdate)).await?.pop();
            if let Some(found) = found {
                self.locked.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                return Ok(found);
            }
        }
        Err(Error::not_found(field))
    }

    /// Those of some spaces in which the caller saw what this command is about.
    fn near(&self, spaces: &Spaces) -> Option<Spaces> {
        let near = self.near.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers: Vec<i32> = near.iter().copied().filter(|no| spaces.numbers.binary_search(no).is_ok()).collect();
        (!numbers.is_empty() && numbers.len() < spaces.numbers.len()).then(|| Spaces::of(numbers))
    }

    /// A record that must change because of what the caller decided by right, whether or not they see all of it. Locked
    /// until COMMIT; never to be answered with.
    pub async fn consequence<M: Record>(&self, id: Id) -> Result<M> {
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "written, never shown: see above")]
        let mut select = M::Entity::find().filter(visible::id_column::<M>().eq(id));
        if self.caller.postgres() {
            select = select.lock(LockType::NoKeyUpdate);
        }
        let found = select.one(&self.db).await?;
        found.ok_or_else(|| Error::internal("a record that follows from another is missing"))
    }

    /// Records that must change, or that a rule must see, because of what the caller decides by right, whether or not they
    /// see them. Never to be answered with.
    pub async fn consequences<M: Record>(
        &self,
        filter: Condition,
        order: <M::Entity as EntityTrait>::Column,
    ) -> Result<Vec<M>> {
        use sea_orm::QueryOrder;
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "written, never shown: see above")]
        let select = M::Entity::find().filter(filter).order_by_asc(order).order_by_asc(visible::id_column::<M>());
        Ok(select.all(&self.db).await?)
    }

    /// The same, and at the version that the caller read.
    pub async fn lock_at<M: Record>(&self, id: Id, field: &str, expected: i32) -> Result<M> {
        let row: M = self.lock(id, field).await?;
        is_at(&row, expected).map(|()| row)
    }

    /// A record the caller sees; NOT_FOUND otherwise.
    pub async fn get<M: Record>(&self, id: Id, field: &str) -> Result<M> {
        let select = named::<M>().filter(visible::id_column::<M>().eq(id));
        let found = self.caller.rows_named_and::<M>(&self.db, select, |places| self.came_near(places)).await?.pop();
        found.map(|(row, _)| row).ok_or_else(|| Error::not_found(field))
    }

    /// Remembers where a record is published that the caller sees.
    pub(super) fn came_near(&self, places: &str) {
        let mut near = self.near.lock().unwrap_or_else(PoisonError::into_inner);
        near.extend(places.split(' ').filter_map(|place| place.parse::<i32>().ok()).map(i32::abs));
    }

    /// All records the caller sees that fit, in order, without a bound: rules must see every row. The filter is what finds
    /// them. Rows that this command wrote may be missing: they are published when it ends.
    pub async fn all<M: Record>(&self, filter: Condition, sort: &Sort<M>) -> Result<Vec<M>> {
        let select = ordered::<M>(self.caller.fenced::<M>(Way::Named).filter(filter), sort, false);
        Ok(self.caller.run_on(&self.db, select).await?.into_iter().map(|row: Row<M>| row.row).collect())
    }

    /// The first record the caller sees that fits.
    pub async fn first<M: Record>(&self, filter: Condition, sort: &Sort<M>) -> Result<Option<M>> {
        let select = ordered::<M>(self.caller.fenced::<M>(Way::Named).filter(filter), sort, false).limit(1);
        let found: Option<Row<M>> = self.caller.run_on(&self.db, select).await?.pop();
        Ok(found.map(|row| row.row))
    }

    /// Accounts of a person, for who keeps the people of an organisation. Only its person reads an
    /// account; the caller of this has authorised itself for the organisation of the person.
    pub async fn accounts_of(&self, person: Id) -> Result<Vec<entity::account::Model>> {
        use entity::account::{Column, Entity};
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "written, never shown: see above")]
        let accounts = Entity::find().filter(Column::PersonId.eq(person)).all(&self.db).await?;
        Ok(accounts)
    }

    /// Every record of one device, for who may revoke one of them: the caller of this has seen that one.
    pub async fn devices_named(
        &self,
        issuer: &entity::value::Title,
        token_name: &entity::value::Title,
    ) -> Result<Vec<entity::device::Model>> {
        use entity::device::{Column, Entity};
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "written, never shown: see above")]
        let select =
            Entity::find().filter(Column::Issuer.eq(issuer.as_str()).and(Column::TokenName.eq(token_name.as_str())));
        Ok(select.all(&self.db).await?)
    }

    // ---- writing -----------------------------------------------------------------------------

    /// Writes a new record.
    pub async fn insert<M: Record>(&mut self, event: &'static str, mut row: M) -> Result<M> {
        row.stamp(1, self.at);
        row.made(if self.unnamed { Id::NIL } else { self.caller.person() }, self.at);
        published::insert(self, std::slice::from_ref(&row)).await?;
        self.note(event, &row, facts(&row)?, true);
        Ok(row)
    }

    /// Writes a changed record. Nothing happens where nothing changed.
    pub async fn update<M: Record>(&mut self, event: &'static str, before: &M, mut row: M) -> Result<M> {
        let changed = changed(before, &row)?;
        if changed.is_empty() {
            return Ok(row);
        }
        row.stamp(before.version() + 1, self.at);
        let id = visible::id_column::<M>();
        #[expect(clippy::disallowed_methods, reason = "the one place where a record changes")]
        let statement = M::Entity::update_many()
            .set(row.clone().into_active_model().reset_all())
            .filter(id.eq(row.id()))
            .filter(Expr::col((M::Entity::default(), sea_orm::sea_query::Alias::new("version"))).eq(before.version()))
            .build(self.db.get_database_backend());
        self.write(Later { table: visible::table::<M>(), id: row.id(), statement, replaces: Some(before.version()) })
            .await?;
        self.note(event, &row, changed, false);
        Ok(row)
    }

    /// Writes a row, now or with others.
    pub(super) async fn write(&self, later: Later) -> Result<()> {
        if !self.caller.postgres() {
            self.caller.counted();
        }
        self.db.later(later).await
    }

    /// Writes the rows that wait now: for who must hear here what the database says to them.
    pub async fn settle(&self) -> Result<()> {
        Ok(self.db.settle().await?)
    }

    pub(super) fn note<M: Record>(&mut self, event: &'static str, row: &M, payload: Map<String, Value>, new: bool) {
        self.changes.push(Change {
            event,
            kind: M::KIND,
            id: row.id(),
            version: row.version(),
            audience: row.audience(),
            payload: Value::Object(payload),
            redacts: M::REDACTS,
            new,
        });
    }

    /// Notes what happened to a record in which nothing changed.
    pub(super) fn note_unchanged<M: Record>(&mut self, event: &'static str, row: &M, payload: Map<String, Value>) {
        self.note(event, row, payload, false);
        self.changes.last_mut().into_iter().for_each(|change| change.version = 0);
    }

    /// Refuses a token from now on, although it has not run out.
    pub async fn revoke_token(&self, issuer: &str, jti: &str, expires_at: DateTime<Utc>) -> Result<()> {
        use entity::platform::revoked_token::{ActiveModel, Column, Entity, Model};
        Entity::insert(ActiveModel::from(Model { issuer: issuer.to_owned(), jti: jti.to_owned(), expires_at }))
            .on_conflict(OnConflict::columns([Column::Issuer, Column::Jti]).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await?;
        Ok(())
    }

    // ---- spaces ------------------------------------------------------------------------------

    /// Makes a space that must stand before anything is published in it.
    pub async fn open_space(&mut self, space: SpaceRef) -> Result<()> {
        self.space_no(space).await.map(|_| ())
    }

    /// Number of a space, made where it does not exist yet.
    pub(super) async fn space_no(&mut self, space: SpaceRef) -> Result<i32> {
        use entity::platform::space::{Column, Entity};
        if let Some(no) = self.numbers.get(&space) {
            return Ok(*no);
        }
        self.caller.counted();
        let sql = "INSERT INTO space (kind, subject_id, head_seq, head_hash) VALUES ($1, $2, 0, $3) \
                   ON CONFLICT (kind, subject_id) DO NOTHING";
        #[expect(clippy::disallowed_methods, reason = "spaces are the platform's own")]
        let known = Entity::find()
            .filter(Column::Kind.eq(space.kind).and(Column::SubjectId.eq(space.subject)))
            .select_only()
            .column(Column::No);
        let no = match known.clone().into_tuple::<i32>().one(&self.db).await? {
            Some(no) => no,
            None => {
                let values =
                    [sea_orm::ActiveEnum::to_value(&space.kind).into(), space.subject.into(), vec![0_u8; 32].into()];
                self.db.execute_raw(self.caller.platform.db.statement(sql, values)).await?;
                known.into_tuple::<i32>().one(&self.db).await?.ok_or_else(|| Error::internal("a space vanished"))?
            }
        };
        self.numbers.insert(space, no);
        Ok(no)
    }
}

/// The columns that a change changes.
pub(super) fn changed<M: Record>(before: &M, after: &M) -> Result<Map<String, Value>> {
    let old = facts(before)?;
    Ok(facts(after)?.into_iter().filter(|(name, value)| old.get(name) != Some(value)).collect())
}

/// The columns of a record without those that every write touches.
pub(super) fn facts<M: Record>(row: &M) -> Result<Map<String, Value>> {
    match serde_json::to_value(row).map_err(|e| Error::internal(e.to_string()))? {
        Value::Object(mut map) => {
            for name in ["id", "version", "created_at", "created_by", "updated_at"] {
                map.remove(name);
            }
            Ok(map)
        }
        _ => Err(Error::internal("a record is an object")),
    }
}

/// Whether a record is still at the version that the caller read.
pub fn is_at<M: Record>(row: &M, expected: i32) -> Result<()> {
    if row.version() == expected { Ok(()) } else { Err(Error::stale(row.version())) }
}
