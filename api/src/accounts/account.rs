use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{Id, Right, SpaceKind, account, person};
use sea_orm::Iterable;

use crate::{
    organisations::Person,
    platform::{error::Result, gate::Ask, object::object, sdl::requires},
    policy,
};

object! {
    /// A way to sign in: one subject of one token issuer. An account is not an authority.
    Account, account::Model {
        /// The person who signs in.
        person: One<Person> by account::Column::PersonId;
    }
}

/// A standing of yours: in which space it counts and what it lets you do there.
#[derive(SimpleObject)]
pub struct Standing {
    /// The membership or side role behind it; your person for what everybody may do with their own data.
    authority: Id,
    /// Kind of the space.
    space: SpaceKind,
    /// The organisation, partnership, side or person; empty for the network.
    subject: Option<Id>,
    /// What it lets you do there.
    rights: Vec<Right>,
    /// Moment from which it counts no more; open where empty.
    valid_until: Option<DateTime<Utc>>,
}

/// Who you are and what you may do.
#[derive(SimpleObject)]
pub struct Me {
    /// Your person.
    person: Person,
    /// The account you signed in with.
    account: Account,
    /// Every standing of yours, as the data gives it now.
    standings: Vec<Standing>,
}

/// Queries of one's own account.
#[derive(Default)]
pub struct AccountQueries;

#[Object]
impl AccountQueries {
    /// Who you are and what you may do.
    #[graphql(directive = requires::apply(Right::SignedIn))]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        let caller = ctx.caller()?;
        let person = caller.get::<person::Model>(caller.person(), "person").await?.into();
        let account = caller.get::<account::Model>(caller.account(), "account").await?.into();
        let grants = caller.grants();
        let standings = grants.list().iter().map(|grant| Standing {
            authority: grant.authority,
            space: grant.space.kind,
            subject: (grant.space.subject != Id::NIL).then_some(grant.space.subject),
            rights: Right::iter().filter(|right| policy::allows(grant.role, grant.space.kind, *right)).collect(),
            valid_until: grant.until,
        });
        Ok(Me { person, account, standings: standings.collect() })
    }
}
