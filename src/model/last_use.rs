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
    /// When it was last accepted, where the client was, and what it said of itself: a stranger that is refused later
    /// wipes nothing of it.
    pub accepted_at: Option<Timestamp>,
    pub accepted_address: Option<IpAddr>,
    pub accepted_agent: String,
}

/// The first version.
#[derive(Deserialize)]
pub struct LastUseV1 {
    at: Timestamp,
    address: Option<IpAddr>,
    agent: String,
    accepted: bool,
    failures: u32,
    accepted_at: Option<Timestamp>,
}

impl From<LastUseV1> for LastUse {
    fn from(old: LastUseV1) -> Self {
        let LastUseV1 { at, address, agent, accepted, failures, accepted_at } = old;
        let (accepted_address, accepted_agent) = if accepted { (address, agent.clone()) } else { Default::default() };
        Self { at, address, agent, accepted, failures, accepted_at, accepted_address, accepted_agent }
    }
}
