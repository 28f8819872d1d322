//! Lists within lists, counts and sums: what is asked of many rows at once, through the same fence.

use entity::{Id, Record};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{
        Asterisk, Expr, ExprTrait, JoinType, NullOrdering, Query, SelectStatement, SimpleExpr, WindowStatement,
    },
};

use super::{
    batch::{Batch, Row},
    caller::{Caller, Sort, ordered},
    error::{Error, Result},
    visible::{self, Way},
};

impl Caller {
    /// The first visible rows of each parent, with the number of all of them where it is wanted.
    pub(super) async fn first_of_each<M: Record>(
        &self,
        column: <M::Entity as EntityTrait>::Column,
        parents: impl Iterator<Item = Id>,
        sort: &Sort<M>,
        (first, counted): (u64, bool),
    ) -> Result<Vec<(Row<M>, Option<i64>)>> {
        debug_assert!(!M::REDACTS, "nested pages of redacted kinds need the level");
        self.counted();
        let on = &self.platform.db;
        if self.postgres() && !counted {
            let found = on.query_all(&self.first_beside_each::<M>(column, parents, sort, first)).await?;
            let model = |row| Ok((M::from_query_result(row, "")?, &[] as &'static [&'static str]));
            let models = found.iter().map(model).collect::<Result<_>>()?;
            return Ok(Batch::rows(models).into_iter().map(|row| (row, None)).collect());
        }
        let partition = || WindowStatement::partition_by(column);
        let mut ranked = partition();
        ranked.order_by(sort.column, sort.order.clone()).order_by(visible::id_column::<M>(), sort.order.clone());
        let inner = self
            .fenced::<M>(Way::Named)
            .filter(visible::any_of(self.postgres(), column, parents))
            .into_query()
            .expr_window_as(Expr::cust("row_number()"), ranked, "rank_in_parent")
            .expr_window_as(Expr::cust("count(*)"), partition(), "rows_of_parent")
            .to_owned();
        let outer = Query::select()
            .column(Asterisk)
            .from_subquery(inner, "ranked")
            .and_where(Expr::col("rank_in_parent").lte(i64::try_from(first).unwrap_or(i64::MAX)))
            .order_by("rank_in_parent", Order::Asc)
            .to_owned();
        let mut models = Vec::new();
        let mut totals = Vec::new();
        for row in &on.query_all(&outer).await? {
            models.push((M::from_query_result(row, "")?, &[] as &'static [&'static str]));
            totals.push(row.try_get::<Option<i64>>("", "rows_of_parent")?);
        }
        Ok(Batch::rows(models).into_iter().zip(totals).collect())
    }

    /// Reads no more of each parent than is asked for, along the index of its list.
    fn first_beside_each<M: Record>(
        &self,
        column: <M::Entity as EntityTrait>::Column,
        parents: impl Iterator<Item = Id>,
        sort: &Sort<M>,
        first: u64,
    ) -> SelectStatement {
        let list = visible::ids(true, &parents.collect::<Vec<_>>());
        let parents =
            Query::select().expr_as(Expr::cust_with_values("unnest(CAST($1 AS uuid[]))", [list]), "id").to_owned();
        let of_parent = Expr::col((column.entity_name(), column)).equals(("parent", "id"));
        let of_each =
            ordered::<M>(self.fenced::<M>(Way::Named).filter(of_parent), sort, false).limit(first).into_query();
        Query::select()
            .column(("found", Asterisk))
            .from_subquery(parents, "parent")
            .join_lateral(JoinType::InnerJoin, of_each, "found", Expr::cust("true"))
            .order_by(("found", sort.column), sort.order.clone())
            .order_by(("found", visible::id_column::<M>()), sort.order.clone())
            .to_owned()
    }

    /// How many visible rows fit, exact up to 10 000; none above.
    pub(super) async fn count<M: Record>(&self, filter: Condition) -> Result<Option<i32>> {
        const MOST: u64 = 10_000;
        self.counted();
        let inner =
            self.fenced::<M>(Way::List).filter(filter).select_only().column(visible::id_column::<M>()).limit(MOST + 1);
        let mut outer = Query::select();
        outer.expr_as(Expr::cust("count(*)"), "n").from_subquery(inner.into_query(), "counted");
        let row = self.platform.db.query_one(&outer).await?;
        let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default();
        Ok(i32::try_from(n).ok().filter(|n| u64::try_from(*n).is_ok_and(|n| n <= MOST)))
    }

    /// Counts and sums over the visible rows that fit, by group, in its order. The sums are texts of SQL, fixed ones.
    pub async fn sums<M: Record>(
        &self,
        filter: Condition,
        group: SimpleExpr,
        sums: &[&'static str],
    ) -> Result<Vec<(Option<String>, i64, Vec<i64>)>> {
        self.counted();
        let mut select = self.fenced::<M>(Way::List).filter(filter).select_only().into_query();
        select.expr_as(group.clone(), "grp").expr_as(Expr::cust("count(*)"), "n");
        for (at, sum) in sums.iter().enumerate() {
            select.expr_as(Expr::cust(format!("CAST(COALESCE(sum({sum}), 0) AS bigint)")), format!("s{at}"));
        }
        select.add_group_by([group]).order_by_with_nulls("grp", Order::Asc, NullOrdering::Last);
        let rows = self.platform.db.query_all(&select).await?;
        let row = |row: &sea_orm::QueryResult| {
            let sums = (0..sums.len()).map(|at| row.try_get("", &format!("s{at}"))).collect::<Result<_, _>>()?;
            Ok((row.try_get("", "grp")?, row.try_get("", "n")?, sums))
        };
        rows.iter().map(row).collect::<Result<_, sea_orm::DbErr>>().map_err(Error::from)
    }
}
