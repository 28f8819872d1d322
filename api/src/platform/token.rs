//! Who somebody is. A token says that and nothing else; what they may do stands in the data.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode_header};
use serde::{Deserialize, Serialize};

use super::{
    env::Env,
    error::{Error, Result},
    jwks::Jwks,
};

/// Issuer of the embedded development tokens.
pub const EMBEDDED_ISSUER: &str = "urn:safepact:embedded";
/// What clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Longest token that is looked at, bytes.
const LONGEST: usize = 8 * 1024;

/// What a valid token says.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who issued it.
    pub issuer: Arc<str>,
    /// Whom it names.
    pub subject: Arc<str>,
    /// Its own id.
    pub jti: Option<Arc<str>>,
    /// The device it was made for (claim `device_id`).
    pub device: Option<Arc<str>>,
    /// When it was issued.
    pub issued_at: Option<i64>,
    /// When it counts no more, leeway included.
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: serde_json::Value,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
}

/// A token issuer that is trusted, as configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// `iss` of its tokens.
    pub issuer: String,
    /// `aud` that its tokens must carry.
    pub audience: String,
    /// Where its keys are.
    pub jwks_url: String,
    /// Algorithms that count: `EdDSA`, `ES256`, `RS256`.
    pub algorithms: Vec<Algorithm>,
}

enum Keys {
    Embedded { kid: String, key: DecodingKey },
    Remote(Jwks),
}

struct Issuer {
    audience: String,
    algorithms: Vec<Algorithm>,
    keys: Keys,
}

/// The embedded issuer's key.
pub struct Signer {
    kid: String,
    key: EncodingKey,
    public: Vec<u8>,
    audience: String,
}

impl Signer {
    /// Reads the Ed25519 key of a file, and makes one (mode 0600) where there is none.
    pub fn open(path: &Path, audience: &str) -> anyhow::Result<Self> {
        let pkcs8 = if path.exists() {
            std::fs::read(path)?
        } else {
            let made = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new())?;
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)?;
            }
            write_private(path, made.as_ref())?;
            made.as_ref().to_vec()
        };
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8)
            .map_err(|e| anyhow::anyhow!("{} is not an Ed25519 key in PKCS#8: {e}", path.display()))?;
        let public = pair.public_key().as_ref().to_vec();
        let kid = super::chain::hex(&super::chain::sha256(&[&public])).chars().take(16).collect();
        Ok(Self { kid, key: EncodingKey::from_ed_der(&pkcs8), public, audience: audience.to_owned() })
    }

    /// A token for a subject, on a device where one is named.
    pub fn sign(&self, env: &Env, subject: &str, device: Option<&str>, life: TimeDelta) -> anyhow::Result<String> {
        let now = env.now().timestamp();
        let claims = Claims {
            iss: EMBEDDED_ISSUER.to_owned(),
            sub: subject.to_owned(),
            aud: self.audience.clone().into(),
            exp: now + life.num_seconds(),
            nbf: None,
            iat: Some(now),
            jti: Some(env.id().to_string()),
            device_id: device.map(str::to_owned),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.kid.clone());
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }

    /// The public key as a JSON Web Key Set.
    pub fn jwks(&self) -> serde_json::Value {
        serde_json::json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": B64.encode(&self.public),
        }] })
    }
}

#[cfg(unix)]
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}

/// Every issuer that is trusted.
#[derive(Default)]
pub struct Keyring {
    issuers: HashMap<String, Issuer>,
    checked: Mutex<HashMap<Vec<u8>, Checked>>,
}

/// A token whose signature was found good, and when.
struct Checked {
    identity: Identity,
    at: DateTime<Utc>,
}

/// A signature is not looked at again within this time: a key that its issuer took away counts that much longer.
const CHECKED_LATELY: TimeDelta = TimeDelta::minutes(1);
/// Tokens that are kept as checked.
const MOST_CHECKED: usize = 10_000;

impl Keyring {
    /// Trusts the embedded issuer.
    pub fn trust_embedded(&mut self, signer: &Signer) {
        let key = DecodingKey::from_ed_der(&signer.public);
        let keys = Keys::Embedded { kid: signer.kid.clone(), key };
        let issuer = Issuer { audience: signer.audience.clone(), algorithms: vec![Algorithm::EdDSA], keys };
        self.issuers.insert(EMBEDDED_ISSUER.to_owned(), issuer);
    }

