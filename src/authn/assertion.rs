//! Assertions: JWTs that a machine user makes and signs itself, to prove who it is (RFC 7523 section 3).
//!
//! Reading has two steps, as [`Unverified`] has: [`Assertion::parse`] says whose the assertion claims to be and which key
//! to try; only [`Assertion::verify`], given that key, says what it is worth.

use crate::{
    keys::{Algorithm, PublicKey, jwt::Unverified},
    limits::{ASSERTION_SKEW, MAX_ASSERTION_AGE},
    time::Timestamp,
};
use serde::Deserialize;
use std::time::Duration;

/// An assertion that nobody has verified.
#[derive(Debug)]
pub struct Assertion<'a> {
    token: Unverified<'a>,
    subject: String,
    kid: String,
}

/// What a good assertion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// From then on it would be refused.
    pub expires: Timestamp,
    /// Its name, if it has one: then it may be used once.
    pub id: Option<String>,
}

/// Why an assertion is refused, from the least to the most that was right. For the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    Signature,
    Claims,
    /// `iss` is not `sub`.
    Issuer,
    /// It is meant for another server.
    Audience,
    Expired,
    NotYetValid,
    /// `iat` is too long ago.
    Stale,
    /// `exp` is too far from `iat`.
    LivesTooLong,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    iat: NumericDate,
    nbf: Option<NumericDate>,
    jti: Option<String>,
}

/// One or many (RFC 7519 section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Seconds since 1970, perhaps with a fraction (RFC 7519 section 2).
#[derive(Clone, Copy, Deserialize)]
struct NumericDate(f64);

/// The types by which clients call assertions. Above all an access token (`at+jwt`) is none.
const TYPES: [&str; 3] = ["JWT", "client-authentication+jwt", "authorization-grant+jwt"];

impl<'a> Assertion<'a> {
    /// Reads a JWT that names its key and its subject. `None` for anything else.
    pub fn parse(text: &'a str) -> Option<Self> {
        let token = Unverified::parse(text)?;
        let is_one = token.typ().is_none() || TYPES.iter().any(|typ| token.has_type(typ));
        let (kid, subject) = (token.kid()?.to_owned(), token.claimed_subject()?);
        is_one.then_some(Self { token, subject, kid })
    }

    /// Whose the assertion claims to be. It selects whose keys are tried, and nothing else.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The name of the key that the assertion claims to be signed with.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm of the keys that sign as the assertion claims. The key's own decides.
    pub fn algorithm(&self) -> Algorithm {
        self.token.algorithm()
    }

    /// Whether `key` signed it, for one of these audiences, and for this moment.
    pub fn verify(&self, key: &PublicKey, audiences: &[&str], now: Timestamp) -> Result<Verified, Flaw> {
        let claims = self.token.verify_foreign(key).ok_or(Flaw::Signature)?;
        let claims: Claims = serde_json::from_slice(claims).map_err(|_| Flaw::Claims)?;
        if claims.iss != claims.sub || claims.sub != self.subject {
            return Err(Flaw::Issuer);
        }
        if !claims.aud.names(audiences) {
            return Err(Flaw::Audience);
        }
        let expires = claims.exp.instant().ok_or(Flaw::Claims)?;
        let issued = claims.iat.instant().ok_or(Flaw::Claims)?;
        let begins = claims.nbf.map_or(Some(issued), NumericDate::instant).ok_or(Flaw::Claims)?;
        if expires <= now {
            return Err(Flaw::Expired);
        }
        if issued.max(begins) > now + ASSERTION_SKEW {
            return Err(Flaw::NotYetValid);
        }
        if now - issued > MAX_ASSERTION_AGE {
            return Err(Flaw::Stale);
        }
        if expires - issued > MAX_ASSERTION_AGE + ASSERTION_SKEW {
            return Err(Flaw::LivesTooLong);
        }
        Ok(Verified { expires, id: claims.jti })
    }
}

impl Audience {
    /// Whether one of them is meant, with or without a slash at the end: people type base URLs.
    fn names(&self, audiences: &[&str]) -> bool {
        let is_meant = |named: &str| audiences.contains(&named.strip_suffix('/').unwrap_or(named));
        match self {
            Self::One(named) => is_meant(named),
            Self::Many(all) => all.iter().any(|named| is_meant(named)),
        }
    }
}

