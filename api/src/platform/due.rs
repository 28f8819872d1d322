//! What fell due and was not done: told once, when the last day is over. It is nobody's act, and changes no record.

use std::collections::{HashMap, HashSet};

use entity::{
    Id, Record,
    platform::due_told::{ActiveModel, Column, Entity, Model},
    value::Date,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, TryGetable, sea_query::OnConflict};
use serde_json::{Map, json};

use super::{error::Result, tx::Tx, visible};

/// So many are told in one command: their rows and ledgers are locked until it ends, and people wait for them. Thousands may fall
/// due at once where a server rested for long.
pub const AT_ONCE: usize = 100;

impl Tx {
    /// Tells the readers of records that something about each was due on a day that is over, unless they were told of that
    /// day before. Answers with how many were told, [`AT_ONCE`] at most: then more may wait.
    pub async fn tell_due<M: Record>(&mut self, event: &'static str, due: Vec<(M, Date)>) -> Result<usize> {
        let told = self.told(event, due.iter().map(|(row, _)| row.id())).await?;
        let mut new: Vec<(M, Date)> = due.into_iter().filter(|(row, day)| !told.contains(&(row.id(), *day))).collect();
        // Two nodes that look at the same moment take them in the same order.
        new.sort_unstable_by_key(|(row, _)| row.id());
        new.truncate(AT_ONCE);
        let mut first = 0;
        for (found, due_on) in new {
            let row: M = self.consequence(found.id()).await?;
            if row.version() != found.version() {
                // It changed since it was found: the next look sees it as it is.
                continue;
            }
            let told = Model { record_id: row.id(), event: event.to_owned(), due_on, at: self.now() };
            self.caller.counted();
            let claimed = Entity::insert(ActiveModel::from(told))
                .on_conflict(
                    OnConflict::columns([Column::RecordId, Column::Event, Column::DueOn]).do_nothing().to_owned(),
                )
                .exec_without_returning(&self.db)
                .await?;
            if claimed == 1 {
                let payload = Map::from_iter([("due_on".to_owned(), json!(due_on))]);
                self.note_unchanged(event, &row, payload);
                first += 1;
            }
        }
        Ok(first)
    }

    /// Records that a column names.
    pub async fn those_of<M: Record>(&self, of: <M::Entity as EntityTrait>::Column, these: &[Id]) -> Result<Vec<M>> {
        let of = visible::any_of(self.caller.postgres(), of, these.iter().copied());
        let by_id = visible::id_column::<M>();
        self.consequences(Condition::all().add(of), by_id).await
    }

    /// The newest value of a column for each of these: when something was done last. What was never done is not there.
    pub async fn newest<M: Record, T: TryGetable + Send>(
        &self,
        of: <M::Entity as EntityTrait>::Column,
        these: &[Id],
        column: <M::Entity as EntityTrait>::Column,
        counts: Condition,
    ) -> Result<HashMap<Id, T>> {
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "days that a duty counts from; none of it is shown")]
        let newest = M::Entity::find()
            .filter(visible::any_of(self.caller.postgres(), of, these.iter().copied()))
            .filter(counts)
            .select_only()
            .column(of)
            .column_as(column.max(), "newest")
            .group_by(of)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(newest.into_iter().collect())
    }

    async fn told(&self, event: &str, records: impl Iterator<Item = Id>) -> Result<HashSet<(Id, Date)>> {
        self.caller.counted();
        #[expect(clippy::disallowed_methods, reason = "what was told is the platform's own")]
        let told = Entity::find()
            .filter(visible::any_of(self.caller.postgres(), Column::RecordId, records))
            .filter(Column::Event.eq(event))
            .select_only()
            .columns([Column::RecordId, Column::DueOn])
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(told.into_iter().collect())
    }
}
