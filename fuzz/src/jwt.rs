//! JSON Web Tokens, as bearers and in assertions.
//!
//! Input: one byte modulo 3, then a token as text; or edits of a real token, each a position and a byte; or a header
//! and, after the first NUL, claims, which get a right signature.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::keys::{
    Algorithm, SigningKey,
    jwt::{self, Unverified},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

pub static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Algorithm::EdDsa, "key-1").expect("a key"));
static TOKEN: LazyLock<String> =
    LazyLock::new(|| jwt::sign(&KEY, "JWT", &json!({ "sub": "ci", "aud": ["a"], "exp": 1 })).expect("signed"));

pub fn run(input: &[u8]) {
    let Some((&mode, rest)) = input.split_first() else { return };
    match mode % 3 {
        0 => {
            let Ok(token) = std::str::from_utf8(rest) else { return };
            assert!(!verifies(token), "a signature was guessed");
        }
        1 => {
            let mut token = TOKEN.clone().into_bytes();
            for edit in rest.chunks_exact(2) {
                let at = usize::from(edit[0]) % token.len();
                token[at] = edit[1];
            }
            let Ok(token) = std::str::from_utf8(&token) else { return };
            assert_eq!(verifies(token), token == *TOKEN);
        }
        _ => signed(rest),
    }
}

fn verifies(token: &str) -> bool {
    Unverified::parse(token).is_some_and(|token| {
        let _ = (token.kid(), token.typ(), token.algorithm(), token.has_type("at+jwt"));
        token.verify(KEY.public()).is_some()
    })
}

/// Whoever has a key may still write what is no token.
fn signed(parts: &[u8]) {
    let (token, header, claims) = token_of(parts);
    let Some(read) = Unverified::parse(&token) else { return };
    let Some(verified) = read.verify(KEY.public()) else { return };
    assert_eq!(verified, claims);
    let header: Value = serde_json::from_slice(header).expect("the header is JSON");
    assert_eq!(header["alg"], "EdDSA");
    assert!(header.get("crit").is_none());
    assert!(header.get("kid").is_none_or(|kid| kid.is_null() || kid == "key-1"));
}

/// A header and, after the first NUL, claims, as a token with a right signature; and both of them.
pub fn token_of(parts: &[u8]) -> (String, &[u8], &[u8]) {
    let cut = parts.iter().position(|&byte| byte == 0).unwrap_or(parts.len());
    let (header, claims) = (&parts[..cut], parts.get(cut + 1..).unwrap_or_default());
    let body = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = KEY.sign(body.as_bytes()).expect("signed");
    (format!("{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)), header, claims)
}
