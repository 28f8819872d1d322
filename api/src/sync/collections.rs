//! The collections, parents first: a client that reads them in this order meets no link before its target.

use std::sync::LazyLock;

use entity::{
    advocacy_issue, advocacy_strategy, benefit, campaign, capacity_activity, capacity_declaration, capacity_need,
    category_definitions, communication_contact, communication_plan, concern, consent, consent_request, conversation,
    conversation_account, decision, decision_contribution, duty_of_care_statement, end_assessment, feedback,
    health_check, incident, incident_release, incident_restricted, indicator_rating, library_item, membership,
    monitoring_check, no_risk_transfer, organisation, partnership, partnership_side, person, policy_consultation,
    policy_response, principle_adoption, related_assessment, review, review_action, review_answer, review_indicator,
    review_note, review_question, review_session, review_submission, risk, risk_attitude, risk_level_record,
    risk_perception, risk_transfer, shared_practice, sharing_protocol, side_role, srm_role, strength, sync_command,
    sync_conflict, threat, understanding,
};

use super::{collection::Collection, command::GivenOffline};
use crate::incidents::push::Captured;

/// Every collection. A number is never given again (S23).
static ALL: LazyLock<Vec<Collection>> = LazyLock::new(|| {
    vec![
        Collection::of::<organisation::Model>(1, None),
        Collection::of::<person::Model>(2, None),
        Collection::of::<membership::Model>(3, None),
        Collection::of::<partnership::Model>(4, None),
        Collection::of::<partnership_side::Model>(5, None),
        Collection::of::<side_role::Model>(6, None),
        Collection::of::<consent_request::Model>(7, None),
        Collection::of::<consent::Model>(8, None),
        Collection::of::<threat::Model>(9, None),
        Collection::of::<risk::Model>(10, None),
        Collection::of::<risk_perception::Model>(11, None),
        Collection::of::<risk_level_record::Model>(12, None),
        Collection::of::<sharing_protocol::Model>(13, None),
        Collection::of::<incident::Model>(14, Some(&Captured)),
        Collection::of::<incident_restricted::Model>(15, None),
        Collection::of::<incident_release::Model>(16, None),
        Collection::of::<sync_command::Model>(17, Some(&GivenOffline)),
        Collection::of::<sync_conflict::Model>(18, None),
        Collection::of::<principle_adoption::Model>(19, None),
        Collection::of::<risk_attitude::Model>(20, None),
        Collection::of::<risk_transfer::Model>(21, None),
        Collection::of::<no_risk_transfer::Model>(22, None),
        Collection::of::<duty_of_care_statement::Model>(23, None),
        Collection::of::<concern::Model>(24, None),
        Collection::of::<review::Model>(25, None),
        Collection::of::<review_question::Model>(26, None),
        Collection::of::<review_answer::Model>(27, None),
        Collection::of::<review_submission::Model>(28, None),
        Collection::of::<review_note::Model>(29, None),
        Collection::of::<review_indicator::Model>(30, None),
        Collection::of::<category_definitions::Model>(31, None),
        Collection::of::<indicator_rating::Model>(32, None),
        Collection::of::<review_action::Model>(33, None),
        Collection::of::<monitoring_check::Model>(34, None),
        Collection::of::<end_assessment::Model>(35, None),
        Collection::of::<conversation::Model>(36, None),
        Collection::of::<conversation_account::Model>(37, None),
        Collection::of::<communication_plan::Model>(38, None),
        Collection::of::<communication_contact::Model>(39, None),
        Collection::of::<feedback::Model>(40, None),
        Collection::of::<shared_practice::Model>(41, None),
        Collection::of::<health_check::Model>(42, None),
        Collection::of::<decision::Model>(43, None),
        Collection::of::<decision_contribution::Model>(44, None),
        Collection::of::<policy_consultation::Model>(45, None),
        Collection::of::<policy_response::Model>(46, None),
        Collection::of::<strength::Model>(47, None),
        Collection::of::<benefit::Model>(48, None),
        Collection::of::<understanding::Model>(49, None),
        Collection::of::<srm_role::Model>(50, None),
        Collection::of::<capacity_declaration::Model>(51, None),
        Collection::of::<capacity_need::Model>(52, None),
        Collection::of::<capacity_activity::Model>(53, None),
        Collection::of::<library_item::Model>(54, None),
        Collection::of::<advocacy_issue::Model>(55, None),
        Collection::of::<advocacy_strategy::Model>(56, None),
        Collection::of::<campaign::Model>(57, None),
        Collection::of::<review_session::Model>(58, None),
        Collection::of::<related_assessment::Model>(59, None),
    ]
});

/// Every collection.
pub fn all() -> &'static [Collection] {
    &ALL
}

/// A collection by its name.
pub fn named(name: &str) -> Option<&'static Collection> {
    all().iter().find(|collection| collection.name == name)
}
