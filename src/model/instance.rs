use crate::{id::OrgId, model::Stamps, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The whole server. It owns a log as organisations do; its id is the `resourceOwner` of what belongs to no
/// organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    pub id: OrgId,
    /// The audience that a token must name to be accepted by this server's own API: the wire's `iamProjectId`.
    pub project: String,
    pub default_org: OrgId,
    pub stamps: Stamps,
}

/// The public side of a signing key's life. The key itself lies sealed in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyRecord {
    pub kid: String,
    /// The JWS name, such as `RS256` (RFC 7518 section 3.1).
    pub algorithm: String,
    /// Set when a newer key took over: until then tokens of this key may live, so it stays published.
    pub published_until: Option<Timestamp>,
    pub stamps: Stamps,
}
