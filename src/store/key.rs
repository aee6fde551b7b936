//! Keys of the state table: bytes that sort as the tuples they stand for.
//!
//! A key is a [`Space`] byte and then parts. Text and bytes are escaped (`00` becomes `00 01`) and end in `00 00`, so
//! that no part runs into the next and `a` sorts before `ab`. Numbers are eight bytes, big-endian.

use std::ops::Range;

/// What lies under a key. The numbers are part of the file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Space {
    /// () -> Instance
    Instance = 1,
    /// org -> Org
    Org = 2,
    /// slug of the name -> org
    OrgByName = 3,
    /// user -> Machine
    Machine = 4,
    /// normal user name -> user
    MachineByName = 5,
    /// (org, column, sort key, user) -> user
    MachineIndex = 6,
    /// (user, credential) -> Credential
    Credential = 8,
    /// hash -> (user, credential)
    CredentialByHash = 9,
    /// (owner, user) -> Member
    Member = 10,
    /// (user, owner) -> (owner, user)
    MemberByUser = 11,
    /// (expires, token id) -> nothing
    RevokedToken = 12,
    /// (kind, id) -> nothing
    Tombstone = 13,
    /// kid -> SigningKeyRecord
    SigningKey = 14,
    /// (kind, org, credential) -> (user, credential)
    CredentialByOrg = 15,
    /// assertion -> nothing; beside the log ([`super::notes`])
    UsedAssertion = 16,
    /// (expires, assertion) -> nothing; beside the log
    UsedAssertionByExpiry = 17,
    /// (kind, org or user, key) -> Metadata
    Metadata = 20,
    /// (kind, org or user) -> MetadataSize
    MetadataSize = 21,
    /// (user, sequence) -> owner
    UserEvent = 22,
    /// () -> OidcSettings
    OidcSettings = 30,
    /// project -> Project
    Project = 40,
    /// (org, project) -> project
    ProjectByOrg = 41,
    /// (org, normal name) -> project
    ProjectByName = 42,
    /// (project, key) -> ProjectRole
    ProjectRole = 43,
    /// grant -> UserGrant
    UserGrant = 44,
    /// (user, project, owner) -> grant
    UserGrantByUser = 45,
    /// (project, grant) -> grant
    UserGrantByProject = 46,
    /// (owner, grant) -> grant
    UserGrantByOwner = 47,
    /// (project, role, grant) -> grant
    UserGrantByRole = 48,
    /// project grant -> ProjectGrant
    ProjectGrant = 50,
    /// (project, granted org) -> project grant
    ProjectGrantByProject = 51,
    /// (owner, project grant) -> project grant
    ProjectGrantByOwner = 52,
    /// (granted org, project grant) -> project grant
    ProjectGrantByGranted = 53,
    /// (project, role, project grant) -> project grant
    ProjectGrantByRole = 54,
    /// (project grant, grant) -> grant
    UserGrantByProjectGrant = 55,
    /// (project grant, role, grant) -> grant
    UserGrantByGrantedRole = 56,
    /// (column, sort key, user) -> user
    MachineByColumn = 60,
    /// (column, sort key, org) -> org
    OrgByColumn = 61,
    /// (column, sort key, user, owner) -> (owner, user)
    MemberByColumn = 62,
    /// (kind, org or none, column, sort key, credential) -> (user, credential)
    CredentialByColumn = 63,
    /// what is counted -> how many
    Count = 64,
    /// (user, credential) -> Timestamp: tokens of a credential that is gone, issued until then, are dead
    EndedCredential = 80,
    /// (when it may be forgotten, user, credential) -> nothing
    EndedCredentialByExpiry = 81,
    /// (expires, user, credential) -> (user, credential)
    CredentialByExpiry = 82,
    /// org -> CredentialPolicy
    CredentialPolicy = 86,
    /// (place of the user, user, credential) -> (user, credential): secrets of which only another system's hash is known
    ImportedSecret = 87,
    /// import file -> how many of its lines are done
    Import = 88,
    /// (user, credential) -> LastUse; beside the log
    LastUse = 90,
}

/// A key, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

impl Key {
    pub fn new(space: Space) -> Self {
        let mut bytes = Vec::with_capacity(64);
        bytes.push(space as u8);
        Self(bytes)
    }

    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub fn bytes(self, bytes: &[u8]) -> Self {
        let mut key = self.beginning(bytes);
        key.0.extend([0, 0]);
        key
    }

    /// A part of which only the beginning is known.
    pub fn beginning(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(1);
            }
        }
        self
    }

    /// Instants after 1970 and counts; both sort as they should.
    pub fn number(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// All keys that begin with this one.
    pub fn and_below(self) -> Range<Self> {
        let mut end = self.0.clone();
        // A key begins with its space's byte, which is never 255, so the loop always finds one to raise.
        while let Some(last) = end.pop() {
            if last < u8::MAX {
                end.push(last + 1);
                break;
            }
        }
        self..Self(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_parts(a in any::<(Vec<u8>, String, u64)>(), b in any::<(Vec<u8>, String, u64)>()) {
            let key = |parts: &(Vec<u8>, String, u64)| {
                Key::new(Space::Machine).bytes(&parts.0).text(&parts.1).number(parts.2)
            };
            let parts = |parts: &(Vec<u8>, String, u64)| (parts.0.clone(), parts.1.clone().into_bytes(), parts.2);
            prop_assert_eq!(key(&a).cmp(&key(&b)), parts(&a).cmp(&parts(&b)));
        }

        #[test]
        fn below_a_key_lie_exactly_those_that_begin_with_it(text: String, next: String, number: u64) {
            let below = Key::new(Space::Org).text(&text).and_below();
            prop_assert!(below.contains(&Key::new(Space::Org).text(&text).number(number)));
            prop_assert_eq!(below.contains(&Key::new(Space::Org).text(&next).number(number)), text == next);
        }
    }
}
