//! Keys of an outside issuer: fetched, kept, rotated. An issuer that is away for a while does not lock
//! people out, and a stranger who invents key ids cannot make us hammer it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::JwkSet};
use tokio::sync::{Mutex, RwLock};

use super::error::{Error, Result};

/// Keys this old are fetched again before they are used.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// Keys this old count no more.
const STALE: TimeDelta = TimeDelta::hours(24);
/// An unknown key id leads to at most one fetch in this time.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Largest answer that is read, bytes.
const LARGEST: usize = 64 * 1024;

struct Kept {
    keys: JwkSet,
    at: DateTime<Utc>,
}

struct Inner {
    url: reqwest::Url,
    client: reqwest::Client,
    kept: RwLock<Option<Kept>>,
    /// When the last fetch began; holding it means fetching.
    fetched: Mutex<Option<DateTime<Utc>>>,
}

/// The key set of one issuer.
#[derive(Clone)]
pub(super) struct Jwks(Arc<Inner>);

impl Jwks {
    pub(super) fn new(url: &str, timeout: Duration) -> anyhow::Result<Self> {
        let url: reqwest::Url = url.parse()?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        anyhow::ensure!(url.scheme() == "https" || loopback, "{url}: keys are fetched over https only");
        let client = reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self(Arc::new(Inner { url, client, kept: RwLock::default(), fetched: Mutex::default() })))
    }

    /// The key of an id, for one algorithm.
    pub(super) async fn key(&self, kid: &str, algorithm: Algorithm, now: DateTime<Utc>) -> Result<DecodingKey> {
        if let (Some(key), Some(age)) = self.known(kid, algorithm, now).await
            && age < FRESH
        {
            return Ok(key);
        }
        // A key that the issuer took away counts no more once it answers; while it is away, what is kept counts.
        self.fetch(now).await;
        self.known(kid, algorithm, now).await.0.ok_or_else(|| Error::unauthenticated("TOKEN_KEY_ID"))
    }

    async fn known(
        &self,
        kid: &str,
        algorithm: Algorithm,
        now: DateTime<Utc>,
    ) -> (Option<DecodingKey>, Option<TimeDelta>) {
        let kept = self.0.kept.read().await;
        let Some(kept) = kept.as_ref().filter(|kept| now - kept.at < STALE) else {
            return (None, None);
        };
        let key = kept.keys.find(kid).filter(|jwk| {
            // One algorithm per key: a key made for another one does not count.
            jwk.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
        });
        (key.and_then(|jwk| DecodingKey::from_jwk(jwk).ok()), Some(now - kept.at))
    }

    async fn fetch(&self, now: DateTime<Utc>) {
        let mut fetched = self.0.fetched.lock().await;
        if fetched.is_some_and(|at| now - at < PAUSE) {
            return;
        }
        *fetched = Some(now);
        match self.download().await {
            Ok(keys) => *self.0.kept.write().await = Some(Kept { keys, at: now }),
            Err(error) => {
                tracing::warn!(url = %self.0.url, %error, "keys of a token issuer could not be fetched");
            }
        }
    }

    async fn download(&self) -> anyhow::Result<JwkSet> {
        let mut answer = self.0.client.get(self.0.url.clone()).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            anyhow::ensure!(body.len() + chunk.len() <= LARGEST, "the answer is larger than {LARGEST} bytes");
            body.extend_from_slice(&chunk);
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
