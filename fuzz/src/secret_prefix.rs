//! The shape and the checksum of secrets and personal access tokens.

use countersign::secret::{Prefix, SecretText};

pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (secret, token) = (Prefix::ClientSecret.fits(text), Prefix::PersonalAccessToken.fits(text));
    assert!(!(secret && token));
    assert!(text.ends_with(&SecretText::new(text.into()).hint()));
    if secret || token {
        assert!(text.is_ascii());
        for at in 0..text.len() {
            let mut typo = input.to_vec();
            typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
            let typo = std::str::from_utf8(&typo).expect("ASCII");
            assert!(!Prefix::ClientSecret.fits(typo) && !Prefix::PersonalAccessToken.fits(typo), "{typo}");
        }
    }
}
