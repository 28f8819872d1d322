//! What one screen needs of a partnership: what waits for whom, what is late, what is disputed, what is most urgent.

use std::collections::HashMap;

use async_graphql::{Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Id, Kind, Record, concern, consent, consent_request, decision, monitoring_check, partnership, partnership_side,
    policy_consultation, review, review_action, review_indicator, review_question, review_submission, risk,
    value::{
        ActionState, ConcernState, ConsentAction, ConsentState, ConsultationState, Date, DecisionState, IndicatorState,
        ReviewMode, ReviewState, RiskState, Title,
    },
};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use super::rules;
use crate::{
    concerns,
    consents::rules as consents,
    decisions,
    platform::{
        caller::{Caller, Sort},
        error::Result,
        gate::Ask,
        object::objects,
        page::Paging,
    },
    reviews::rules as reviews,
    risk::Risk,
};

/// Risks that are shown as the most urgent ones.
const TOP: i32 = 5;

/// What a partnership looks like now, as far as you see it. Lists are counted up to 500 rows.
#[derive(SimpleObject, Default)]
pub struct Dashboard {
    /// What waits for the consent of a side, oldest first.
    waiting: Vec<Waiting>,
    /// Joint reviews that go on, newest first.
    reviews: Vec<ReviewProgress>,
    /// What is late, longest first.
    overdue: Vec<Overdue>,
    /// Risks that the sides see differently, most urgent first: 20 at most.
    disputed_risks: Vec<Risk>,
    /// The five most urgent risks.
    top_risks: Vec<Risk>,
}

/// A request that waits for sides.
#[derive(SimpleObject)]
pub struct Waiting {
    /// The request.
    request_id: Id,
    /// What takes effect once every side agrees.
    action: ConsentAction,
    /// Kind of the record that is agreed on.
    subject_kind: Kind,
    /// The record that is agreed on.
    subject_id: Id,
    /// When it was asked.
    asked_at: DateTime<Utc>,
    /// Sides that have not agreed yet.
    missing_sides: Vec<Id>,
}

/// How far a joint review is.
#[derive(SimpleObject)]
pub struct ReviewProgress {
    /// The review.
    review_id: Id,
    /// Its name.
    title: Title,
    /// The step.
    state: ReviewState,
    /// Sides for which the step waits: for their answers, or for their consent to the next one.
    waits_for: Vec<Id>,
    /// How many questions are asked.
    questions: usize,
    /// How many indicators there are.
    indicators: usize,
    /// Indicators that the sides judge differently.
    disputed: Vec<Id>,
    /// Indicators without a result.
    without_result: usize,
    /// Indicators that are not wholly present, for which nobody has taken a task on and that nobody waived.
    uncovered: usize,
    /// Tasks that are not confirmed.
    open_tasks: usize,
    /// Tasks that another side has seen done.
    confirmed_tasks: usize,
    /// When progress is looked at again.
    monitoring_due_at: Option<DateTime<Utc>>,
    /// Whether that time is over.
    monitoring_overdue: bool,
}

/// What can be late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OverdueKind {
    /// A task of an action plan.
    Task,
    /// A look at how far an action plan is.
    Monitoring,
    /// An answer to a concern.
    Concern,
    /// A word on an emergency decision.
    Ratification,
    /// An answer in a consultation.
    Consultation,
}

/// Something that is late: its last day is over, in UTC.
#[derive(SimpleObject)]
pub struct Overdue {
    /// What it is.
    kind: OverdueKind,
    /// The record.
    record_id: Id,
    /// Its name.
    title: Title,
    /// Its last day.
    due_on: Date,
    /// The side whose it is, where it is one side's.
    side_id: Option<Id>,
}

async fn rows<M: Record>(
    caller: &Caller,
    filter: Condition,
    order: <M::Entity as EntityTrait>::Column,
) -> Result<Vec<M>> {
    Ok(caller.all::<M>(filter, &Sort::asc(order)).await?.into_iter().map(|at| at.row).collect())
}

fn of<C: ColumnTrait>(column: C, partnership: Id) -> Condition {
    Condition::all().add(column.eq(partnership))
}

