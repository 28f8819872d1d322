//! Links without N+1: rows that were read together load their links together, in one statement.
//!
//! Every row knows the rows it came with. The first of them that is asked for a link loads it for all.
//! No timer, no task: the keys are collected by the parent.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use entity::{Id, Record};
use sea_orm::sea_query::{SimpleExpr, Value as SqlValue};
use tokio::sync::OnceCell;

use super::{
    caller::{Caller, Sort},
    error::{Error, Result},
    links::ColumnOf,
    visible,
};

type Loaded = Arc<dyn Any + Send + Sync>;

/// Rows that were read by one statement.
pub struct Batch<M> {
    rows: Vec<M>,
    links: Mutex<HashMap<String, Arc<OnceCell<Loaded>>>>,
}

/// A row as the caller sees it.
pub struct Row<M> {
    /// The row, redacted to the caller's level.
    pub row: M,
    /// Fields that were held back.
    pub redacted: &'static [&'static str],
    batch: Arc<Batch<M>>,
}

impl<M: Clone> Clone for Row<M> {
    fn clone(&self) -> Self {
        Self { row: self.row.clone(), redacted: self.redacted, batch: self.batch.clone() }
    }
}

impl<M: Record> Batch<M> {
    pub(super) fn rows(rows: Vec<(M, &'static [&'static str])>) -> Vec<Row<M>> {
        let batch = Arc::new(Self { rows: rows.iter().map(|(row, _)| row.clone()).collect(), links: Mutex::default() });
        rows.into_iter().map(|(row, redacted)| Row { row, redacted, batch: batch.clone() }).collect()
    }
}

/// The id in a column of a row.
pub(super) fn id_in<M: Record>(row: &M, column: ColumnOf<M>) -> Option<Id> {
    match row.get(column) {
        SqlValue::Uuid(id) => id.map(Id),
        _ => None,
    }
}

impl<M: Record> Row<M> {
    fn cell(&self, link: &str) -> Arc<OnceCell<Loaded>> {
        self.batch.links.lock().unwrap_or_else(PoisonError::into_inner).entry(link.to_owned()).or_default().clone()
    }

    async fn load<T: Send + Sync + 'static>(
        &self,
        link: &str,
        load: impl Future<Output = Result<T>> + Send,
    ) -> Result<Arc<T>> {
        let cell = self.cell(link);
        let loaded = cell.get_or_try_init(|| async { Ok::<_, Error>(Arc::new(load.await?) as Loaded) }).await?;
        loaded.clone().downcast::<T>().map_err(|_| Error::internal(format!("link {link} has two types")))
    }

    /// The record that each of the rows points to, where it is visible.
    pub async fn one<T: Record>(
        &self,
        caller: &Caller,
        link: &'static str,
        column: ColumnOf<M>,
    ) -> Result<Option<Row<T>>> {
        let Some(wanted) = id_in(&self.row, column) else {
            return Ok(None);
        };
        let found = self
            .load(link, async {
                let wanted = self.batch.rows.iter().filter_map(|row| id_in(row, column));
                let rows = caller.among::<T>(visible::id_column::<T>(), wanted, None, None).await?;
                Ok(rows.into_iter().map(|row| (row.row.id(), row)).collect::<HashMap<_, _>>())
            })
            .await?;
        caller.hand_out(1)?;
        Ok(found.get(&wanted).cloned())
    }

    /// The visible records that point to each of the rows.
    pub async fn many<C: Record>(
        &self,
        caller: &Caller,
        link: &'static str,
        column: ColumnOf<C>,
        sort: Sort<C>,
        filter: Option<SimpleExpr>,
    ) -> Result<Vec<Row<C>>> {
        let found = self
            .load(link, async {
                let rows =
                    caller.among::<C>(column, self.batch.rows.iter().map(Record::id), Some(&sort), filter).await?;
                let mut by_parent: HashMap<Id, Vec<Row<C>>> = HashMap::new();
                for row in rows {
                    if let Some(parent) = id_in(&row.row, column) {
                        by_parent.entry(parent).or_default().push(row);
                    }
                }
                Ok(by_parent)
            })
            .await?;
        let rows = found.get(&self.row.id()).cloned().unwrap_or_default();
        caller.hand_out(rows.len())?;
        Ok(rows)
    }

    /// The first rows that point to each of the rows, and how many there are: one statement for all parents.
    pub(super) async fn first_of_each<C: Record>(
        &self,
        caller: &Caller,
        link: &str,
        column: ColumnOf<C>,
        sort: &Sort<C>,
        (first, counted): (u64, bool),
    ) -> Result<(Vec<Row<C>>, Option<i64>)> {
        let found = self
            .load(&format!("{link}:{first}:{counted}"), async {
                let parents = self.batch.rows.iter().map(Record::id);
                let mut by_parent: HashMap<Id, (Vec<Row<C>>, Option<i64>)> = HashMap::new();
                for (row, total) in caller.first_of_each::<C>(column, parents, sort, (first, counted)).await? {
                    let Some(parent) = id_in(&row.row, column) else { continue };
                    let entry = by_parent.entry(parent).or_default();
                    entry.0.push(row);
                    entry.1 = total;
                }
                Ok(by_parent)
            })
            .await?;
        // Where there are none, they are counted too.
        Ok(found.get(&self.row.id()).cloned().unwrap_or_else(|| (Vec::new(), counted.then_some(0))))
    }
}
