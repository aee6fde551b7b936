//! Makes whoever guesses wait.
//!
//! **What holds:** a request is refused unseen only if wrong credentials came from its own network not long ago. So
//! whoever attacks an account keeps nobody else out of it: right credentials from a network where nothing failed are
//! always taken, however much fails elsewhere.
//!
//! Failures are counted for each account in each network (an IPv4 address, or the first half of an IPv6 one), for each
//! network, and for each account. The first two make their network wait, longer each time. The third makes nobody wait,
//! but an account that is attacked from many networks gives each of them no failure for free. An account counts by its
//! id, whatever it was called; a name that is nobody's counts like one that is somebody's. The same wrong credential
//! once more counts nothing: a client that tries it in another way, or again and again, learns nothing by that. What
//! succeeds changes nothing here, and takes no lock unless its network has failed.

mod paces;
mod table;

pub use paces::{Paced, Paces};

use crate::{
    error::{Error, Result},
    id::UserId,
    limits::{
        ACCOUNT_FAILURE_MEMORY, FAILURE_PLACES, FIRST_FAILURE_WAIT, FREE_ACCOUNT_FAILURES, NETWORK_FAILURE_MEMORY,
    },
    model::{fault, machine::normal_user_name},
    random::Random,
    time::Timestamp,
};
use std::{net::IpAddr, time::Duration};
use table::{Rule, Table};

/// What the configuration says.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    /// How many failures for one account are free in one network.
    pub failures: u32,
    /// How many are free in one network for all accounts.
    pub failures_of_network: u32,
    /// The longest wait.
    pub longest: Duration,
}

/// Remembers who failed.
pub struct Guard(Option<Inner>);

struct Inner {
    /// Of this process alone: so nobody outside can find keys that meet in one bucket.
    seed: [u8; 32],
    table: Table,
    pair: Rule,
    network: Rule,
    account: Rule,
}

/// Whose a credential is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed<'a> {
    User(&'a UserId),
    /// A name that is nobody's.
    Nobody(&'a str),
    /// A bearer token that this server did not make: it says of nobody whose it is.
    Token(&'a str),
}

impl Guard {
    /// Counts nothing if there is no throttle.
    pub fn new(throttle: Option<Throttle>, random: &Random) -> Self {
        Self(throttle.map(|throttle| {
            let Throttle { failures, failures_of_network, longest } = throttle;
            let pair = Rule { free: failures, first: FIRST_FAILURE_WAIT, longest, forget: longest };
            Inner {
                seed: random.bytes(),
                table: Table::new(FAILURE_PLACES),
                pair,
                network: Rule { free: failures_of_network, forget: NETWORK_FAILURE_MEMORY, ..pair },
                account: Rule { free: FREE_ACCOUNT_FAILURES, forget: ACCOUNT_FAILURE_MEMORY, ..pair },
            }
        }))
    }

    /// Refuses a client that has to wait, before anything of what it brings is looked at.
    pub fn admit(&self, now: Timestamp, client: Option<IpAddr>, claimed: &[Claimed<'_>]) -> Result<()> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let network = network(client);
        let pairs = claimed.iter().map(|claimed| inner.table.wait(inner.pair_key(claimed, network), now));
        let wait = pairs.fold(inner.table.wait(inner.key("network", &network), now), Duration::max);
        if wait.is_zero() { Ok(()) } else { Err(Error::from(fault::TOO_MANY_FAILURES).with_wait(wait)) }
    }

    /// A client that was admitted brought something wrong.
    pub fn failed(&self, now: Timestamp, client: Option<IpAddr>, claimed: &[Claimed<'_>], credential: &str) {
        let Some(inner) = &self.0 else { return };
        let (network, guess) = (network(client), inner.key("guess", credential.as_bytes()) as u64);
        let mut is_new = false;
        for claimed in claimed {
            let account = inner.account_key(claimed);
            let is_attacked = inner.table.failures(account, now, &inner.account) >= inner.account.free;
            let rule = if is_attacked { Rule { free: 0, ..inner.pair } } else { inner.pair };
            if inner.table.fail(inner.pair_key(claimed, network), now, &rule, Some(guess)) {
                inner.table.fail(account, now, &inner.account, None);
                is_new = true;
            }
        }
        if is_new {
            inner.table.fail(inner.key("network", &network), now, &inner.network, None);
        }
    }
}

impl Inner {
    fn pair_key(&self, claimed: &Claimed<'_>, network: [u8; 9]) -> u128 {
        let account = self.account_key(claimed).to_le_bytes();
        self.key("pair", &[account.as_slice(), &network].concat())
    }

    fn account_key(&self, claimed: &Claimed<'_>) -> u128 {
        match claimed {
            Claimed::User(id) => self.key("user", id.as_str().as_bytes()),
            Claimed::Nobody(name) => self.key("nobody", normal_user_name(name).as_bytes()),
            Claimed::Token(token) => self.key("token", token.as_bytes()),
        }
    }

    fn key(&self, kind: &str, text: &[u8]) -> u128 {
        key(&self.seed, kind, text)
    }
}

/// Where a table has its place for this. Nobody who does not know the seed can aim at another's; zero is no key.
fn key(seed: &[u8; 32], kind: &str, text: &[u8]) -> u128 {
    let mut hasher = blake3::Hasher::new_keyed(seed);
    let hash = hasher.update(kind.as_bytes()).update(&[0]).update(text).finalize();
    let (half, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
    u128::from_le_bytes(*half).max(1)
}

/// What one client has to itself, so that it cannot pass for many: an IPv4 address, or half of an IPv6 one. All whose
/// address nobody knows are one.
fn network(client: Option<IpAddr>) -> [u8; 9] {
    let mut network = [0; 9];
    match client.map(|client| client.to_canonical()) {
        None => {}
        Some(IpAddr::V4(address)) => {
            network[0] = 4;
            network[1..5].copy_from_slice(&address.octets());
        }
        Some(IpAddr::V6(address)) => {
            network[0] = 6;
            network[1..].copy_from_slice(&address.octets()[..8]);
        }
    }
    network
}

#[cfg(test)]
mod tests;