impl NumericDate {
    /// `None` before 1970, and after the year 9999.
    fn instant(self) -> Option<Timestamp> {
        let since = Duration::try_from_secs_f64(self.0).ok()?;
        let seconds = i64::try_from(since.as_secs()).ok()?;
        Timestamp::from_parts(seconds, i32::try_from(since.subsec_nanos()).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{SigningKey, jwt};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "https://id.example.org";
    const TOKEN: &str = "https://id.example.org/oauth/v2/token";
    const NOW: i64 = 1_795_392_000;

    fn sound() -> Value {
        json!({ "iss": "ci", "sub": "ci", "aud": ISSUER, "iat": NOW, "exp": NOW + 3600 })
    }

    /// What becomes of the sound claims with these in place of theirs; `null` removes one.
    fn judged(change: Value) -> Result<Verified, Flaw> {
        let key = SigningKey::generate(Algorithm::EdDsa, "key-1").expect("generated");
        let mut claims = sound();
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        let text = jwt::sign(&key, "JWT", &claims).expect("signed");
        let Some(assertion) = Assertion::parse(&text) else { return Err(Flaw::Claims) };
        let now = Timestamp::from_parts(NOW, 0).expect("an instant");
        assertion.verify(key.public(), &[ISSUER, TOKEN], now)
    }

    #[test]
    fn a_sound_assertion_is_taken() {
        let expires = Timestamp::from_parts(NOW + 3600, 0).expect("an instant");
        assert_eq!(judged(json!({})), Ok(Verified { expires, id: None }));
        assert_eq!(judged(json!({ "jti": "1" })), Ok(Verified { expires, id: Some("1".into()) }));
        for aud in [json!(TOKEN), json!([ISSUER]), json!(["https://other", TOKEN]), json!("https://id.example.org/")] {
            assert!(judged(json!({ "aud": aud })).is_ok(), "{aud}");
        }
        for times in [
            json!({ "iat": NOW + 30, "nbf": NOW + 30 }),
            json!({ "iat": NOW - 3600, "exp": NOW + 1 }),
            json!({ "iat": NOW, "exp": NOW + 3630 }),
            json!({ "iat": 1_795_391_999.5, "exp": 1_795_392_000.25 }),
            json!({ "nbf": 0 }),
        ] {
            assert!(judged(times.clone()).is_ok(), "{times}");
        }
    }

    #[test]
    fn each_flaw_is_seen() {
        let cases = [
            (json!({ "iss": "other" }), Flaw::Issuer),
            (json!({ "iss": null }), Flaw::Claims),
            (json!({ "sub": null }), Flaw::Claims),
            (json!({ "sub": 7 }), Flaw::Claims),
            (json!({ "aud": null }), Flaw::Claims),
            (json!({ "aud": 7 }), Flaw::Claims),
            (json!({ "aud": [] }), Flaw::Audience),
            (json!({ "aud": "https://other.example.org" }), Flaw::Audience),
            (json!({ "aud": "https://id.example.org//" }), Flaw::Audience),
            (json!({ "aud": "https://id.example.org.evil" }), Flaw::Audience),
            (json!({ "exp": null }), Flaw::Claims),
            (json!({ "exp": "1795395600" }), Flaw::Claims),
            (json!({ "exp": -1 }), Flaw::Claims),
            (json!({ "exp": 1e300 }), Flaw::Claims),
            (json!({ "exp": NOW }), Flaw::Expired),
            (json!({ "exp": NOW + 3631 }), Flaw::LivesTooLong),
            (json!({ "iat": null }), Flaw::Claims),
            (json!({ "iat": NOW + 31 }), Flaw::NotYetValid),
            (json!({ "iat": NOW - 3601, "exp": NOW + 1 }), Flaw::Stale),
            (json!({ "nbf": NOW + 31 }), Flaw::NotYetValid),
            (json!({ "nbf": "soon" }), Flaw::Claims),
            (json!({ "jti": 7 }), Flaw::Claims),
        ];
        for (change, flaw) in cases {
            assert_eq!(judged(change.clone()), Err(flaw), "{change}");
        }
    }

    #[test]
    fn an_assertion_names_its_key_and_is_no_other_kind_of_token() {
        let key = SigningKey::generate(Algorithm::EdDsa, "key-1").expect("generated");
        for (typ, is_one) in
            [("JWT", true), ("jwt", true), ("client-authentication+jwt", true), ("at+jwt", false), ("", false)]
        {
            let text = jwt::sign(&key, typ, &sound()).expect("signed");
            assert_eq!(Assertion::parse(&text).is_some(), is_one, "{typ}");
        }
        let other = SigningKey::generate(Algorithm::EdDsa, "key-2").expect("generated");
        let text = jwt::sign(&other, "JWT", &sound()).expect("signed");
        let assertion = Assertion::parse(&text).expect("parsed");
        assert_eq!((assertion.subject(), assertion.kid()), ("ci", "key-2"));
        let now = Timestamp::from_parts(NOW, 0).expect("an instant");
        assert_eq!(assertion.verify(key.public(), &[ISSUER], now), Err(Flaw::Signature));
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_breaks_the_reader(text in "[A-Za-z0-9_.\\-]{0,200}|.{0,100}") {
            let _ = Assertion::parse(&text);
        }
    }
}
