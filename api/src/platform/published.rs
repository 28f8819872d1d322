//! Where the records of a command are published: as it was when the command came to them, and as it will be. PostgreSQL
//! has the spaces on the row as well.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::PoisonError,
};

use entity::{Audience, Id, Kind, Level, Record, SpaceRef, platform::publication};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, IntoIden, Query, SimpleExpr},
};

use super::{
    chain,
    error::{Error, Result},
    later::Later,
    tx::{Change, Tx, facts},
    visible,
};

/// How a record is published in one space, and by which parent.
type Place = (Level, Option<Id>);
/// The spaces of one record.
pub(super) type Places = BTreeMap<i32, Place>;

/// Publications as they stand in a command.
#[derive(Default)]
pub(super) struct Published {
    known: HashMap<Id, BTreeMap<i32, publication::Model>>,
    /// What new rows were written with.
    written: HashMap<Id, Places>,
}

impl Published {
    /// Reads what is not known yet; and if it reads, of what the command will ask about at its end too, as far as nobody else can
    /// change it meanwhile.
    pub(super) async fn load(&mut self, tx: &Tx, ids: impl Iterator<Item = Id>) -> Result<()> {
        let mut wanted: BTreeSet<Id> = ids.filter(|id| !self.known.contains_key(id)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let locked = tx.locked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let held = |change: &&Change| !change.new && change.audience.inherits.is_some_and(|id| locked.contains(&id));
        let changed = tx.changes.iter().filter(held).map(|change| change.id);
        wanted.extend(changed.chain(locked.iter().copied()).filter(|id| !self.known.contains_key(id)));
        for id in &wanted {
            self.known.insert(*id, BTreeMap::new());
        }
        tx.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "publications are the platform's own")]
        let rows = publication::Entity::find()
            .filter(visible::any_of(tx.caller.postgres(), publication::Column::RecordId, wanted.into_iter()))
            .all(&tx.db)
            .await?;
        for row in rows {
            self.known.entry(row.record_id).or_default().insert(row.space_no, row);
        }
        Ok(())
    }

    /// Publications of a record, those that ended too.
    pub(super) fn now(&self, id: Id) -> BTreeMap<i32, publication::Model> {
        self.known.get(&id).cloned().unwrap_or_default()
    }

    /// Where a record is published.
    pub(super) fn live(&self, id: Id) -> Places {
        let rows = self.known.get(&id).into_iter().flatten();
        rows.filter(|(_, row)| row.live)
            .map(|(space, row)| (*space, (Level::from_stored(row.level), row.parent_id)))
            .collect()
    }

    /// What a new row was written with.
    pub(super) fn written(&self, id: Id) -> Option<&Places> {
        self.written.get(&id)
    }

    /// Where an audience leads, of whose parent the publications are known.
    pub(super) async fn places_of(&self, tx: &mut Tx, audience: &Audience) -> Result<Places> {
        let mut places = Places::new();
        if let Some(parent) = audience.inherits {
            places.extend(self.live(parent).into_iter().map(|(space, (level, _))| (space, (level, Some(parent)))));
        }
        for (space, level) in &audience.spaces {
            places.insert(tx.space_no(*space).await?, (*level, None));
        }
        Ok(places)
    }

    /// Publishes a record in these places and no others.
    pub(super) fn set(&mut self, id: Id, kind: Kind, places: &Places) {
        let rows = self.known.entry(id).or_default();
        for row in rows.values_mut() {
            row.live = false;
        }
        for (space, (level, parent)) in places {
            let seq = rows.get(space).map_or(0, |row| row.seq);
            let row = publication::Model {
                record_id: id,
                space_no: *space,
                kind,
                seq,
                first_seq: seq,
                level: level.stored(),
                live: true,
                parent_id: *parent,
            };
            rows.insert(*space, row);
        }
    }

    /// Writes the spaces on rows that have others: one statement a table.
    pub(super) async fn write(&self, tx: &Tx, moved: BTreeSet<(Kind, Id)>) -> Result<()> {
        if !tx.caller.postgres() {
            return Ok(());
        }
        let mut tables: BTreeMap<Kind, Vec<serde_json::Value>> = BTreeMap::new();
        for (kind, id) in moved {
            let (spaces, lesser) = arrays(&self.live(id));
            let row = serde_json::json!({ "id": id, "spaces": spaces, "lesser": lesser });
            tables.entry(kind).or_default().push(row);
        }
        for (kind, rows) in tables {
            let table = chain::kind_name(kind).to_lowercase();
            let sql = format!(
                "UPDATE {table} SET spaces = CAST(v.spaces AS integer[]), lesser = CAST(v.lesser AS integer[]) \
                 FROM json_to_recordset(CAST($1 AS json)) AS v(id uuid, spaces text, lesser text) WHERE {table}.id = v.id"
            );
            tx.caller.counted();
            let rows = serde_json::Value::Array(rows).to_string();
            tx.db.execute_raw(tx.caller.platform.db.statement(&sql, [rows.into()])).await?;
        }
        Ok(())
    }
}

