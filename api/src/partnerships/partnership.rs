use async_graphql::{Context, Object};
use entity::{
    Id, Right, advocacy_issue, benefit, capacity_activity, capacity_declaration, capacity_need, communication_contact,
    communication_plan, concern, consent_request, conversation, decision, duty_of_care_statement, end_assessment,
    feedback, health_check, no_risk_transfer, partnership, partnership_side, policy_consultation, principle_adoption,
    review, risk, risk_attitude, risk_transfer, shared_practice, sharing_protocol, srm_role, strength, understanding,
    value::{ConsentState, CountryCode, PartnershipState},
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    EndAssessment, PartnershipSide,
    dashboard::{Dashboard, dashboard},
    rules,
};
use crate::{
    advocacy::{AdvocacyIssue, AdvocacyIssueConnection},
    capacity::{CapacityActivity, CapacityActivityConnection, CapacityDeclaration, CapacityNeed},
    concerns::{Concern, ConcernConnection},
    consents::ConsentRequest,
    decisions::{Decision, DecisionConnection, PolicyConsultation, PolicyConsultationConnection},
    dialogue::{
        self, CommunicationContact, CommunicationPlan, Conversation, ConversationConnection, Dialogue, Feedback,
        FeedbackConnection, HealthCheck, SharedPractice, SharedPracticeConnection,
    },
    foundations::{
        self, AttitudeComparison, DutyOfCareStatement, NoRiskTransfer, PrincipleAdoption, RiskAttitude, RiskTransfer,
        SideFoundations,
    },
    incidents::SharingProtocol,
    mutual::{Benefit, SrmRole, Strength, Understanding},
    platform::{
        caller::Sort,
        error::Result,
        gate::Ask,
        object::object,
        page::{Paging, connection},
        sdl::requires,
        whole::Whole,
    },
    reviews::{Review, ReviewConnection},
    risk::{Risk, RiskConnection, heat_map},
};

