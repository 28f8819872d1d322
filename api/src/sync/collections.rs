//! The collections, parents first: a client that reads them in this order meets no link before its target.

use std::sync::LazyLock;

use entity::{
    category_definitions, concern, consent, consent_request, duty_of_care_statement, end_assessment, incident,
    incident_release, incident_restricted, indicator_rating, membership, monitoring_check, no_risk_transfer,
    organisation, partnership, partnership_side, person, principle_adoption, review, review_action, review_answer,
    review_indicator, review_note, review_question, review_submission, risk, risk_attitude, risk_level_record,
    risk_perception, risk_transfer, sharing_protocol, side_role, sync_command, sync_conflict, threat,
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