/// The spaces of a row, and those that see its lesser level, as negative numbers.
fn arrays(places: &Places) -> (String, Option<String>) {
    let array = |places: Vec<String>| format!("{{{}}}", places.join(","));
    let lesser = places.iter().filter(|(_, (level, _))| *level == Level::Basic);
    let lesser: Vec<String> = lesser.map(|(space, _)| format!("-{space}")).collect();
    (array(places.keys().map(ToString::to_string).collect()), (!lesser.is_empty()).then(|| array(lesser)))
}

impl Tx {
    /// Whether a record is published in a space.
    pub async fn is_published(&mut self, id: Id, space: SpaceRef) -> Result<bool> {
        let mut published = std::mem::take(&mut self.published);
        published.load(self, std::iter::once(id)).await?;
        let no = self.space_no(space).await?;
        let there = published.live(id).contains_key(&no);
        self.published = published;
        Ok(there)
    }

    /// Writes many new records of a kind at once.
    pub async fn insert_all<M: Record>(&mut self, event: &'static str, mut rows: Vec<M>) -> Result<Vec<M>> {
        /// Rows of one insert: a wide row times this stays below the values a statement may bind.
        const CHUNK: usize = 400;
        for row in &mut rows {
            row.stamp(1, self.at);
            row.made(self.caller.person(), self.at);
        }
        for chunk in rows.chunks(CHUNK) {
            insert(self, chunk).await?;
        }
        for row in &rows {
            self.note(event, row, facts(row)?, true);
        }
        Ok(rows)
    }

    /// Sets one column of many records to one value, in one statement. They hang on a record that this command has locked.
    pub async fn set_all<M: Record>(
        &mut self,
        event: &'static str,
        rows: Vec<M>,
        column: &'static str,
        value: SimpleExpr,
        set: impl Fn(&mut M),
    ) -> Result<()> {
        /// Rows of one statement.
        const CHUNK: usize = 1000;
        let version = Alias::new("version");
        for chunk in rows.chunks(CHUNK) {
            let these =
                visible::any_of(self.caller.postgres(), visible::id_column::<M>(), chunk.iter().map(Record::id));
            let mut update = Query::update();
            update
                .table(M::Entity::default())
                .value(Alias::new(column), value.clone())
                .value(version.clone(), Expr::col(version.clone()).add(1))
                .value(Alias::new("updated_at"), self.at)
                .and_where(these);
            self.caller.counted();
            self.db.execute(&update).await?;
        }
        for before in rows {
            let mut after = before.clone();
            set(&mut after);
            after.stamp(before.version() + 1, self.at);
            let changed = super::tx::changed(&before, &after)?;
            self.note(event, &after, changed, false);
        }
        Ok(())
    }
}

/// Writes new rows, each with its spaces where the database has them on the row. An audience that changes before the command
/// ends is written once more then.
pub(super) async fn insert<M: Record>(tx: &mut Tx, rows: &[M]) -> Result<()> {
    let postgres = tx.caller.postgres();
    let mut published = std::mem::take(&mut tx.published);
    let columns: Vec<_> = <<M::Entity as EntityTrait>::Column as Iterable>::iter().collect();
    let mut names: Vec<_> = columns.iter().map(|column| column.into_iden()).collect();
    if postgres {
        names.extend(["spaces", "lesser"].map(|name| Alias::new(name).into_iden()));
        published.load(tx, rows.iter().filter_map(|row| row.audience().inherits)).await?;
    }
    let mut insert = Query::insert();
    insert.into_table(M::Entity::default()).columns(names);
    for row in rows {
        let mut active = row.clone().into_active_model();
        let mut values: Vec<SimpleExpr> = Vec::with_capacity(columns.len() + 2);
        for column in &columns {
            let value = active.take(*column).into_value();
            values.push(column.save_as(Expr::val(value.ok_or_else(|| Error::internal("a row has every column"))?)));
        }
        if postgres {
            let places = published.places_of(tx, &row.audience()).await?;
            let (spaces, lesser) = arrays(&places);
            values.push(Expr::cust_with_values("CAST($1 AS integer[])", [spaces]));
            values.push(Expr::cust_with_values("CAST($1 AS integer[])", [lesser]));
            published.written.insert(row.id(), places);
        }
        insert.values(values).map_err(|e| Error::internal(e.to_string()))?;
    }
    tx.published = published;
    match rows {
        [row] => {
            let statement = tx.db.get_database_backend().build(&insert);
            tx.write(Later { table: visible::table::<M>(), id: row.id(), statement, replaces: None }).await
        }
        _ => {
            tx.caller.counted();
            tx.db.execute(&insert).await?;
            Ok(())
        }
    }
}

/// Records that are published with one of these.
pub(super) async fn children(tx: &Tx, parents: &[Id]) -> Result<Vec<(Id, Kind)>> {
    tx.caller.counted();
    #[expect(clippy::disallowed_methods, reason = "publications are the platform's own")]
    let rows = publication::Entity::find()
        .select_only()
        .column(publication::Column::RecordId)
        .column(publication::Column::Kind)
        .filter(visible::any_of(tx.caller.postgres(), publication::Column::ParentId, parents.iter().copied()))
        .order_by_asc(publication::Column::RecordId)
        .distinct()
        .into_tuple()
        .all(&tx.db)
        .await?;
    Ok(rows)
}
