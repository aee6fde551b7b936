//! Opaque access tokens: nothing but what the server sealed opens.
//!
//! Input: an even first byte and a token, or an odd one and edits of a real token, each a position and a byte.

use countersign::{
    keys::{Sealer, TokenId},
    secret::SecretKey,
};
use std::sync::LazyLock;

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new(SecretKey::new([1; 32])));
static SEALED: LazyLock<String> =
    LazyLock::new(|| SEALER.seal(TokenId::from_bytes([2; 16]), b"claims of some length").expect("sealed"));

pub fn run(input: &[u8]) {
    let Some((&mode, rest)) = input.split_first() else { return };
    let mut token = rest.to_vec();
    if mode % 2 == 1 {
        token = SEALED.clone().into_bytes();
        for edit in rest.chunks_exact(2) {
            let at = usize::from(edit[0]) % token.len();
            token[at] = edit[1];
        }
    }
    let Ok(token) = std::str::from_utf8(&token) else { return };
    match SEALER.open(token) {
        // The seeds hold tokens of this key; others cannot be found.
        Some((id, claims)) => {
            assert_eq!(SEALER.seal(id, &claims).expect("sealed"), token, "a token has one text");
            assert!(mode % 2 == 0 || token == *SEALED, "an edited token opens");
        }
        None => assert!(token != *SEALED, "a real token does not open"),
    }
}
