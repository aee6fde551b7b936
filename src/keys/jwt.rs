//! JSON Web Tokens (RFC 7519) in the compact form of a JWS (RFC 7515 section 7.1): signed here, and read from anybody.
//!
//! Reading has two steps that the types keep apart. [`Unverified::parse`] says which key the token claims to be signed
//! with; only [`Unverified::verify`], given that key, hands out the claims.

use super::{
    public::PublicKey,
    signing::{Algorithm, SigningKey},
    within_limit,
};
use crate::{
    error::{Error, Result},
    limits::{MAX_JSON_DEPTH, MAX_TOKEN_BYTES},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

/// A token whose signature nobody has looked at.
#[derive(Debug)]
pub struct Unverified<'a> {
    header: Header,
    /// Header and claims as they were sent, with the dot between them: what the signature is of.
    signed: &'a str,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: Scheme,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, rename = "crit", deserialize_with = "present")]
    has_critical: bool,
}

/// How a token says that it was signed: by the algorithm of its key, or by the other one that goes with an RSA key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Scheme {
    OfKey(Algorithm),
    Pss(Pss),
}

/// RSASSA-PSS with SHA-256 (RFC 7518 section 3.5). Nothing is signed so here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Pss {
    #[serde(rename = "PS256")]
    Ps256,
}

/// What assertions may be signed with beside what keys here sign with: the name that JOSE gives it.
pub const PS256: &str = "PS256";

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

#[derive(Serialize)]
struct IssuedHeader<'a> {
    alg: Algorithm,
    kid: &'a str,
    typ: &'a str,
}

/// A token of type `typ` (`JWT`, or `at+jwt` of RFC 9068) with these claims. Refuses claims for which it would be
/// longer than [`MAX_TOKEN_BYTES`].
pub fn sign(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String> {
    let header = IssuedHeader { alg: key.algorithm(), kid: key.kid(), typ };
    let mut token = String::with_capacity(1024);
    for part in [serde_json::to_vec(&header), serde_json::to_vec(claims)] {
        BASE64_URL_SAFE_NO_PAD.encode_string(part.map_err(Error::internal)?, &mut token);
        token.push('.');
    }
    let signature = key.sign(token.trim_end_matches('.').as_bytes())?;
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    within_limit(token)
}

impl<'a> Unverified<'a> {
    /// Reads a token of at most [`MAX_TOKEN_BYTES`] in exactly three parts of canonical base64url, with an `alg` that
    /// this server knows and no `crit`, as it knows no extension (RFC 7515 section 4.1.11). `None` for anything else:
    /// who sends it learns no more than that it is no token.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        // A fourth part would leave a dot in the claims, which is no base64url.
        let (header, claims) = signed.split_once('.')?;
        let [header, claims, signature] = [header, claims, signature].map(|part| BASE64_URL_SAFE_NO_PAD.decode(part));
        let (header, claims, signature) = (header.ok()?, claims.ok()?, signature.ok()?);
        if !is_shallow(&header) || !is_shallow(&claims) {
            return None;
        }
        // Of members that it does not want, serde_json would not look at the bytes.
        let (header, _) = (std::str::from_utf8(&header).ok()?, std::str::from_utf8(&claims).ok()?);
        let header = serde_json::from_str::<Header>(header).ok()?;
        (!header.has_critical).then_some(Self { header, signed, claims, signature })
    }

    /// The name of the key that the token claims to be signed with.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Whose the token claims to be: the claim `sub`. It can tell whose keys to try, and nothing else.
    pub fn claimed_subject(&self) -> Option<String> {
        serde_json::from_slice::<Subject>(&self.claims).ok().map(|claims| claims.sub)
    }

    /// The algorithm of the keys that sign as the token claims. It selects nothing: see [`Self::verify`].
    pub fn algorithm(&self) -> Algorithm {
        match self.header.alg {
            Scheme::OfKey(algorithm) => algorithm,
            Scheme::Pss(Pss::Ps256) => Algorithm::Rs256,
        }
    }

    /// The type that the token claims, as it was sent.
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// Whether the token's type is `expected`, with any case and with or without `application/` before it (RFC 7515
    /// section 4.1.9). A token without a type has none.
    pub fn has_type(&self, expected: &str) -> bool {
        self.typ().is_some_and(|typ| {
            let subtype = match typ.split_at_checked("application/".len()) {
                Some((prefix, subtype)) if prefix.eq_ignore_ascii_case("application/") => subtype,
                _ => typ,
            };
            subtype.eq_ignore_ascii_case(expected)
        })
    }

    /// The claims as JSON, at most [`MAX_JSON_DEPTH`] deep, if `key` signed them. The key's algorithm must be the
    /// token's, and so must its name, if the token has one.
    ///
    /// Says nothing about times, issuer or audience, which the caller must check.
    pub fn verify(&self, key: &PublicKey) -> Option<&[u8]> {
        (self.header.alg == Scheme::OfKey(key.algorithm())).then(|| self.verify_foreign(key)).flatten()
    }

    /// The same for a token that somebody else made, who may sign with an RSA key as PS256, too.
    pub fn verify_foreign(&self, key: &PublicKey) -> Option<&[u8]> {
        let message = self.signed.as_bytes();
        let is_of_key = self.algorithm() == key.algorithm()
            && self.kid().is_none_or(|kid| kid == key.kid())
            && match self.header.alg {
                Scheme::OfKey(_) => key.verify(message, &self.signature),
                Scheme::Pss(Pss::Ps256) => key.verify_pss(message, &self.signature),
            };
        is_of_key.then_some(&self.claims)
    }
}

