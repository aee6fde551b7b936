//! What a credential is narrowed to. Bounds only take away: who holds a narrowed credential can do no more with it, or
//! with what it mints, than its account can do without it.

use crate::model::Network;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// From where a credential may be used, and for what. The default narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The networks that it may be used from; empty for all.
    pub networks: Vec<Network>,
    /// The scopes that it may ask for; empty for all.
    pub scopes: Vec<String>,
    /// The roles of this server that count for it, of those that the account has; empty for all.
    pub roles: Vec<String>,
    /// Whether it only reads.
    pub read_only: bool,
}

impl Bounds {
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a client at `address` may use it. One whose address nobody knows may not, if it matters.
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || address.is_some_and(|address| self.networks.iter().any(|network| network.contains(address)))
    }
}
