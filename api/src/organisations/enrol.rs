//! The beginning: the operator enrols an organisation with its first representative. From then on the
//! organisation keeps itself; the operator has no standing in its data.

use std::sync::Arc;

use entity::{
    Id, Right, organisation,
    value::{CountryCode, LanguageTag, OrganisationKind, OrganisationRole, Recruitment, Title},
};

use super::{add_person, give_membership, open_account};
use crate::platform::{Platform, error::Result, operator};

/// A new organisation and its first representative.
pub struct Enrolment {
    /// Name.
    pub name: Title,
    /// Kind.
    pub kind: OrganisationKind,
    /// Country of its seat.
    pub country: CountryCode,
    /// Language it works in.
    pub base_language: LanguageTag,
    /// Whether the network sees its basic entry.
    pub listed: bool,
    /// First representative.
    pub representative: Title,
    /// How they were recruited.
    pub recruitment: Recruitment,
    /// Issuer of their tokens.
    pub issuer: Title,
    /// Subject of their tokens.
    pub subject: Title,
}

/// Enrols an organisation; answers with its id.
pub async fn enrol(platform: &Arc<Platform>, enrolment: Enrolment) -> Result<Id> {
    let operator = operator(platform);
    operator
        .run_command("enrol", Right::SignedIn, None, |tx| {
            Box::pin(async move {
                let (id, now) = (tx.id(), tx.now());
                let row = organisation::Model {
                    id,
                    name: enrolment.name,
                    kind: enrolment.kind,
                    country: enrolment.country,
                    base_language: enrolment.base_language,
                    listed: enrolment.listed,
                    security_contact: None,
                    created_by: id,
                    created_at: now,
                    updated_at: now,
                    version: 1,
                };
                let organisation = tx.insert("organisation.enrolled", row).await?;
                let person =
                    add_person::record(tx, organisation.id, enrolment.representative, enrolment.recruitment, None)
                        .await?;
                give_membership::record(tx, &person, OrganisationRole::Representative, now, None).await?;
                open_account::record(tx, &person, enrolment.issuer, enrolment.subject).await?;
                Ok(organisation.id)
            })
        })
        .await
}
