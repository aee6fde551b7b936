//! Assertions of machine users, with a right signature: what their header and claims may say.
//!
//! Input: a header and, after the first NUL, claims.

use crate::jwt::{KEY, token_of};
use countersign::{
    authn::Assertion,
    limits::{ASSERTION_SKEW, MAX_ASSERTION_AGE},
    time::Timestamp,
};
use serde_json::Value;

const ISSUER: &str = "https://id.example.org";
const NOW: Timestamp = Timestamp::from_micros(1_795_392_000_000_000);

pub fn run(input: &[u8]) {
    let (token, _, claims) = token_of(input);
    let Some(read) = Assertion::parse(&token) else { return };
    let Ok(verified) = read.verify(KEY.public(), &[ISSUER], NOW) else { return };
    let claims: Value = serde_json::from_slice(claims).expect("the claims are JSON");
    assert!(claims["sub"] == *read.subject() && claims["iss"] == *read.subject());
    assert!(claims["aud"].to_string().contains(ISSUER));
    assert_eq!(claims.get("jti").and_then(Value::as_str), verified.id.as_deref());
    let longest = NOW + ASSERTION_SKEW + ASSERTION_SKEW + MAX_ASSERTION_AGE;
    assert!(NOW < verified.expires && verified.expires <= longest, "a life of its own choice");
}
