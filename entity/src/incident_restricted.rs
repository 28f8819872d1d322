use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{Id, Text, Title},
};

/// The part of an incident that never leaves the organisation: names, medical and legal follow-up. Seen by its
/// representative and its security focal point only, whatever is released.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "incident_restricted")]
#[graphql(name = "IncidentRestrictedRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// The incident.
    #[graphql(skip)]
    pub incident_id: Id,
    /// The organisation that reported the incident.
    #[graphql(skip)]
    pub organisation_id: Id,
    /// Who the victims are, and how their families are reached.
    pub victims: Option<Text>,
    /// State of health and treatment.
    pub medical: Option<Text>,
    /// What is done to investigate and to bring to account (E-18).
    pub investigation: Option<Text>,
    /// Key of the case at the insurer.
    pub insurance_reference: Option<Title>,
    /// Key of the case at the hospital or medical service.
    pub medical_reference: Option<Title>,
    /// Key of the damaged building or asset.
    pub premises_reference: Option<Title>,
    /// Who wrote it first.
    #[graphql(skip)]
    pub created_by: Id,
    /// When it was written first.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes, from 1. Send it back as `expectedVersion` when editing.
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

record! { IncidentRestricted, IncidentRestrictedRead, |row| Audience::of(SpaceRef::organisation(row.organisation_id)) }
synced! { "incidentRestricted", links: [incident_id, organisation_id], writes: [] }
