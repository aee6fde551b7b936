//! Records as bytes, and back. The only code that calls bincode.
//!
//! Bincode does not describe what it writes, so every record begins with a version byte. A version's struct is frozen
//! once released: a new field is a new version, with a `From` the old one and an arm in [`Record::read`]. Golden files
//! under `tests/golden/` prove that yesterday's bytes still read.

use crate::{
    error::{Error, Result},
    id::{OrgId, ProjectGrantId, ProjectId, UserGrantId, UserId},
    limits::MAX_RECORD_BYTES,
    model::{
        AccessToken, Credential, CredentialPolicy, Event, Instance, LastUse, LastUseV1, Machine, Member, Metadata,
        MetadataSize, OidcSettings, Org, Project, ProjectGrant, ProjectRole, SigningKeyRecord, UserGrant,
    },
    time::Timestamp,
};
use bincode::Options;
use serde::{Serialize, de::DeserializeOwned};

/// Something that is stored, and its versions.
pub trait Record: Serialize + DeserializeOwned {
    /// For error texts.
    const NAME: &'static str;
    /// The version that is written.
    const VERSION: u8 = 1;

    /// Reads the body of a record of `version`; `None` if there never was such a version.
    fn read(version: u8, body: &[u8]) -> Option<bincode::Result<Self>> {
        (version == Self::VERSION).then(|| options().deserialize(body))
    }
}

/// Not stored here: the body of an opaque token, which outlives a release as records do.
impl Record for AccessToken {
    const NAME: &'static str = "access token";
}

impl Record for Credential {
    const NAME: &'static str = "credential";
}

impl Record for CredentialPolicy {
    const NAME: &'static str = "credential policy";
}

impl Record for Event {
    const NAME: &'static str = "event";
}

impl Record for Instance {
    const NAME: &'static str = "instance";
}

impl Record for LastUse {
    const NAME: &'static str = "last use";
    const VERSION: u8 = 2;

    fn read(version: u8, body: &[u8]) -> Option<bincode::Result<Self>> {
        match version {
            1 => Some(options().deserialize::<LastUseV1>(body).map(Self::from)),
            Self::VERSION => Some(options().deserialize(body)),
            _ => None,
        }
    }
}

impl Record for Machine {
    const NAME: &'static str = "machine";
}

impl Record for Member {
    const NAME: &'static str = "member";
}

impl Record for Metadata {
    const NAME: &'static str = "metadata";
}

impl Record for MetadataSize {
    const NAME: &'static str = "metadata size";
}

impl Record for OidcSettings {
    const NAME: &'static str = "oidc settings";
}

impl Record for (OrgId, UserId) {
    const NAME: &'static str = "member id";
}

impl Record for Org {
    const NAME: &'static str = "org";
}

impl Record for OrgId {
    const NAME: &'static str = "org id";
}

impl Record for Project {
    const NAME: &'static str = "project";
}

impl Record for ProjectGrant {
    const NAME: &'static str = "project grant";
}

impl Record for ProjectGrantId {
    const NAME: &'static str = "project grant id";
}

impl Record for ProjectId {
    const NAME: &'static str = "project id";
}

impl Record for ProjectRole {
    const NAME: &'static str = "project role";
}

impl Record for SigningKeyRecord {
    const NAME: &'static str = "signing key";
}

impl Record for UserGrant {
    const NAME: &'static str = "user grant";
}

impl Record for UserGrantId {
    const NAME: &'static str = "user grant id";
}

impl Record for UserId {
    const NAME: &'static str = "user id";
}

impl Record for (UserId, crate::id::CredentialId) {
    const NAME: &'static str = "credential id";
}

/// Until when something counts, or from when on.
impl Record for Timestamp {
    const NAME: &'static str = "instant";
}

/// How many there are of something.
impl Record for u64 {
    const NAME: &'static str = "count";
}

/// The record's bytes, version first. Fails only for one beyond [`MAX_RECORD_BYTES`].
pub fn encode<R: Record>(record: &R) -> Result<Vec<u8>> {
    let mut bytes = vec![R::VERSION];
    options().serialize_into(&mut bytes, record).map_err(|e| Error::internal(format!("writing a {}: {e}", R::NAME)))?;
    Ok(bytes)
}

/// Reads what [`encode`] wrote, now or in an earlier release. Anything else is an error, never a panic.
pub fn decode<R: Record>(bytes: &[u8]) -> Result<R> {
    let (&version, body) =
        bytes.split_first().ok_or_else(|| Error::internal(format!("an empty {} record", R::NAME)))?;
    R::read(version, body)
        .ok_or_else(|| Error::internal(format!("a {} record of unknown version {version}", R::NAME)))?
        .map_err(|e| Error::internal(format!("reading a {}: {e}", R::NAME)))
}

fn options() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding().with_limit(MAX_RECORD_BYTES).reject_trailing_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hostile_bytes_are_errors(bytes: Vec<u8>) {
            let _ = decode::<Event>(&bytes);
            let _ = decode::<Machine>(&bytes);
            let _ = decode::<Credential>(&bytes);
        }
    }

    #[test]
    fn another_version_and_trailing_bytes_are_refused() {
        let mut bytes = encode(&7u64).expect("encodes");
        assert_eq!(decode::<u64>(&bytes).expect("decodes"), 7);
        bytes.push(0);
        assert!(decode::<u64>(&bytes).is_err());
        bytes.pop();
        bytes[0] = 200;
        assert!(decode::<u64>(&bytes).is_err());
        assert!(decode::<u64>(&[]).is_err());
    }
}