/// Makes a member count even if its value is `null`, which an `Option` would take for its absence.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(from).map(|_| true)
}

/// Whether no object or array of a JSON text stands in more than [`MAX_JSON_DEPTH`] others. Looks only at brackets: a
/// text that is no JSON is for the parser to refuse.
fn is_shallow(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0usize, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_JSON_DEPTH {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::sync::LazyLock;

    static KEYS: LazyLock<[SigningKey; 3]> =
        LazyLock::new(|| Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm, "key-1").expect("generated")));

    /// A token with any header, correctly signed.
    fn signed(key: &SigningKey, header: &str, claims: &str) -> String {
        let text = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
        let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).expect("signed"));
        format!("{text}.{signature}")
    }

    fn verifies(token: &str, key: &SigningKey) -> bool {
        Unverified::parse(token).is_some_and(|token| token.verify(key.public()).is_some())
    }

    #[test]
    fn a_signed_token_gives_its_claims_back() {
        for key in &*KEYS {
            let text = sign(key, "at+jwt", &json!({ "sub": "ci" })).expect("signed");
            let token = Unverified::parse(&text).expect("parsed");
            assert_eq!((token.kid(), token.algorithm(), token.typ()), (Some("key-1"), key.algorithm(), Some("at+jwt")));
            assert_eq!(token.verify(key.public()), Some(br#"{"sub":"ci"}"#.as_slice()));
        }
    }

    #[test]
    fn the_header_has_three_members() {
        let token = sign(&KEYS[0], "JWT", &json!({})).expect("signed");
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"key-1","typ":"JWT"}"#);
        assert!(token.starts_with(&format!("{header}.e30.")), "{token}");
    }

    #[test]
    fn the_key_decides_the_algorithm_and_the_name() {
        let [ed, _, rsa] = &*KEYS;
        assert!(verifies(&signed(ed, r#"{"alg":"EdDSA"}"#, "{}"), ed));
        assert!(!verifies(&signed(ed, r#"{"alg":"RS256","kid":"key-1"}"#, "{}"), ed));
        assert!(!verifies(&signed(ed, r#"{"alg":"EdDSA","kid":"key-2"}"#, "{}"), ed));
        assert!(!verifies(&signed(rsa, r#"{"alg":"EdDSA","kid":"key-1"}"#, "{}"), ed));
        assert!(!verifies(&signed(rsa, r#"{"alg":"PS256","kid":"key-1"}"#, "{}"), rsa));
        let another = SigningKey::generate(Algorithm::EdDsa, "key-1").expect("generated");
        assert!(!verifies(&sign(&another, "JWT", &json!({})).expect("signed"), ed));
    }

    #[test]
    fn headers_that_ask_for_something_else_are_refused() {
        let headers = [
            r#"{}"#,
            r#"[]"#,
            r#"null"#,
            r#"{"alg":"EdDSA""#,
            r#"{"alg":"EdDSA"}{}"#,
            r#"{"alg":null}"#,
            r#"{"alg":["EdDSA"]}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"eddsa"}"#,
            r#"{"alg":"EdDSA","alg":"EdDSA"}"#,
            r#"{"alg":"EdDSA","kid":"key-1","kid":"key-1"}"#,
            r#"{"alg":"EdDSA","kid":1}"#,
            r#"{"alg":"EdDSA","crit":["b64"],"b64":false}"#,
            r#"{"alg":"EdDSA","crit":[]}"#,
            r#"{"alg":"EdDSA","crit":null}"#,
        ];
        for header in headers {
            assert!(Unverified::parse(&signed(&KEYS[0], header, "{}")).is_none(), "{header}");
        }
        let embedded_key = r#"{"alg":"EdDSA","kid":"key-1","jwk":{},"jku":"https://example.org","x5c":[]}"#;
        assert!(verifies(&signed(&KEYS[0], embedded_key, "{}"), &KEYS[0]), "hints are ignored, not followed");
    }

    #[test]
    fn a_token_has_three_parts_and_one_text() {
        let token = sign(&KEYS[0], "JWT", &json!({ "sub": "ci" })).expect("signed");
        let (body, signature) = token.rsplit_once('.').expect("parts");
        let wrong = [
            body.to_owned(),
            format!("{body}."),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}.{signature}"),
            format!("{token}="),
            format!("{token} "),
            format!("{token}\n"),
            token.replace('.', ".."),
            token.replacen('.', "", 1),
        ];
        for token in wrong {
            assert!(!verifies(&token, &KEYS[0]), "{token:?}");
        }
        for cut in 0..token.len() {
            assert!(!verifies(&token[..cut], &KEYS[0]) && !verifies(&token[cut + 1..], &KEYS[0]), "cut at {cut}");
        }
    }

    #[test]
    fn both_parts_are_utf8_even_where_nobody_looks() {
        let token = |header: &[u8], claims: &[u8]| {
            let body = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
            let signature = KEYS[0].sign(body.as_bytes()).expect("signed");
            format!("{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
        };
        assert!(verifies(&token(br#"{"alg":"EdDSA","x":"y"}"#, br#"{"x":"y"}"#), &KEYS[0]));
        assert!(!verifies(&token(b"{\"alg\":\"EdDSA\",\"x\":\"\xd0\"}", b"{}"), &KEYS[0]));
        assert!(!verifies(&token(br#"{"alg":"EdDSA"}"#, b"{\"x\":\"\xd0\"}"), &KEYS[0]));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let nested = |depth: usize| format!("{{\"a\":\"]}}\\\"\",\"b\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let header = r#"{"alg":"EdDSA","kid":"key-1"}"#;
        assert!(verifies(&signed(&KEYS[0], header, &nested(MAX_JSON_DEPTH - 1)), &KEYS[0]));
        assert!(!verifies(&signed(&KEYS[0], header, &nested(MAX_JSON_DEPTH)), &KEYS[0]));
        let deep_header = format!(r#"{{"alg":"EdDSA","x":{}}}"#, nested(MAX_JSON_DEPTH));
        assert!(!verifies(&signed(&KEYS[0], &deep_header, "{}"), &KEYS[0]));

        let claims = json!({ "sub": "x".repeat(MAX_TOKEN_BYTES) });
        assert_eq!(sign(&KEYS[0], "JWT", &claims).expect_err("too long").kind, crate::error::Kind::ResourceExhausted);
        assert!(Unverified::parse(&signed(&KEYS[0], header, &claims.to_string())).is_none());
    }

    #[test]
    fn a_type_may_have_a_prefix_and_any_case() {
        let has_type = |typ: &str| {
            let token = signed(&KEYS[0], &json!({ "alg": "EdDSA", "typ": typ }).to_string(), "{}");
            Unverified::parse(&token).expect("parsed").has_type("at+jwt")
        };
        assert!(
            has_type("at+jwt")
                && has_type("AT+JWT")
                && has_type("application/at+jwt")
                && has_type("Application/at+JWT")
        );
        assert!(!has_type("JWT") && !has_type("") && !has_type("application/") && !has_type("text/at+jwt"));
        let untyped = signed(&KEYS[0], r#"{"alg":"EdDSA"}"#, "{}");
        assert!(!Unverified::parse(&untyped).expect("parsed").has_type("at+jwt"));
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_noticed(which in 0usize..3, subject: String, at: prop::sample::Index, to in 0u8..128) {
            let key = &KEYS[which];
            let token = sign(key, "JWT", &json!({ "sub": subject })).expect("signed");
            prop_assert!(verifies(&token, key));
            let mut changed = token.into_bytes();
            let at = at.index(changed.len());
            prop_assume!(changed[at] != to);
            changed[at] = to;
            prop_assert!(!verifies(std::str::from_utf8(&changed).expect("ascii"), key));
        }

        #[test]
        fn nothing_that_is_sent_breaks_the_reader(token in "[A-Za-z0-9_.\\-]{0,200}|.{0,100}") {
            prop_assert!(!verifies(&token, &KEYS[0]));
        }
    }
}
