use crate::{
    id::{OrgId, UserId},
    model::Stamps,
};
use serde::{Deserialize, Serialize};

/// A note that a client keeps with a user or an organisation. The server gives it no meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub key: String,
    pub value: Vec<u8>,
    pub stamps: Stamps,
}

/// What a note is kept with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Org(OrgId),
    User(UserId),
}

/// How much is kept with one subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataSize {
    pub entries: u64,
    /// Of all keys and values.
    pub bytes: u64,
}

impl Metadata {
    /// What it counts for in [`MetadataSize::bytes`].
    pub fn bytes(key: &str, value: &[u8]) -> u64 {
        (key.len() + value.len()) as u64
    }
}

impl MetadataSize {
    /// The size once `before` gave way to `after`; either may be nothing.
    pub fn replacing(self, before: Option<u64>, after: Option<u64>) -> Self {
        let replaced = |sum: u64, old: u64, new: u64| sum.saturating_add(new).saturating_sub(old);
        Self {
            entries: replaced(self.entries, before.is_some().into(), after.is_some().into()),
            bytes: replaced(self.bytes, before.unwrap_or_default(), after.unwrap_or_default()),
        }
    }
}