    /// Trusts an outside issuer.
    pub fn trust(&mut self, config: &IssuerConfig, timeout: Duration) -> anyhow::Result<()> {
        let asymmetric =
            |algorithm: &&Algorithm| !matches!(algorithm, Algorithm::EdDSA | Algorithm::ES256 | Algorithm::RS256);
        if let Some(wrong) = config.algorithms.iter().find(asymmetric) {
            anyhow::bail!("issuer {}: algorithm {wrong:?} is not one of EdDSA, ES256, RS256", config.issuer);
        }
        anyhow::ensure!(!config.algorithms.is_empty(), "issuer {}: no algorithms", config.issuer);
        let issuer = Issuer {
            audience: config.audience.clone(),
            algorithms: config.algorithms.clone(),
            keys: Keys::Remote(Jwks::new(&config.jwks_url, timeout)?),
        };
        self.issuers.insert(config.issuer.clone(), issuer);
        Ok(())
    }

    fn checked(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Checked>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks a token. The reasons are for the log and for tests; a client needs none of them to act.
    pub async fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        if token.len() > LONGEST {
            return Err(Error::unauthenticated("TOKEN_TOO_LONG"));
        }
        // Kept by its digest: what is in memory signs nobody in.
        let digest = super::chain::sha256(&[token.as_bytes()]);
        if let Some(checked) = self.checked().get(&digest)
            && checked.at <= now
            && now < (checked.at + CHECKED_LATELY).min(checked.identity.expires_at)
        {
            return Ok(checked.identity.clone());
        }
        let identity = self.verify(token, now).await?;
        let mut all = self.checked();
        if all.len() >= MOST_CHECKED {
            all.retain(|_, checked| now < checked.at + CHECKED_LATELY);
            if all.len() >= MOST_CHECKED {
                all.clear();
            }
        }
        all.insert(digest, Checked { identity: identity.clone(), at: now });
        Ok(identity)
    }

    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        let header = decode_header(token).map_err(|_| Error::unauthenticated("TOKEN_UNREADABLE"))?;
        // An ID token is not an access token.
        let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        if !matches!(typ.as_str(), "at+jwt" | "application/at+jwt") {
            return Err(Error::unauthenticated("TOKEN_TYPE"));
        }
        let kid = header.kid.as_deref().ok_or_else(|| Error::unauthenticated("TOKEN_KEY_ID"))?;
        let claimed = unverified_issuer(token).ok_or_else(|| Error::unauthenticated("TOKEN_UNREADABLE"))?;
        let issuer = self.issuers.get(&claimed).ok_or_else(|| Error::unauthenticated("TOKEN_ISSUER"))?;
        if !issuer.algorithms.contains(&header.alg) {
            return Err(Error::unauthenticated("TOKEN_ALGORITHM"));
        }
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&claimed]);
        validation.set_audience(&[&issuer.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The times are compared below, with the clock of the server's environment.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = match &issuer.keys {
            Keys::Embedded { kid: own, key } if own == kid => jsonwebtoken::decode::<Claims>(token, key, &validation),
            Keys::Embedded { .. } => return Err(Error::unauthenticated("TOKEN_KEY_ID")),
            Keys::Remote(jwks) => {
                let key = jwks.key(kid, header.alg, now).await?;
                jsonwebtoken::decode::<Claims>(token, &key, &validation)
            }
        };
        let claims = claims.map_err(|e| Error::unauthenticated(reason(&e)))?.claims;
        let time =
            |seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(|| Error::unauthenticated("TOKEN_UNREADABLE"));
        let expires_at = time(claims.exp)?.checked_add_signed(LEEWAY).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if expires_at <= now {
            return Err(Error::unauthenticated("TOKEN_EXPIRED"));
        }
        if let Some(nbf) = claims.nbf
            && time(nbf)? > now + LEEWAY
        {
            return Err(Error::unauthenticated("TOKEN_NOT_YET"));
        }
        Ok(Identity {
            issuer: claims.iss.into(),
            subject: claims.sub.into(),
            jti: claims.jti.map(Into::into),
            device: claims.device_id.map(Into::into),
            issued_at: claims.iat,
            expires_at,
        })
    }
}

/// `iss` of the payload, only to choose whose keys to try.
fn unverified_issuer(token: &str) -> Option<String> {
    let payload = B64.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<serde_json::Value>(&payload).ok()?.get("iss")?.as_str().map(str::to_owned)
}

fn reason(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidAudience => "TOKEN_AUDIENCE",
        ErrorKind::InvalidIssuer => "TOKEN_ISSUER",
        ErrorKind::InvalidAlgorithm => "TOKEN_ALGORITHM",
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_) => "TOKEN_CLAIMS",
        ErrorKind::InvalidSignature => "TOKEN_SIGNATURE",
        _ => "TOKEN_UNREADABLE",
    }
}
