use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Id, Right, category_definitions, consent_request, monitoring_check, related_assessment, review, review_action,
    review_answer, review_indicator, review_question, review_session, review_submission,
    value::{ConsentAction, ConsentState, Perspective, ReviewState},
};
use sea_orm::{ColumnTrait, Condition, ExprTrait, Iterable};

use super::{
    CategoryDefinitions, MonitoringCheck, RelatedAssessment, ReviewAction, ReviewIndicator, ReviewQuestion,
    ReviewSession, ReviewSubmission, rules,
};
use crate::{
    catalogue::{self, CatalogueKey, Printed},
    consents::ConsentRequest,
    partnerships::{Partnership, PartnershipSide},
    platform::{
        caller::{Caller, Sort},
        error::Result,
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
        whole::Whole,
    },
};

object! {
    /// A joint review of security risk management: both sides ask, answer, assess and act together, step by step.
    Review, review::Model {
        /// The partnership.
        partnership: One<Partnership> by review::Column::PartnershipId;
        /// The side that opened it.
        side: One<PartnershipSide> by review::Column::SideId;
        /// The review before it, whose questions and indicators it began with.
        previous: One<Review> by review::Column::PreviousId;
        /// The meanings of the three categories that every side agreed to.
        definitions: One<CategoryDefinitions> by review::Column::DefinitionsId;
        /// Every proposal of what the categories mean, oldest first; the last one is asked about.
        proposed_definitions: Many<CategoryDefinitions> by category_definitions::Column::ReviewId,
            asc category_definitions::Column::CreatedAt;
        /// The meetings that it is planned with, by day.
        sessions: Many<ReviewSession> by review_session::Column::ReviewId, asc review_session::Column::HeldOn,
            if review_session::Column::Live.eq(true);
        /// Other assessments that it is aligned with.
        related_assessments: Many<RelatedAssessment> by related_assessment::Column::ReviewId,
            asc related_assessment::Column::CreatedAt;
        /// Its questions.
        questions: Many<ReviewQuestion> by review_question::Column::ReviewId, asc review_question::Column::Position,
            if review_question::Column::Live.eq(true);
        /// The sides that submitted their answers.
        submissions: Many<ReviewSubmission> by review_submission::Column::ReviewId,
            asc review_submission::Column::CreatedAt, if review_submission::Column::Live.eq(true);
        /// Its indicators.
        indicators: Many<ReviewIndicator> by review_indicator::Column::ReviewId, asc review_indicator::Column::CreatedAt,
            if review_indicator::Column::Live.eq(true);
        /// The tasks of its action plan, by the day they are due.
        actions: Many<ReviewAction> by review_action::Column::ReviewId, asc review_action::Column::DueOn;
        /// When the sides looked at how far the plan is, oldest first.
        checks: Many<MonitoringCheck> by monitoring_check::Column::ReviewId, asc monitoring_check::Column::HeldOn;
        /// The request that waits for a side: to enter the next step, to go back, or to give the review up.
        open_request: First<ConsentRequest> by consent_request::Column::SubjectId, desc consent_request::Column::CreatedAt,
            if consent_request::Column::State.eq(ConsentState::Open).and(consent_request::Column::Action.is_in([
                ConsentAction::AdvanceReview, ConsentAction::ReturnReview, ConsentAction::AbandonReview,
            ]));
    }
    fields {
        /// What every joint review is for.
        async fn objective(&self) -> &'static str {
            rules::OBJECTIVE
        }

        /// From where the answers that you read are seen, side by side; what is missing is a warning, not a bar. Before the reveal
        /// the other sides are left out: what they answered, and how much, is sealed. Counted up to 500 answers.
        async fn participation_balance(&self, ctx: &Context<'_>) -> Result<Vec<Participation>> {
            participation(ctx.caller()?, &self.row).await
        }

        /// How many of its questions and indicators belong to each element of the framework; those without any too.
        async fn coverage(&self, ctx: &Context<'_>) -> Result<Vec<ElementCoverage>> {
            coverage(ctx, self.row.id).await
        }

        /// When progress is looked at again: so many days after it was last, and where it never was, after the plan was agreed.
        /// Empty while no plan is carried out.
        async fn monitoring_due_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
            monitoring_due(ctx.caller()?, &self.row).await
        }

        /// Whether that time is over.
        async fn monitoring_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
            let caller = ctx.caller()?;
            Ok(monitoring_due(caller, &self.row).await?.is_some_and(|due| due < caller.now()))
        }
    }
}
connection!(ReviewConnection, ReviewEdge, Review, review::Model, "A page of reviews.", "A review in a list.");

