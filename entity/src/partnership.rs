use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::{
    access::{Audience, SpaceRef, record, synced},
    value::{AgreementOnSecurity, CountryCode, Date, Id, PartnershipState, Text, Title},
};

/// A formalised relationship between two or more organisations ([001] Definitions), symmetric: no side leads.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, SimpleObject, Serialize)]
#[sea_orm(table_name = "partnership")]
#[graphql(name = "PartnershipRow")]
pub struct Model {
    /// Stable id.
    #[sea_orm(primary_key, auto_increment = false)]
    #[graphql(skip)]
    pub id: Id,
    /// What the partnership is called.
    pub title: Title,
    /// What it covers.
    pub scope: Text,
    /// Country of the work.
    pub country: CountryCode,
    /// Where it stands.
    pub state: PartnershipState,
    /// Number or name of the written agreement.
    pub agreement_ref: Option<Title>,
    /// True where the sides state that there is no written agreement.
    pub no_agreement: bool,
    /// Whether the agreement speaks of security risks and their management (P-33).
    pub agreement_on_security: AgreementOnSecurity,
    /// The clause that does.
    pub security_clause: Option<Title>,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day. Reaching it does not end the partnership by itself.
    pub ends_on: Option<Date>,
    /// After how many days each side looks at its risk attitudes again, 30 to 730 (P-27).
    pub attitude_revisit_days: i32,
    /// The side that wrote the draft. It has no other right than any other side (P-20).
    #[graphql(skip)]
    pub drafted_by_side: Id,
    /// When it was first put to every side; from then on every side sees it.
    pub proposed_at: Option<DateTime<Utc>>,
    /// When it came into force.
    pub activated_at: Option<DateTime<Utc>>,
    /// Why it is suspended or was withdrawn.
    pub state_reason: Option<Text>,
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

record! { Partnership, PartnershipRead, |row| {
    // What every side has seen stays seen: an edit that leads back to DRAFT does not hide it again.
    Audience::of(if row.proposed_at.is_some() {
        SpaceRef::partnership(row.id)
    } else {
        SpaceRef::side(row.drafted_by_side)
    })
} }
synced! { "partnership", links: [], writes: [] }
