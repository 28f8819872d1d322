use async_graphql::{Context, Object, SimpleObject};
use entity::{
    Right, incident,
    value::{CountryCode, IncidentGrouping, IncidentState},
};
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};

use super::incident::years;
use crate::platform::{
    error::{Error, Result},
    gate::Ask,
    sdl::requires,
};

/// Counts of a group of incidents and of their victims, by recruitment and by employer (`[000]` recommendation 5). A report
/// that is a duplicate or was retracted does not count.
#[derive(SimpleObject)]
pub struct IncidentCounts {
    /// The year, country, means, actor or state; empty where it is not known.
    group: Option<String>,
    /// Incidents.
    incidents: i32,
    /// Locally recruited people killed.
    nationals_killed: i32,
    /// Locally recruited people wounded.
    nationals_wounded: i32,
    /// Locally recruited people kidnapped.
    nationals_kidnapped: i32,
    /// Internationally recruited people killed.
    internationals_killed: i32,
    /// Internationally recruited people wounded.
    internationals_wounded: i32,
    /// Internationally recruited people kidnapped.
    internationals_kidnapped: i32,
    /// Victims who worked for a national or local employer: organisations, and Red Cross or Red Crescent societies.
    employed_locally: i32,
    /// Victims who worked for an international employer: the United Nations, organisations, the ICRC.
    employed_internationally: i32,
    /// Victims who worked for another employer.
    employed_otherwise: i32,
}

const SUMS: [&str; 9] = [
    "nationals_killed",
    "nationals_wounded",
    "nationals_kidnapped",
    "internationals_killed",
    "internationals_wounded",
    "internationals_kidnapped",
    "COALESCE(affected_national_ngo, 0) + COALESCE(affected_red_cross, 0)",
    "COALESCE(affected_un, 0) + COALESCE(affected_international_ngo, 0) + COALESCE(affected_icrc, 0)",
    "affected_other",
];

/// Summaries of incidents.
#[derive(Default)]
pub struct SummaryQueries;

#[Object]
impl SummaryQueries {
    /// Counts of the incidents you see, by one of their properties: those of your organisation and those released to you,
    /// and no others. Ordered by group.
    #[graphql(directive = requires::apply(Right::IncidentRead))]
    async fn incident_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to count by.")] by: IncidentGrouping,
        #[graphql(desc = "Reported by this organisation.")] organisation_id: Option<entity::Id>,
        #[graphql(desc = "In this country.")] country: Option<CountryCode>,
        #[graphql(desc = "In this year or later.")] from_year: Option<i32>,
        #[graphql(desc = "In this year or earlier.")] to_year: Option<i32>,
    ) -> Result<Vec<IncidentCounts>> {
        use incident::Column;
        let group = match by {
            IncidentGrouping::Year => "substr(occurred_on, 1, 4)",
            IncidentGrouping::Country => "COALESCE(country, country_name)",
            IncidentGrouping::Means => "means",
            IncidentGrouping::ActorType => "actor_type",
            IncidentGrouping::State => "state",
        };
        let counted = Condition::all()
            .add(Column::State.is_not_in([IncidentState::DuplicateOf, IncidentState::Retracted]))
            .add_option(organisation_id.map(|id| Column::OrganisationId.eq(id)))
            .add_option(country.map(|country| Column::Country.eq(country)))
            .add(years(from_year, to_year)?);
        let rows = ctx.caller()?.sums::<incident::Model>(counted, Expr::cust(group), &SUMS).await?;
        let counts = rows.into_iter().map(|(group, incidents, sums)| {
            let int = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
            let sums: [i64; 9] = sums.try_into().map_err(|_| Error::internal("nine sums"))?;
            let [nk, nw, nt, ik, iw, it, local, international, other] = sums.map(int);
            Ok(IncidentCounts {
                group,
                incidents: int(incidents),
                nationals_killed: nk,
                nationals_wounded: nw,
                nationals_kidnapped: nt,
                internationals_killed: ik,
                internationals_wounded: iw,
                internationals_kidnapped: it,
                employed_locally: local,
                employed_internationally: international,
                employed_otherwise: other,
            })
        });
        counts.collect()
    }
}
