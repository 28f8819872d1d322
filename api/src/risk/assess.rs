//! Writes levels: of one side, and in effect. Append-only, each with everything it was computed from.

use entity::{
    Id, partnership, risk, risk_level_record, risk_perception,
    value::{LevelCause, RiskKind, RiskState, Text},
};
use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr,
    sea_query::{ExprTrait, Order, Query, SimpleExpr},
};

use super::{
    matrix::Matrix,
    rules::{self, View},
};
use crate::{
    partnerships,
    platform::{
        caller::Sort,
        error::{Error, Result},
        tx::Tx,
    },
};

/// Begins an act on a risk of a living partnership, for the side that the caller acts for.
pub(super) async fn begin(tx: &mut Tx, risk: Id, side: Option<Id>) -> Result<(partnership::Model, Id, risk::Model)> {
    let (partnership, risk) = tx.lock_within(risk, "riskId", risk::Column::PartnershipId).await?;
    let side = tx.act_for_side(partnership.id, side).await?;
    partnerships::rules::partnership_is_living(partnership.state)?;
    Ok((partnership, side, risk))
}

/// A level to record.
pub(super) struct Assessment<'a> {
    pub(super) view: View,
    /// The side whose view it is; none for the level in effect.
    pub(super) side: Option<Id>,
    pub(super) provisional: bool,
    pub(super) based_on: &'a [Id],
    pub(super) previous: Option<risk_level_record::Model>,
}

/// What was recorded of a risk last.
#[derive(Default)]
pub(super) struct Levels {
    /// How the side that acts saw it.
    pub(super) of_side: Option<risk_level_record::Model>,
    /// What is in effect.
    pub(super) in_effect: Option<risk_level_record::Model>,
    /// What the sides agreed on, whatever was disputed since.
    pub(super) agreed: Option<View>,
}

/// The newest records of a risk: each of them in one look. All of them are published where their partnership is, so that the
/// newest is the newest that the caller sees.
pub(super) async fn levels(tx: &Tx, risk: Id, side: Option<Id>) -> Result<Levels> {
    use risk_level_record::{Column, Entity};
    let newest = |of: Condition| {
        let mut newest = Query::select();
        newest.column(Column::Id).from(Entity).cond_where(of.add(Column::RiskId.eq(risk)));
        newest.order_by(Column::CreatedAt, Order::Desc).order_by(Column::Id, Order::Desc).limit(1);
        Column::Id.into_simple_expr().eq(SimpleExpr::SubQuery(None, Box::new(newest.into())))
    };
    let in_effect = || Condition::all().add(Column::SideId.is_null());
    let mut these =
        Condition::any().add(newest(in_effect())).add(newest(in_effect().add(Column::Provisional.eq(false))));
    if let Some(side) = side {
        these = these.add(newest(Condition::all().add(Column::SideId.eq(side))));
    }
    let mut levels = Levels::default();
    // The last of each kind stays.
    for row in tx.all::<risk_level_record::Model>(these, &Sort::asc(Column::CreatedAt)).await? {
        if row.side_id.is_some() {
            levels.of_side = Some(row);
            continue;
        }
        if !row.provisional {
            levels.agreed = Some(View { likelihood: row.likelihood, impact: row.impact });
        }
        levels.in_effect = Some(row);
    }
    Ok(levels)
}

/// Records a level. Nothing is said of a change where the level stays the same.
pub(super) async fn record(tx: &mut Tx, risk: &risk::Model, a: Assessment<'_>) -> Result<risk_level_record::Model> {
    let matrix = Matrix::current();
    let cell = matrix.cell(a.view.likelihood, a.view.impact);
    let before = a.previous.as_ref();
    let event = match (a.side, before) {
        (Some(_), _) => "risk.perceived",
        (None, Some(before)) if before.level == cell.level && before.score == cell.score => "risk.level_confirmed",
        (None, Some(before)) if before.level == cell.level => "risk.score_changed",
        (None, _) => "risk.level_changed",
    };
    let based_on = a.based_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let (id, now) = (tx.id(), tx.now());
    let row = risk_level_record::Model {
        id,
        partnership_id: risk.partnership_id,
        risk_id: risk.id,
        side_id: a.side,
        kind: RiskKind::Present,
        likelihood: cell.likelihood,
        impact: cell.impact,
        score: cell.score,
        level: cell.level,
        matrix_version: matrix.version()?,
        cause: LevelCause::Reassessment,
        provisional: a.provisional,
        previous_id: before.map(|before| before.id),
        previous_level: before.map(|before| before.level),
        based_on: Text::new(&based_on).map_err(|v| Error::internal(v.message))?,
        created_by: id,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    tx.insert(event, row).await
}

/// Puts a level in effect and moves the risk to its new state.
pub(super) async fn put_in_effect(
    tx: &mut Tx,
    before: &risk::Model,
    state: RiskState,
    level: Option<(View, bool)>,
    previous: Option<risk_level_record::Model>,
    based_on: &[Id],
) -> Result<()> {
    let mut after = before.clone();
    after.state = state;
    if let Some((view, provisional)) = level {
        let same = previous.as_ref().is_some_and(|p| {
            p.likelihood == view.likelihood && p.impact == view.impact && p.provisional == provisional
        });
        if !same {
            let assessment = Assessment { view, side: None, provisional, based_on, previous };
            let record = record(tx, before, assessment).await?;
            let cell = Matrix::current().cell(view.likelihood, view.impact);
            after.level = Some(cell.level);
            after.score = Some(cell.score);
            after.provisional = provisional;
            after.urgency = rules::urgency(&cell);
            after.watchlist = rules::belongs_on_watchlist(&cell);
            after.level_record_id = Some(record.id);
        }
    }
    let event = match state {
        RiskState::Identified => "risk.updated",
        RiskState::Assessed => "risk.assessed",
        RiskState::LevelDisputed => "risk.disputed",
        RiskState::LevelAgreed => "risk.agreed",
    };
    tx.update(event, before, after).await.map(|_| ())
}

/// How each side sees a risk now.
pub(super) async fn current_views(tx: &Tx, risk: Id) -> Result<Vec<risk_perception::Model>> {
    use risk_perception::Column;
    // In words, not as a value: a plan that is kept for any value would look through every view that the risk ever had.
    let current = Condition::all().add(Column::RiskId.eq(risk)).add(Column::Current.into_simple_expr());
    tx.all(current, &Sort::asc(Column::CreatedAt)).await
}
