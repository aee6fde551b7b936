use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// When somebody last tried a credential, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    pub at: Timestamp,
    /// Where the client was, if anybody knows.
    pub address: Option<IpAddr>,
    /// What the client said of itself, cut to [`crate::limits::MAX_AGENT_BYTES`].
    pub agent: String,
    pub accepted: bool,
    /// How often it was refused since it was last accepted.
    pub failures: u32,
}
