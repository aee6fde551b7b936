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

    /// Whether they say how it may be used, and not only which roles count: that holds for the credential alone, and for
    /// nothing that it does to others.
    pub fn narrow_use(&self) -> bool {
        !self.networks.is_empty() || !self.scopes.is_empty()
    }

    /// Whether it may ask for this scope.
    pub fn allow_scope(&self, scope: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|allowed| allowed == scope)
    }

    /// Whether this role of its account counts for it.
    pub fn count_role(&self, role: &str) -> bool {
        self.roles.is_empty() || self.roles.iter().any(|counted| counted == role)
    }

    /// Whether all that these bounds leave, the others leave too.
    pub fn are_within(&self, others: &Self) -> bool {
        let networks = within(&self.networks, &others.networks, |network, other| other.covers(network));
        let scopes = within(&self.scopes, &others.scopes, |scope, other| scope == other);
        let roles = within(&self.roles, &others.roles, |role, other| role == other);
        networks && scopes && roles && (self.read_only || !others.read_only)
    }

    /// Whether a client at `address` may use it. One whose address nobody knows may not, if it matters.
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || address.is_some_and(|address| self.networks.iter().any(|network| network.contains(address)))
    }
}

/// Whether all of `these` are among `others`, where none means any.
fn within<T>(these: &[T], others: &[T], is_among: impl Fn(&T, &T) -> bool) -> bool {
    let fits = |this: &T| others.iter().any(|other| is_among(this, other));
    others.is_empty() || (!these.is_empty() && these.iter().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    fn bounds() -> impl Strategy<Value = Bounds> {
        let networks = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "2001:db8:1::/48"];
        let network = select(networks.to_vec()).prop_map(|text| Network::parse(text).expect("a network"));
        let words = || vec(select(vec!["a".to_owned(), "b".into(), "c".into()]), 0..3);
        (vec(network, 0..3), words(), words(), any::<bool>()).prop_map(|(networks, scopes, roles, read_only)| Bounds {
            networks,
            scopes,
            roles,
            read_only,
        })
    }

    proptest! {
        #[test]
        fn whoever_is_within_may_do_no_more(inner in bounds(), outer in bounds()) {
            prop_assert!(inner.are_within(&inner) && inner.are_within(&Bounds::default()));
            prop_assert!(inner.are_none() || !Bounds::default().are_within(&inner));
            // Some one in ten pairs is; to ask for more of them would be to give up.
            if !inner.are_within(&outer) {
                return Ok(());
            }
            for address in ["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1", "2001:db8:1::1", "2001:db8:2::1", "::1"] {
                let address: Option<IpAddr> = address.parse().ok();
                prop_assert!(!inner.admit(address) || outer.admit(address));
            }
            prop_assert!(!inner.admit(None) || outer.admit(None));
            for word in ["a", "b", "c", "d"] {
                prop_assert!(!inner.allow_scope(word) || outer.allow_scope(word));
                prop_assert!(!inner.count_role(word) || outer.count_role(word));
            }
            prop_assert!(inner.read_only || !outer.read_only);
        }
    }
}
