//! What is read in place of an account that does not exist.
//!
//! To find a record takes some microseconds longer than to find none: over many requests, enough to tell names that
//! exist from others. So whatever is missing is looked for all the same, and a record like it is decoded.

use crate::{
    authn::Assertion,
    error::Result,
    id::{CredentialId, OrgId, UserId},
    keys::{Algorithm, PublicKey, SigningKey},
    model::{
        AccessTokenType, Bounds, Credential, CredentialKind, Editor, LiveSecret, Machine, MachineState, Org, OrgState,
        Stamps,
    },
    secret::SecretHash,
    store::{Record, State, decode, encode},
    time::Timestamp,
};
use std::{hint::black_box, sync::OnceLock};

/// Records that stand in no table.
struct Records {
    machine: Vec<u8>,
    org: Vec<u8>,
    credential: Vec<u8>,
    /// A public key of each algorithm.
    keys: Vec<(Algorithm, Vec<u8>)>,
}

/// 2024-01-01T00:00:00Z: before there was this server, so ids of then are nobody's, and as long as all others.
const NEVER_GIVEN: Timestamp = Timestamp::from_micros(1_704_067_200_000_000);

/// An id that no user was given.
pub(super) fn nobody() -> UserId {
    UserId::generate(NEVER_GIVEN, 0)
}

/// An id that no credential was given.
pub(super) fn no_credential() -> CredentialId {
    CredentialId::generate(NEVER_GIVEN, 0)
}

pub(super) fn read_machine(state: &State<'_>) -> Result<()> {
    state.machine(&nobody())?;
    pretend::<Machine>(&records().machine);
    Ok(())
}

pub(super) fn read_credential(state: &State<'_>) -> Result<()> {
    state.credential(&nobody(), &no_credential())?;
    pretend::<Credential>(&records().credential);
    Ok(())
}

/// Verifies the assertion with a key that is nobody's.
pub(super) fn verify(assertion: &Assertion<'_>) {
    let found = records().keys.iter().find(|(algorithm, _)| *algorithm == assertion.algorithm());
    if let Some((_, der)) = found
        && let Ok(key) = PublicKey::from_der(assertion.kid(), black_box(der))
    {
        let _ = black_box(assertion.verify(&key, &[], NEVER_GIVEN));
    }
}

/// Reads what [`crate::authn::alive`] does.
pub(super) fn read_account(state: &State<'_>) -> Result<()> {
    read_machine(state)?;
    state.org(&OrgId::generate(NEVER_GIVEN, 0))?;
    pretend::<Org>(&records().org);
    read_credential(state)
}

/// Decodes, and makes the compiler believe that somebody wants to know.
fn pretend<R: Record>(bytes: &[u8]) {
    let _ = black_box(decode::<R>(black_box(bytes)));
}

fn records() -> &'static Records {
    static RECORDS: OnceLock<Records> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let stamps = Stamps { created: NEVER_GIVEN, changed: NEVER_GIVEN, sequence: 0 };
        let org = OrgId::generate(NEVER_GIVEN, 0);
        let credential = CredentialId::generate(NEVER_GIVEN, 0);
        let text = || "stand-in".to_owned();
        let machine = Machine {
            id: nobody(),
            org: org.clone(),
            user_name: text(),
            name: text(),
            description: text(),
            access_token_type: AccessTokenType::Bearer,
            state: MachineState::Active,
            secrets: vec![LiveSecret { id: credential.clone(), expires: Timestamp::NEVER }],
            tokens_not_before: NEVER_GIVEN,
            stamps,
        };
        let secret = Credential {
            id: credential,
            user: nobody(),
            org: org.clone(),
            kind: CredentialKind::Secret { hash: SecretHash::Blake3([0; 32]) },
            hint: text(),
            label: text(),
            creator: Editor::User(nobody()),
            expires: Timestamp::NEVER,
            suspended: false,
            tokens_not_before: NEVER_GIVEN,
            bounds: Bounds::default(),
            warned: None,
            stamps,
        };
        let org = Org {
            id: org,
            name: text(),
            primary_domain: text(),
            state: OrgState::Active,
            tokens_not_before: NEVER_GIVEN,
            stamps,
        };
        // Records as small as these are always written.
        Records {
            machine: encode(&machine).unwrap_or_default(),
            org: encode(&org).unwrap_or_default(),
            credential: encode(&secret).unwrap_or_default(),
            keys: Algorithm::ALL
                .into_iter()
                .filter_map(|algorithm| Some((algorithm, public_key(algorithm)?)))
                .collect(),
        }
    })
}

/// An RSA key is not worth waiting for: nobody has the private half of this one, and to verify takes as long.
fn public_key(algorithm: Algorithm) -> Option<Vec<u8>> {
    if algorithm != Algorithm::Rs256 {
        return SigningKey::generate(algorithm, "stand-in").and_then(|key| key.public().to_spki()).ok();
    }
    let mut modulus = [0; 256];
    blake3::Hasher::new().finalize_xof().fill(&mut modulus);
    modulus[0] |= 0x80;
    modulus[255] |= 1;
    // An RSAPublicKey (RFC 8017 appendix A.1.1) with the exponent 65537.
    Some([b"\x30\x82\x01\x0a\x02\x82\x01\x01\x00".as_slice(), &modulus, b"\x02\x03\x01\x00\x01"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_key_for_every_algorithm() {
        for algorithm in Algorithm::ALL {
            let key = PublicKey::from_der("kid", &public_key(algorithm).expect("DER")).expect("a key");
            assert_eq!(key.algorithm(), algorithm);
        }
        assert_eq!(records().keys.len(), Algorithm::ALL.len());
    }
}
