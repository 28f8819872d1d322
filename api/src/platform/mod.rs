//! What every capability stands on. It knows none of them.
//!
//! * [`caller`]: the one way to see · [`tx`]: the one way to write · `commit`: audiences become
//!   publications, changes become ledger entries
//! * [`gate`]: what a document passes before it runs ([`sdl`], [`limits`], `values`)
//! * [`hub`]: followers of ledgers · [`codec`]: positions and cursors
//! * [`token`], `jwks`, [`grants`]: who somebody is, and what the data lets them do

mod append;
pub mod audiences;
pub mod batch;
pub mod caller;
pub mod cells;
pub mod chain;
pub mod changes;
pub mod codec;
mod commit;
pub mod db;
pub mod documents;
pub mod doorbell;
pub mod due;
pub mod entries;
pub mod env;
pub mod error;
pub mod feed;
pub mod follower;
pub mod gate;
pub mod grants;
mod heads;
pub mod hub;
mod jwks;
mod later;
pub mod lifecycle;
pub mod limits;
mod lines;
pub mod links;
mod lists;
pub mod object;
mod once;
pub mod page;
pub mod position;
mod published;
pub mod restate;
mod roots;
pub mod sdl;
pub mod seen;
pub mod shape;
mod standings;
pub mod telemetry;
pub mod token;
pub mod tx;
pub mod values;
pub mod verify;
pub mod visible;
pub mod whole;
mod within;
pub mod written;

use std::sync::{Arc, RwLock, atomic::AtomicU32};

use entity::{Id, platform::deployment};
use sea_orm::{ConnectionTrait, EntityTrait, sea_query::OnConflict};

use self::{
    caller::Caller,
    codec::Codec,
    db::Db,
    env::Env,
    error::{Error, Result},
    grants::Grants,
    hub::Hub,
    token::Identity,
};

/// Everything a request stands on.
pub struct Platform {
    pub(crate) db: Db,
    /// Clock, ids, randomness.
    pub env: Env,
    /// Followers of ledgers.
    pub hub: Hub,
    /// Positions and cursors.
    pub codec: Codec,
    /// Where people stood last.
    signed: position::Signed,
    /// What was read lately for many readers.
    seen: seen::Seen,
    /// Standings that were read lately.
    standings: standings::Standings,
    /// Documents that were written lately.
    written: written::Written,
}

impl Platform {
    /// On a migrated database.
    pub async fn open(db: Db, env: Env) -> Result<Arc<Self>> {
        let deployment = deployment_of(&db, &env).await?;
        let codec = Codec::new(&deployment.cursor_key, deployment.generation);
        Ok(Arc::new(Self {
            hub: Hub::new(db.clone()),
            db,
            env,
            codec,
            signed: position::Signed::default(),
            seen: seen::Seen::default(),
            standings: standings::Standings::default(),
            written: written::Written::default(),
        }))
    }

    /// The caller behind an identity, with the rights of now; none where the account is unknown, suspended,
    /// or the token was revoked.
    pub async fn caller(self: &Arc<Self>, identity: &Identity, request_id: Arc<str>) -> Result<Option<Caller>> {
        let Some(grants) = self.grants(identity).await? else {
            return Ok(None);
        };
        let caller = self.caller_with(grants, Some(identity.clone()), request_id);
        caller.counted();
        Ok(Some(caller))
    }

    /// The same for a request that asks with its own statement whether the standings that are kept still count. Until then
    /// the caller sees nothing.
    pub(crate) async fn caller_that_asks(
        self: &Arc<Self>,
        identity: &Identity,
        request_id: Arc<str>,
    ) -> Result<Option<Caller>> {
        let Some(kept) = self.standings.kept(identity, self.env.now()).filter(|kept| counts(&kept.grants, identity))
        else {
            return self.caller(identity, request_id).await;
        };
        let mut caller = self.caller_with(kept.grants.without_standings(), Some(identity.clone()), request_id);
        caller.kept = Arc::new(RwLock::new(Some(kept)));
        Ok(Some(caller))
    }

