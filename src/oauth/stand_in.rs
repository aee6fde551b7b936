//! What is read in place of an account that does not exist.
//!
//! To find a record takes some microseconds longer than to find none: over many requests, enough to tell names that
//! exist from others. So whatever is missing is looked for all the same, and a record like it is decoded.

use crate::{
    error::Result,
    id::{CredentialId, OrgId, UserId},
    model::{AccessTokenType, Credential, CredentialKind, Machine, MachineState, Org, OrgState, Stamps},
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
}

/// 2024-01-01T00:00:00Z: before there was this server, so ids of then are nobody's, and as long as all others.
const NEVER_GIVEN: Timestamp = Timestamp::from_micros(1_704_067_200_000_000);

/// An id that no user was given.
pub(super) fn nobody() -> UserId {
    UserId::generate(NEVER_GIVEN, 0)
}

pub(super) fn read_machine(state: &State<'_>) -> Result<()> {
    state.machine(&nobody())?;
    pretend::<Machine>(&records().machine);
    Ok(())
}

pub(super) fn read_credential(state: &State<'_>) -> Result<()> {
    state.credential(&nobody(), &CredentialId::generate(NEVER_GIVEN, 0))?;
    pretend::<Credential>(&records().credential);
    Ok(())
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
            secret: Some(credential.clone()),
            tokens_not_before: NEVER_GIVEN,
            stamps,
        };
        let secret = Credential {
            id: credential,
            user: nobody(),
            org: org.clone(),
            kind: CredentialKind::Secret { hash: SecretHash::Blake3([0; 32]) },
            hint: text(),
            expires: Timestamp::NEVER,
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
        }
    })
}