object! {
    /// A formalised relationship between two or more organisations, symmetric: no side leads.
    Partnership, partnership::Model {
        /// Its sides. Their order carries no meaning.
        sides: Many<PartnershipSide> by partnership_side::Column::PartnershipId, asc partnership_side::Column::Position;
        /// Requests for consent that wait for a side.
        open_consent_requests: Many<ConsentRequest> by consent_request::Column::PartnershipId,
            asc consent_request::Column::CreatedAt, if consent_request::Column::State.eq(ConsentState::Open);
        /// What its sides agreed to share of their incidents, newest first.
        sharing_protocols: Many<SharingProtocol> by sharing_protocol::Column::PartnershipId,
            desc sharing_protocol::Column::CreatedAt;
        /// Principles that its sides stand by.
        principles: Many<PrincipleAdoption> by principle_adoption::Column::PartnershipId,
            asc principle_adoption::Column::CreatedAt, if principle_adoption::Column::WithdrawnAt.is_null();
        /// Every word of its sides about the principles, those that they stepped back from too, oldest first.
        principle_history: Many<PrincipleAdoption> by principle_adoption::Column::PartnershipId,
            asc principle_adoption::Column::CreatedAt;
        /// How much risk its sides are ready to take, everything they ever said about it, oldest first.
        risk_attitudes: Many<RiskAttitude> by risk_attitude::Column::PartnershipId, asc risk_attitude::Column::CreatedAt;
        /// What its end means for each side, as they said it last.
        end_assessments: Many<EndAssessment> by end_assessment::Column::PartnershipId,
            asc end_assessment::Column::CreatedAt, if end_assessment::Column::Current.eq(true);
        /// Risks that come from one side to another, oldest first.
        risk_transfers: Many<RiskTransfer> by risk_transfer::Column::PartnershipId, asc risk_transfer::Column::CreatedAt;
        /// Statements of sides that they found no transferred risk.
        no_risk_transfers: Many<NoRiskTransfer> by no_risk_transfer::Column::PartnershipId,
            asc no_risk_transfer::Column::CreatedAt, if no_risk_transfer::Column::Current.eq(true);
        /// What its sides owe each other to keep their people from harm, as they stated it last.
        duties_of_care: Many<DutyOfCareStatement> by duty_of_care_statement::Column::PartnershipId,
            asc duty_of_care_statement::Column::CreatedAt, if duty_of_care_statement::Column::Current.eq(true);
        /// Plans of how the sides speak, share and look at their work together, newest first.
        communication_plans: Many<CommunicationPlan> by communication_plan::Column::PartnershipId,
            desc communication_plan::Column::CreatedAt;
        /// Whom the others ask on each side about security, as the sides said it last.
        communication_contacts: Many<CommunicationContact> by communication_contact::Column::PartnershipId,
            asc communication_contact::Column::CreatedAt, if communication_contact::Column::Current.eq(true);
        /// What each side is good at.
        strengths: Many<Strength> by strength::Column::PartnershipId, asc strength::Column::CreatedAt,
            if strength::Column::Current.eq(true);
        /// What each side gains.
        benefits: Many<Benefit> by benefit::Column::PartnershipId, asc benefit::Column::CreatedAt,
            if benefit::Column::Current.eq(true);
        /// How far the sides understand each other, as they said it last.
        understandings: Many<Understanding> by understanding::Column::PartnershipId, asc understanding::Column::CreatedAt,
            if understanding::Column::Current.eq(true);
        /// Who does what for security risk management on each side.
        srm_roles: Many<SrmRole> by srm_role::Column::PartnershipId, asc srm_role::Column::CreatedAt,
            if srm_role::Column::EndedAt.is_null();
        /// Looks of the sides at their partnership, newest first.
        health_checks: Many<HealthCheck> by health_check::Column::PartnershipId, desc health_check::Column::CreatedAt;
        /// What each side says it can do, as it said it last.
        capacity_declarations: Many<CapacityDeclaration> by capacity_declaration::Column::PartnershipId,
            asc capacity_declaration::Column::CreatedAt, if capacity_declaration::Column::Current.eq(true);
        /// What the sides need, oldest first.
        capacity_needs: Many<CapacityNeed> by capacity_need::Column::PartnershipId, asc capacity_need::Column::CreatedAt;
    }
    pages {
        /// Its conversations, newest first.
        conversations: ConversationConnection<Conversation> by conversation::Column::PartnershipId,
            desc conversation::Column::CreatedAt;
        /// What its sides told each other about how they work together, newest first.
        feedback: FeedbackConnection<Feedback> by feedback::Column::PartnershipId, desc feedback::Column::CreatedAt;
        /// What its sides shared, newest first.
        shared_practices: SharedPracticeConnection<SharedPractice> by shared_practice::Column::PartnershipId,
            desc shared_practice::Column::CreatedAt;
        /// Its decisions, newest first.
        decisions: DecisionConnection<Decision> by decision::Column::PartnershipId, desc decision::Column::CreatedAt;
        /// Consultations about policies, newest first.
        policy_consultations: PolicyConsultationConnection<PolicyConsultation> by policy_consultation::Column::PartnershipId,
            desc policy_consultation::Column::CreatedAt;
        /// What is done to strengthen capacity, newest first.
        capacity_activities: CapacityActivityConnection<CapacityActivity> by capacity_activity::Column::PartnershipId,
            desc capacity_activity::Column::CreatedAt;
        /// Issues of advocacy that you read, newest first.
        advocacy_issues: AdvocacyIssueConnection<AdvocacyIssue> by advocacy_issue::Column::PartnershipId,
            desc advocacy_issue::Column::CreatedAt;
        /// Its risks, most urgent first: by level, then score, then impact.
        risks: RiskConnection<Risk> by risk::Column::PartnershipId, desc risk::Column::Urgency;
        /// Its joint reviews, newest first.
        reviews: ReviewConnection<Review> by review::Column::PartnershipId, desc review::Column::CreatedAt;
        /// The concerns that you read, oldest first.
        concerns: ConcernConnection<Concern> by concern::Column::PartnershipId, asc concern::Column::CreatedAt;
    }
    fields {
        /// Whether its last day is over, and nobody has begun to end it. No date ends a partnership by itself.
        async fn end_is_due(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(rules::end_is_due(&self.row, ctx.caller()?.now()))
        }

        /// What each side has laid of the foundations, and what it has not: the partnership comes into force when nothing is
        /// missing and every side consents.
        async fn foundations(&self, ctx: &Context<'_>) -> Result<Vec<SideFoundations>> {
            foundations::overview(ctx.caller()?, &self.row).await
        }

        /// What one screen needs: what waits for whom, what is late, what is disputed, what is most urgent.
        async fn dashboard(&self, ctx: &Context<'_>) -> Result<Dashboard> {
            dashboard(ctx, &self.row).await
        }

        /// Whether its sides speak, share and look at their work together as they agreed to.
        async fn dialogue(&self, ctx: &Context<'_>) -> Result<Dialogue> {
            dialogue::dialogue(ctx, &self.row).await
        }

        /// How much risk of each type its sides are ready to take, beside one another.
        async fn risk_attitude_comparison(&self, ctx: &Context<'_>) -> Result<Vec<AttitudeComparison>> {
            foundations::comparison(ctx.caller()?, self.row.id).await
        }

        /// Its risks drawn on the 5×5 heat map, as an SVG picture. Readable in black and white and by screen readers.
        async fn heat_map_svg(&self, ctx: &Context<'_>) -> Result<String> {
            heat_map::of_partnership(ctx.caller()?, &self.row).await
        }
    }
}
connection!(
    PartnershipConnection,
    PartnershipEdge,
    Partnership,
    partnership::Model,
    "A page of partnerships.",
    "A partnership in a list."
);

/// Queries of partnerships.
#[derive(Default)]
pub struct PartnershipQueries;

#[Object]
impl PartnershipQueries {
    /// A partnership; empty where there is none for you.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Whole<Option<Partnership>>> {
        ctx.caller()?.answer(ctx, id).await
    }

    /// The partnerships you see, by title.
    #[graphql(directive = requires::apply(Right::PartnershipRead))]
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this state.")] state: Option<PartnershipState>,
        #[graphql(desc = "With work in this country.")] country: Option<CountryCode>,
        #[graphql(desc = "Rows from the start.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Whole<PartnershipConnection>> {
        use partnership::Column;
        let list = format!("partnerships:{state:?}:{country:?}");
        let filter = Condition::all()
            .add_option(state.map(|state| Column::State.eq(state)))
            .add_option(country.map(|country| Column::Country.eq(country)));
        let paging = Paging { first, after, last, before };
        ctx.caller()?.answer_page::<Partnership, _>(ctx, &list, filter, Sort::asc(Column::Title), &paging).await
    }
}