    fn caller_with(self: &Arc<Self>, grants: Grants, identity: Option<Identity>, request_id: Arc<str>) -> Caller {
        Caller {
            platform: self.clone(),
            grants: Arc::new(RwLock::new(grants)),
            identity,
            position: Arc::default(),
            request_id,
            kept: Arc::default(),
            statements: Arc::new(AtomicU32::new(0)),
            rows: Arc::default(),
            idempotency_key: None,
        }
    }

    async fn grants(&self, identity: &Identity) -> Result<Option<Grants>> {
        self.grants_on(&self.db, identity).await
    }

    async fn grants_on(&self, on: &impl ConnectionTrait, identity: &Identity) -> Result<Option<Grants>> {
        let now = self.env.now();
        if identity.expires_at <= now {
            return Ok(None);
        }
        let grants = self.standings.of(&self.db, on, identity, now).await?;
        Ok(grants.filter(|grants| counts(grants, identity)))
    }

    /// Why an identity counts no more, for the app that must know whether to wipe what it holds.
    pub async fn why_nobody(&self, identity: &Identity) -> Result<&'static str> {
        use entity::device::{Column, Entity};
        use sea_orm::{ColumnTrait, ExprTrait, PaginatorTrait, QueryFilter};
        let Some(device) = identity.device.as_deref() else { return Ok("ACCOUNT_OR_TOKEN_REVOKED") };
        #[expect(clippy::disallowed_methods, reason = "counts revocations of the caller's own device, shows nothing")]
        let revoked = Entity::find()
            .filter(Column::Issuer.eq(identity.issuer.as_ref()).and(Column::TokenName.eq(device)))
            .filter(Column::RevokedAt.is_not_null())
            .count(&self.db)
            .await?;
        Ok(if revoked > 0 { "DEVICE_REVOKED" } else { "ACCOUNT_OR_TOKEN_REVOKED" })
    }

    /// Which history the database holds, as a word for subjects.
    pub async fn deployment(&self) -> Result<String> {
        Ok(deployment_of(&self.db, &self.env).await?.generation.to_string())
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        self.db.ping().await.is_ok()
    }

    /// Whether nothing was ever written here.
    pub async fn is_empty(&self) -> Result<bool> {
        use sea_orm::PaginatorTrait;
        #[expect(clippy::disallowed_methods, reason = "counts spaces, shows nothing")]
        let spaces = entity::platform::space::Entity::find().count(&self.db).await?;
        Ok(spaces == 0)
    }

    /// Forgets what idempotency no longer needs.
    pub async fn forget_old_commands(&self, days: i64) -> Result<u64> {
        use entity::platform::command_log::{Column, Entity};
        use sea_orm::{ColumnTrait, QueryFilter};
        let before = self.env.now() - chrono::TimeDelta::days(days);
        #[expect(clippy::disallowed_methods, reason = "the memory of commands is the platform's own")]
        let done = Entity::delete_many().filter(Column::At.lt(before)).exec(&self.db).await?;
        Ok(done.rows_affected)
    }
}

/// Whether a token was issued after its account began anew.
fn counts(grants: &Grants, identity: &Identity) -> bool {
    match grants.tokens_since {
        Some(since) => identity.issued_at.is_some_and(|at| at > since.timestamp()),
        None => true,
    }
}

/// The one row that says which history this database holds; made with the first start.
async fn deployment_of(db: &Db, env: &Env) -> Result<deployment::Model> {
    let made = deployment::Model {
        no: 1,
        generation: env.id(),
        cursor_key: env.bytes::<32>().to_vec(),
        created_at: env.now(),
    };
    deployment::Entity::insert(deployment::ActiveModel::from(made))
        .on_conflict(OnConflict::column(deployment::Column::No).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    #[expect(clippy::disallowed_methods, reason = "the row of the deployment is the platform's own")]
    let row = deployment::Entity::find_by_id(1).one(db).await?;
    row.ok_or_else(|| Error::internal("the deployment row vanished"))
}

/// The operator at the console: may enrol an organisation with its first representative, and load demo data.
/// Has no standing in the data, and so sees and changes nothing else.
pub fn operator(platform: &Arc<Platform>) -> Caller {
    platform.caller_with(Grants::none(Id::NIL), None, "operator".into())
}
