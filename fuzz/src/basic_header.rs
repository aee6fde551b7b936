//! Client credentials in the `Authorization: Basic` header.

use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::authn::basic;

pub fn run(input: &[u8]) {
    let Some(read) = basic(input) else { return };
    assert!(!read.user.contains(':'), "the first colon ends the user");
    let pair = format!("{}:{}", read.user, *read.password);
    let again = basic(BASE64_STANDARD.encode(pair).as_bytes()).expect("credentials");
    assert_eq!((again.user, again.password), (read.user, read.password));
}
