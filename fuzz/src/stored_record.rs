//! Records of the database, of which a broken disk or a foreign file may hold anything.
//!
//! Input: one byte for the kind of record, then the record with its version byte.

use countersign::{
    id::{CredentialId, OrgId, UserId},
    model::{AccessToken, Credential, Event, Instance, Machine, Member, OidcSettings, Org, SigningKeyRecord},
    store::{Record, decode, encode},
};

const KINDS: [fn(&[u8]); 13] = [
    read::<AccessToken>,
    read::<Credential>,
    read::<Event>,
    read::<Instance>,
    read::<Machine>,
    read::<Member>,
    read::<Org>,
    read::<OrgId>,
    read::<SigningKeyRecord>,
    read::<UserId>,
    read::<(UserId, CredentialId)>,
    read::<u64>,
    // At the end, because the seeds count from the beginning.
    read::<OidcSettings>,
];

pub fn run(input: &[u8]) {
    let Some((&kind, record)) = input.split_first() else { return };
    KINDS[usize::from(kind) % KINDS.len()](record);
}

fn read<R: Record>(bytes: &[u8]) {
    let Ok(record) = decode::<R>(bytes) else { return };
    let written = encode(&record).expect("what was read can be written");
    let again = decode::<R>(&written).expect("what was written can be read");
    assert_eq!(encode(&again).expect("as before"), written, "{}", R::NAME);
}
