//! Tokens: every rule of who somebody is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{
    encoding::AsDer,
    signature::{self, KeyPair},
};
use axum::{Router, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use safepact::platform::token::{IssuerConfig, Keyring};
use serde_json::{Value, json};

use crate::support::World;

/// Signs any claims with the embedded key.
fn forge(w: &World, header: impl FnOnce(&mut Header), claims: impl FnOnce(&mut Value)) -> String {
    let key = std::fs::read(w.folder().join("issuer.key")).unwrap();
    let genuine = w.token("dana");
    let mut parts = genuine.split('.').map(|part| B64.decode(part).unwrap_or_default());
    let mut head: Header = serde_json::from_slice(&parts.next().unwrap()).unwrap();
    let mut body: Value = serde_json::from_slice(&parts.next().unwrap()).unwrap();
    header(&mut head);
    claims(&mut body);
    encode(&head, &body, &EncodingKey::from_ed_der(&key)).unwrap()
}

scenario! {
    async fn every_rule_turns_a_token_away(w: World) {
        let now = w.platform.env.now().timestamp();
        let same = |_: &mut Header| {};
        let tokens = [
            ("TOKEN_TYPE", forge(w, |h| h.typ = Some("JWT".into()), |_| {})),
            ("TOKEN_TYPE", forge(w, |h| h.typ = None, |_| {})),
            ("TOKEN_KEY_ID", forge(w, |h| h.kid = None, |_| {})),
            ("TOKEN_KEY_ID", forge(w, |h| h.kid = Some("../../etc/passwd".into()), |_| {})),
            ("TOKEN_ISSUER", forge(w, same, |c| c["iss"] = json!("urn:somebody:else"))),
            ("TOKEN_AUDIENCE", forge(w, same, |c| c["aud"] = json!("another"))),
            ("TOKEN_CLAIMS", forge(w, same, |c| drop(c.as_object_mut().unwrap().remove("aud")))),
            ("TOKEN_CLAIMS", forge(w, same, |c| drop(c.as_object_mut().unwrap().remove("exp")))),
            ("TOKEN_CLAIMS", forge(w, same, |c| drop(c.as_object_mut().unwrap().remove("sub")))),
            ("TOKEN_EXPIRED", forge(w, same, |c| c["exp"] = json!(now - 31))),
            ("TOKEN_NOT_YET", forge(w, same, |c| c["nbf"] = json!(now + 31))),
            ("ACCOUNT_OR_TOKEN_REVOKED", forge(w, same, |c| c["sub"] = json!("nobody"))),
            ("TOKEN_UNREADABLE", "not.a.token".to_owned()),
            ("TOKEN_TOO_LONG", "x".repeat(9000)),
        ];
        for (reason, token) in tokens {
            let answer = w.post(json!({ "query": "{ me { person { name } } }" }), &[("authorization", &format!("Bearer {token}"))]).await;
            assert_eq!(answer.refused("UNAUTHENTICATED").refusal()["reason"], reason);
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
        }
        // The leeway is thirty seconds, on both ends.
        for claims in [("exp", now - 29), ("nbf", now + 29)] {
            let token = forge(w, same, |c| c[claims.0] = json!(claims.1));
            w.post(json!({ "query": "{ me { person { name } } }" }), &[("authorization", &format!("Bearer {token}"))]).await.data();
        }
        for value in ["Basic abc", "Bearer", "bearer  "] {
            let answer = w.post(json!({ "query": "{ __typename }" }), &[("authorization", value)]).await;
            assert_eq!(answer.refused("UNAUTHENTICATED").refusal()["reason"], "BEARER_EXPECTED");
        }
    }
}

scenario! {
    async fn the_algorithm_is_the_servers_choice(w: World) {
        let genuine = w.token("dana");
        let mut parts = genuine.split('.');
        let (head, body) = (parts.next().unwrap(), parts.next().unwrap());
        let mut header: Value = serde_json::from_slice(&B64.decode(head).unwrap()).unwrap();
        let jwks = w.server.signer.as_ref().unwrap().jwks();
        let public = B64.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
        header["alg"] = json!("none");
        let none = format!("{}.{body}.", B64.encode(header.to_string()));
        // The public key taken as a shared secret: the classic confusion.
        let mut confused = Header::new(Algorithm::HS256);
        confused.typ = Some("at+jwt".into());
        confused.kid = header["kid"].as_str().map(str::to_owned);
        let claims: Value = serde_json::from_slice(&B64.decode(body).unwrap()).unwrap();
        let confused = encode(&confused, &claims, &EncodingKey::from_secret(&public)).unwrap();
        let mut flipped = genuine.clone();
        let last = flipped.pop().unwrap();
        flipped.insert(genuine.len() - 10, if last == 'A' { 'B' } else { 'A' });
        for token in [none, confused, flipped] {
            let answer = w.post(json!({ "query": "{ me { person { name } } }" }), &[("authorization", &format!("Bearer {token}"))]).await;
            assert_eq!(answer.refused("UNAUTHENTICATED").status, 401);
        }
    }
}

scenario! {
    async fn signing_out_everywhere_refuses_every_older_token(w: World) {
        let old = format!("Bearer {}", w.token("omar"));
        w.clock.advance(chrono::TimeDelta::seconds(2));
        w.ask("omar", "mutation { signOutEverywhere { id } }", Value::Null).await.data();
        let me = json!({ "query": "{ me { person { name } } }" });
        w.post(me.clone(), &[("authorization", &old)]).await.refused("UNAUTHENTICATED");
        w.clock.advance(chrono::TimeDelta::seconds(1));
        let new = format!("Bearer {}", w.token("omar"));
        w.post(me, &[("authorization", &new)]).await.data();
    }
}

/// An issuer of our own on loopback: a key set that can be swapped, and a count of how often it was fetched.
struct Outside {
    keys: Arc<Mutex<(Value, u32)>>,
    url: String,
}

impl Outside {
    async fn open() -> Self {
        let keys: Arc<Mutex<(Value, u32)>> = Arc::default();
        let served = keys.clone();
        let router = Router::new().route(
            "/jwks.json",
            get(move || async move {
                let mut keys = served.lock().unwrap();
                keys.1 += 1;
                ([("content-type", "application/json")], keys.0.to_string())
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { keys, url }
    }

    fn publish(&self, keys: &[Value]) {
        self.keys.lock().unwrap().0 = json!({ "keys": keys });
    }

    fn fetched(&self) -> u32 {
        self.keys.lock().unwrap().1
    }
}

fn es256(kid: &str) -> (Value, EncodingKey) {
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = signature::EcdsaKeyPair::generate_pkcs8(algorithm, &aws_lc_rs::rand::SystemRandom::new()).unwrap();
    let pair = signature::EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": B64.encode(&point[1..33]), "y": B64.encode(&point[33..]) });
    (jwk, EncodingKey::from_ec_der(pkcs8.as_ref()))
}

fn rs256(kid: &str) -> (Value, EncodingKey) {
    use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
    let pair = RsaPair::generate(KeySize::Rsa2048).unwrap();
    let public = pair.public_key();
    let jwk = json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
        "n": B64.encode(public.modulus().big_endian_without_leading_zero()), "e": B64.encode(public.exponent().big_endian_without_leading_zero()) });
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    let inner = rsa_private_key(der.as_ref());
    (jwk, EncodingKey::from_rsa_der(&inner))
}

/// The RSAPrivateKey inside a PKCS#8 document: what the signer wants. It is the last OCTET STRING.
fn rsa_private_key(pkcs8: &[u8]) -> Vec<u8> {
    let at =
        (0..pkcs8.len() - 4).find(|at| pkcs8[*at] == 0x04 && pkcs8[at + 1] == 0x82 && pkcs8[at + 4] == 0x30).unwrap();
    pkcs8[at + 4..].to_vec()
}

fn token(algorithm: Algorithm, kid: &str, key: &EncodingKey, now: DateTime<Utc>) -> String {
    let mut header = Header::new(algorithm);
    header.typ = Some("at+jwt".into());
    header.kid = Some(kid.into());
    let claims =
        json!({ "iss": "https://id.example.org", "aud": "safepact", "sub": "someone", "exp": now.timestamp() + 600 });
    encode(&header, &claims, key).unwrap()
}

fn ring(url: &str, algorithms: &[Algorithm]) -> Keyring {
    let mut ring = Keyring::default();
    let config = IssuerConfig {
        issuer: "https://id.example.org".into(),
        audience: "safepact".into(),
        jwks_url: url.into(),
        algorithms: algorithms.to_vec(),
    };
    ring.trust(&config, Duration::from_secs(5)).unwrap();
    ring
}

#[tokio::test]
async fn outside_issuers_sign_with_ec_and_rsa_and_rotate() {
    let outside = Outside::open().await;
    let now = Utc::now();
    let keys: HashMap<_, _> = [("a", es256("a")), ("b", es256("b"))].into();
    let (rsa, rsa_key) = rs256("r");
    let ring = ring(&outside.url, &[Algorithm::ES256, Algorithm::RS256]);
    outside.publish(&[keys["a"].0.clone(), rsa.clone()]);
    let check = async |token: String, now: DateTime<Utc>| {
        ring.check(&token, now).await.map(|identity| identity.subject.to_string())
    };
    assert_eq!(check(token(Algorithm::ES256, "a", &keys["a"].1, now), now).await.unwrap(), "someone");
    assert_eq!(check(token(Algorithm::RS256, "r", &rsa_key, now), now).await.unwrap(), "someone");
    assert_eq!(outside.fetched(), 1, "fetched once, kept");

    // A stranger's key ids make us fetch at most once in thirty seconds.
    outside.publish(&[keys["a"].0.clone(), keys["b"].0.clone()]);
    for _ in 0..20 {
        check(token(Algorithm::ES256, "b", &keys["b"].1, now), now).await.unwrap_err();
    }
    assert_eq!(outside.fetched(), 1);
    let later = now + chrono::TimeDelta::seconds(31);
    assert_eq!(check(token(Algorithm::ES256, "b", &keys["b"].1, later), later).await.unwrap(), "someone");
    assert_eq!(outside.fetched(), 2, "rotation is noticed by the unknown key");
    check(token(Algorithm::RS256, "r", &rsa_key, later), later).await.unwrap_err();

    // The issuer is away: known keys count for a day, and not longer.
    outside.publish(&[]);
    let hours = |n| later + chrono::TimeDelta::hours(n);
    assert!(check(token(Algorithm::ES256, "b", &keys["b"].1, hours(0)), hours(0)).await.is_ok());
    let wrong_kind = token(Algorithm::ES256, "b", &keys["a"].1, later);
    check(wrong_kind, later).await.unwrap_err();
}

#[tokio::test]
async fn an_issuer_that_is_away_locks_nobody_out_for_a_day() {
    let outside = Outside::open().await;
    let now = Utc::now();
    let (jwk, key) = es256("a");
    outside.publish(&[jwk]);
    let ring = ring(&outside.url, &[Algorithm::ES256]);
    ring.check(&token(Algorithm::ES256, "a", &key, now), now).await.unwrap();
    *outside.keys.lock().unwrap() = (json!("not a key set"), 1);
    for hours in [1, 12, 23] {
        let then = now + chrono::TimeDelta::hours(hours);
        ring.check(&token(Algorithm::ES256, "a", &key, then), then).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let then = now + chrono::TimeDelta::hours(25);
    ring.check(&token(Algorithm::ES256, "a", &key, then), then).await.unwrap_err();
}

#[tokio::test]
async fn only_configured_algorithms_and_https_are_trusted() {
    let config = |url: &str, algorithms: Vec<Algorithm>| IssuerConfig {
        issuer: "i".into(),
        audience: "a".into(),
        jwks_url: url.into(),
        algorithms,
    };
    let mut ring = Keyring::default();
    let second = Duration::from_secs(1);
    assert!(ring.trust(&config("https://id.example.org/jwks", vec![Algorithm::HS256]), second).is_err());
    assert!(ring.trust(&config("https://id.example.org/jwks", vec![]), second).is_err());
    assert!(ring.trust(&config("http://id.example.org/jwks", vec![Algorithm::EdDSA]), second).is_err());
    assert!(
        ring.trust(
            &config("https://id.example.org/jwks", vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256]),
            second
        )
        .is_ok()
    );
}