/// The dashboard of a partnership.
pub(super) async fn dashboard(ctx: &Context<'_>, row: &partnership::Model) -> Result<Dashboard> {
    let (caller, partnership) = (ctx.caller()?, row.id);
    if rules::partnership_is_living(row.state).is_err() {
        // What is over waits for nobody, and is late no more.
        return Ok(Dashboard::default());
    }
    let sides: Vec<partnership_side::Model> =
        rows(caller, of(partnership_side::Column::PartnershipId, partnership), partnership_side::Column::Position)
            .await?;
    let sides: Vec<Id> = sides.into_iter().map(|side| side.id).collect();
    let waiting = waiting(caller, partnership, &sides).await?;
    let (reviews, mut overdue) = progress(caller, partnership, &sides, &waiting).await?;
    overdue.extend(late(caller, partnership).await?);
    overdue.sort_by_key(|late| (late.due_on, late.record_id));
    let list = format!("dashboard:{partnership}");
    let urgent = async |filter: Condition, first: i32| {
        let paging = Paging { first: Some(first), ..Paging::default() };
        let page = caller.page::<risk::Model>(ctx, &list, filter, Sort::desc(risk::Column::Urgency), &paging).await?;
        Ok::<_, crate::platform::error::Error>(objects(page.rows.into_iter().map(|(_, row)| row).collect()))
    };
    let all = of(risk::Column::PartnershipId, partnership);
    let disputed = of(risk::Column::PartnershipId, partnership).add(risk::Column::State.eq(RiskState::LevelDisputed));
    Ok(Dashboard {
        waiting,
        reviews,
        overdue,
        disputed_risks: urgent(disputed, 20).await?,
        top_risks: urgent(all, TOP).await?,
    })
}

async fn waiting(caller: &Caller, partnership: Id, sides: &[Id]) -> Result<Vec<Waiting>> {
    use consent_request::Column;
    let open = of(Column::PartnershipId, partnership).add(Column::State.eq(ConsentState::Open));
    let open: Vec<consent_request::Model> = rows(caller, open, Column::CreatedAt).await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let live = of(consent::Column::PartnershipId, partnership)
        .add(consent::Column::Live.eq(true))
        .add(consent::Column::RequestId.is_in(open.iter().map(|request| request.id)));
    let said: Vec<consent::Model> = rows(caller, live, consent::Column::CreatedAt).await?;
    let one = |request: consent_request::Model| {
        let said: Vec<consent::Model> = said.iter().filter(|word| word.request_id == request.id).cloned().collect();
        Waiting {
            request_id: request.id,
            action: request.action,
            subject_kind: request.subject_kind,
            subject_id: request.subject_id,
            asked_at: request.created_at,
            missing_sides: consents::missing_sides(sides, &said, &request.content_hash),
        }
    };
    Ok(open.into_iter().map(one).collect())
}

fn by_review<M>(rows: Vec<M>, review: impl Fn(&M) -> Id) -> HashMap<Id, Vec<M>> {
    let mut out: HashMap<Id, Vec<M>> = HashMap::new();
    for row in rows {
        out.entry(review(&row)).or_default().push(row);
    }
    out
}

