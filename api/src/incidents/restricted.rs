use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Id, Right, SpaceRef, incident, incident_restricted,
    value::{Patch, Text, Title},
};
use sea_orm::{ColumnTrait, Condition};

use super::Incident;
use crate::platform::{caller::Sort, error::Result, gate::Ask, object::object, sdl::requires, whole::Whole};

object! {
    /// The part of an incident that never leaves its organisation.
    IncidentRestricted, incident_restricted::Model {
        /// The incident.
        incident: One<Incident> by incident_restricted::Column::IncidentId;
    }
    fields {
        /// Keys of the incident in other systems.
        async fn external_links(&self) -> Vec<ExternalLink> {
            let row = &self.row;
            [
                ("INSURANCE", &row.insurance_reference),
                ("MEDICAL", &row.medical_reference),
                ("PREMISES", &row.premises_reference),
            ]
            .into_iter()
            .filter_map(|(kind, reference)| Some(ExternalLink { kind, reference: reference.clone()? }))
            .collect()
        }
    }
}

/// A key of the incident in another system (G-26).
#[derive(SimpleObject)]
pub struct ExternalLink {
    /// INSURANCE, MEDICAL or PREMISES.
    kind: &'static str,
    /// The key there.
    reference: Title,
}

/// What changes of the restricted part. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct RecordRestrictedInput {
    /// The incident.
    incident_id: Id,
    /// Who the victims are, and how their families are reached.
    victims: Patch<Text>,
    /// State of health and treatment.
    medical: Patch<Text>,
    /// What is done to investigate and to bring to account.
    investigation: Patch<Text>,
    /// Key of the case at the insurer.
    insurance_reference: Patch<Title>,
    /// Key of the case at the hospital or medical service.
    medical_reference: Patch<Title>,
    /// Key of the damaged building or asset.
    premises_reference: Patch<Title>,
}

/// Keeps the restricted part.
#[derive(Default)]
pub struct RecordRestricted;

#[Object]
impl RecordRestricted {
    /// Records the restricted part of an incident of your organisation. It is never released. Codes: NOT_FOUND, FORBIDDEN,
    /// VALIDATION_FAILED.
    #[graphql(directive = requires::apply(Right::IncidentRestrictedRead))]
    async fn record_incident_restricted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: RecordRestrictedInput,
    ) -> Result<Whole<IncidentRestricted>> {
        let caller = ctx.caller()?;
        let id = caller
            .command(ctx, |tx| {
                Box::pin(async move {
                    use incident_restricted::Column;
                    let incident: incident::Model = tx.lock(input.incident_id, "incidentId").await?;
                    tx.authorise(SpaceRef::organisation(incident.organisation_id)).await?;
                    let known = Condition::all().add(Column::IncidentId.eq(incident.id));
                    let known: Vec<incident_restricted::Model> = tx.all(known, &Sort::asc(Column::CreatedAt)).await?;
                    let before = known.into_iter().next();
                    let (id, now) = (tx.id(), tx.now());
                    let mut after = before.clone().unwrap_or(incident_restricted::Model {
                        id,
                        incident_id: incident.id,
                        organisation_id: incident.organisation_id,
                        victims: None,
                        medical: None,
                        investigation: None,
                        insurance_reference: None,
                        medical_reference: None,
                        premises_reference: None,
                        created_by: id,
                        created_at: now,
                        updated_at: now,
                        version: 1,
                    });
                    input.victims.apply(&mut after.victims);
                    input.medical.apply(&mut after.medical);
                    input.investigation.apply(&mut after.investigation);
                    input.insurance_reference.apply(&mut after.insurance_reference);
                    input.medical_reference.apply(&mut after.medical_reference);
                    input.premises_reference.apply(&mut after.premises_reference);
                    let row = match before {
                        Some(before) => tx.update("incident.restricted_recorded", &before, after).await?,
                        None => tx.insert("incident.restricted_recorded", after).await?,
                    };
                    Ok(row.id)
                })
            })
            .await?;
        caller.answer_with(ctx, id).await
    }
}
