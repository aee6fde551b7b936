//! How often each of many may do what is free for all, or fails and tells something by that.

use super::{
    key, network,
    table::{Rule, Table},
};
use crate::{
    error::{Error, Fault, Result},
    id::UserId,
    limits::{
        FIRST_FAILURE_WAIT, FREE_TAKEN_SECRETS, LEAK_REPORTS_PER_NETWORK, MAX_TAKEN_SECRET_WAIT, PACE_PLACES,
        TAKEN_SECRET_MEMORY,
    },
    model::fault,
    random::Random,
    time::Timestamp,
};
use std::{net::IpAddr, time::Duration};

/// Remembers who did how much of what, in memory that never grows.
pub struct Paces {
    seed: [u8; 32],
    table: Table,
}

/// Who does something that has a pace.
#[derive(Debug, Clone, Copy)]
pub enum Paced<'a> {
    /// A network that reports leaked credentials: some at once, and then one a second.
    Reporter(Option<IpAddr>),
    /// A caller whose secret is somebody's already. Each tells that there is one, so the wait grows.
    Importer(&'a UserId),
}

impl Paces {
    pub fn new(random: &Random) -> Self {
        Self { seed: random.bytes(), table: Table::new(PACE_PLACES) }
    }

    /// Refuses whoever has to wait.
    pub fn admit(&self, now: Timestamp, who: Paced<'_>) -> Result<()> {
        let wait = self.table.wait(self.key(who), now);
        if wait.is_zero() { Ok(()) } else { Err(Error::from(who.refusal()).with_wait(wait)) }
    }

    /// Counts one more.
    pub fn count(&self, now: Timestamp, who: Paced<'_>) {
        self.table.fail(self.key(who), now, &who.rule(), None);
    }

    fn key(&self, who: Paced<'_>) -> u128 {
        match who {
            Paced::Reporter(client) => key(&self.seed, "reporter", &network(client)),
            Paced::Importer(user) => key(&self.seed, "importer", user.as_str().as_bytes()),
        }
    }
}

impl Paced<'_> {
    fn rule(self) -> Rule {
        let second = Duration::from_secs(1);
        match self {
            Self::Reporter(_) => {
                Rule { free: LEAK_REPORTS_PER_NETWORK - 1, first: second, longest: second, forget: second }
            }
            Self::Importer(_) => Rule {
                free: FREE_TAKEN_SECRETS,
                first: FIRST_FAILURE_WAIT,
                longest: MAX_TAKEN_SECRET_WAIT,
                forget: TAKEN_SECRET_MEMORY,
            },
        }
    }

    fn refusal(self) -> Fault {
        match self {
            Self::Reporter(_) => fault::TOO_MANY_REPORTS,
            Self::Importer(_) => fault::TOO_MANY_TAKEN_SECRETS,
        }
    }
}