/// Reviews that go on, and what is late in them.
async fn progress(
    caller: &Caller,
    partnership: Id,
    sides: &[Id],
    waiting: &[Waiting],
) -> Result<(Vec<ReviewProgress>, Vec<Overdue>)> {
    let running = of(review::Column::PartnershipId, partnership)
        .add(review::Column::State.is_not_in([ReviewState::Closed, ReviewState::Abandoned]));
    let mut running: Vec<review::Model> = rows(caller, running, review::Column::CreatedAt).await?;
    if running.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    running.reverse();
    let ids: Vec<Id> = running.iter().map(|review| review.id).collect();
    let questions = {
        use review_question::Column;
        let live = Condition::all().add(Column::ReviewId.is_in(ids.clone())).add(Column::Live.eq(true));
        by_review(rows::<review_question::Model>(caller, live, Column::CreatedAt).await?, |row| row.review_id)
    };
    let indicators = {
        use review_indicator::Column;
        let live = Condition::all().add(Column::ReviewId.is_in(ids.clone())).add(Column::Live.eq(true));
        by_review(rows::<review_indicator::Model>(caller, live, Column::CreatedAt).await?, |row| row.review_id)
    };
    let actions = {
        use review_action::Column;
        let all = Condition::all().add(Column::ReviewId.is_in(ids.clone()));
        by_review(rows::<review_action::Model>(caller, all, Column::DueOn).await?, |row| row.review_id)
    };
    let submitted = {
        use review_submission::Column;
        let live = Condition::all().add(Column::ReviewId.is_in(ids.clone())).add(Column::Live.eq(true));
        by_review(rows::<review_submission::Model>(caller, live, Column::CreatedAt).await?, |row| row.review_id)
    };
    let checks = {
        use monitoring_check::Column;
        let all = Condition::all().add(Column::ReviewId.is_in(ids));
        let newest = caller.all::<monitoring_check::Model>(all, &Sort::desc(Column::HeldOn)).await?;
        by_review(newest.into_iter().map(|at| at.row).collect(), |row: &monitoring_check::Model| row.review_id)
    };
    let now = caller.now();
    let mut overdue = Vec::new();
    let mut out = Vec::new();
    for review in running {
        let none = (Vec::new(), Vec::new());
        let indicators = indicators.get(&review.id).unwrap_or(&none.0);
        let actions = actions.get(&review.id).unwrap_or(&none.1);
        let apart = review.state == ReviewState::Answering && review.mode == ReviewMode::SeparateThenDiscuss;
        let waits_for = if apart {
            let spoke = |side: Id| submitted.get(&review.id).into_iter().flatten().any(|row| row.side_id == side);
            sides.iter().copied().filter(|side| !spoke(*side)).collect()
        } else {
            let asks =
                |request: &&Waiting| request.subject_id == review.id && request.action == ConsentAction::AdvanceReview;
            let step = waiting.iter().find(asks);
            step.map(|request| request.missing_sides.clone()).unwrap_or_default()
        };
        let last = checks.get(&review.id).into_iter().flatten().map(|check| check.held_on).max();
        let due = (review.state == ReviewState::Monitoring).then(|| reviews::monitoring_due(&review, last)).flatten();
        if let Some(due) = due.filter(|due| *due < now) {
            overdue.push(Overdue {
                kind: OverdueKind::Monitoring,
                record_id: review.id,
                title: review.title.clone(),
                due_on: Date::of(due),
                side_id: None,
            });
        }
        for task in actions.iter().filter(|task| reviews::action_overdue(task, now)) {
            overdue.push(Overdue {
                kind: OverdueKind::Task,
                record_id: task.id,
                title: task.title.clone(),
                due_on: task.due_on,
                side_id: Some(task.owner_side_id),
            });
        }
        let disputed = indicators.iter().filter(|one| one.state == IndicatorState::Disputed);
        let assessed = matches!(review.state, ReviewState::Assessed | ReviewState::Monitoring);
        let open = |task: &&review_action::Model| !matches!(task.state, ActionState::Confirmed | ActionState::Declined);
        let confirmed = |task: &&review_action::Model| task.state == ActionState::Confirmed;
        out.push(ReviewProgress {
            review_id: review.id,
            state: review.state,
            waits_for,
            questions: questions.get(&review.id).map_or(0, Vec::len),
            indicators: indicators.len(),
            disputed: disputed.map(|one| one.id).collect(),
            without_result: indicators
                .iter()
                .filter(|one| !matches!(one.state, IndicatorState::Agreed | IndicatorState::Disagreed))
                .count(),
            uncovered: if assessed { reviews::uncovered(indicators, actions).len() } else { 0 },
            open_tasks: actions.iter().filter(open).count(),
            confirmed_tasks: actions.iter().filter(confirmed).count(),
            monitoring_due_at: due,
            monitoring_overdue: due.is_some_and(|due| due < now),
            title: review.title,
        });
    }
    Ok((out, overdue))
}

/// What is late outside of reviews.
async fn late(caller: &Caller, partnership: Id) -> Result<Vec<Overdue>> {
    let now = caller.now();
    let mut out = Vec::new();
    let raised = {
        use concern::Column;
        let open = of(Column::PartnershipId, partnership).add(Column::State.eq(ConcernState::Raised));
        rows::<concern::Model>(caller, open, Column::CreatedAt).await?
    };
    for row in raised.into_iter().filter(|row| concerns::rules::overdue(row, now)) {
        let Some(due_on) = row.respond_by else { continue };
        out.push(Overdue { kind: OverdueKind::Concern, record_id: row.id, title: row.title, due_on, side_id: None });
    }
    let emergencies = {
        use decision::Column;
        let open = of(Column::PartnershipId, partnership).add(Column::State.eq(DecisionState::Emergency));
        rows::<decision::Model>(caller, open, Column::CreatedAt).await?
    };
    for row in emergencies.into_iter().filter(|row| decisions::rules::ratification_overdue(row, now)) {
        let Some(due_on) = row.ratify_by else { continue };
        out.push(Overdue {
            kind: OverdueKind::Ratification,
            record_id: row.id,
            title: row.title,
            due_on,
            side_id: None,
        });
    }
    let asked = {
        use policy_consultation::Column;
        let open = of(Column::PartnershipId, partnership).add(Column::State.eq(ConsultationState::Open));
        rows::<policy_consultation::Model>(caller, open, Column::CreatedAt).await?
    };
    for row in asked.into_iter().filter(|row| decisions::rules::answers_overdue(row, now)) {
        out.push(Overdue {
            kind: OverdueKind::Consultation,
            record_id: row.id,
            title: row.policy,
            due_on: row.respond_by,
            side_id: Some(row.side_id),
        });
    }
    Ok(out)
}