/// How far a review covers one element of the framework.
#[derive(SimpleObject)]
pub struct ElementCoverage {
    /// Its code, from the catalogue `FRAMEWORK_ELEMENTS`.
    element: String,
    /// How many questions belong to it.
    questions: usize,
    /// How many indicators belong to it.
    indicators: usize,
}

async fn coverage(ctx: &Context<'_>, review: Id) -> Result<Vec<ElementCoverage>> {
    let caller = ctx.caller()?;
    let elements = catalogue::printed(ctx, CatalogueKey::FrameworkElements, None)?;
    let questions = {
        use review_question::Column;
        let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
        caller.all::<review_question::Model>(live, &Sort::asc(Column::Position)).await?
    };
    let indicators = {
        use review_indicator::Column;
        let live = Condition::all().add(Column::ReviewId.eq(review)).add(Column::Live.eq(true));
        caller.all::<review_indicator::Model>(live, &Sort::asc(Column::CreatedAt)).await?
    };
    let covered = |element: Printed| ElementCoverage {
        questions: questions.iter().filter(|at| at.row.element.as_str() == element.code).count(),
        indicators: indicators.iter().filter(|at| at.row.element.as_str() == element.code).count(),
        element: element.code,
    };
    Ok(elements.into_iter().map(covered).collect())
}

/// From where a side answered, and from where not.
#[derive(SimpleObject)]
pub struct Participation {
    /// The side.
    side_id: Id,
    /// How many of its answers are seen from where.
    perspectives: Vec<PerspectiveCount>,
    /// From where nothing was said.
    missing: Vec<Perspective>,
}

/// How many answers are seen from one perspective.
#[derive(SimpleObject)]
pub struct PerspectiveCount {
    /// From where.
    perspective: Perspective,
    /// How many.
    answers: usize,
}

async fn participation(caller: &Caller, review: &review::Model) -> Result<Vec<Participation>> {
    use review_answer::Column;
    let filter = Condition::all().add(Column::ReviewId.eq(review.id)).add(Column::Current.eq(true));
    let answers = caller.all::<review_answer::Model>(filter, &Sort::asc(Column::CreatedAt)).await?;
    let mut sides: Vec<Id> = answers.iter().filter_map(|at| at.row.side_id).collect();
    sides.sort_unstable();
    sides.dedup();
    let of = |side: Id| {
        let count = |perspective: Perspective| {
            answers.iter().filter(|at| at.row.side_id == Some(side) && at.row.perspective == Some(perspective)).count()
        };
        let counts =
            Perspective::iter().map(|perspective| PerspectiveCount { perspective, answers: count(perspective) });
        let (some, none): (Vec<_>, Vec<_>) = counts.partition(|count| count.answers > 0);
        Participation {
            side_id: side,
            perspectives: some,
            missing: none.into_iter().map(|count| count.perspective).collect(),
        }
    };
    Ok(sides.into_iter().map(of).collect())
}

async fn monitoring_due(caller: &Caller, review: &review::Model) -> Result<Option<DateTime<Utc>>> {
    use monitoring_check::Column;
    if review.state != ReviewState::Monitoring {
        return Ok(None);
    }
    let checks = caller
        .all::<monitoring_check::Model>(
            Condition::all().add(Column::ReviewId.eq(review.id)),
            &Sort::desc(Column::HeldOn),
        )
        .await?;
    Ok(rules::monitoring_due(review, checks.first().map(|at| at.row.held_on)))
}

/// Queries of reviews.
#[derive(Default)]
pub struct ReviewQueries;

#[Object]
impl ReviewQueries {
    /// A joint review; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn review(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Whole<Option<Review>>> {
        ctx.caller()?.answer(ctx, id).await
    }

    /// The joint reviews of a partnership, newest first.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership.")] partnership_id: Id,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<ReviewConnection>> {
        use review::Column;
        let filter = Condition::all().add(Column::PartnershipId.eq(partnership_id));
        let (list, paging) = (format!("reviews:{partnership_id}"), Paging { first, after, last, before });
        ctx.caller()?.answer_page::<Review, _>(ctx, &list, filter, Sort::desc(Column::CreatedAt), &paging).await
    }
}
