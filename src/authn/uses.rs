//! Who used which credential when, in memory, until somebody writes it down: a request must not wait for that.

use crate::{
    id::{CredentialId, UserId},
    limits::{MAX_AGENT_BYTES, MAX_NOTED_USES},
    model::LastUse,
    time::Timestamp,
};
use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The uses that are not written down.
#[derive(Default)]
pub struct Uses {
    /// By the hash of the credential, so that requests seldom wait for each other.
    shards: [Mutex<Noted>; SHARDS],
    /// Those that are being written down.
    leaving: Mutex<Noted>,
    hasher: RandomState,
}

/// One attempt to use a credential.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    pub at: Timestamp,
    pub address: Option<IpAddr>,
    pub agent: &'a str,
    pub accepted: bool,
}

/// What is noted of one credential.
#[derive(Debug, Clone)]
pub struct Note {
    user: UserId,
    /// As if nothing had happened before.
    last: LastUse,
}

type Noted = HashMap<CredentialId, Note>;

const SHARDS: usize = 16;

impl Uses {
    /// Notes an attempt. Allocates only for the first one of a credential after a flush.
    pub fn note(&self, user: &UserId, credential: &CredentialId, attempt: Attempt<'_>) {
        let shard = self.hasher.hash_one(credential) as usize % SHARDS;
        let mut noted = lock(&self.shards[shard]);
        if let Some(note) = noted.get_mut(credential) {
            note.add(attempt);
        } else if noted.len() < MAX_NOTED_USES / SHARDS {
            noted.insert(credential.clone(), Note::new(user.clone(), attempt));
        }
    }

    /// What is known of a credential, given what is written down.
    pub fn complete(&self, credential: &CredentialId, written: Option<LastUse>) -> Option<LastUse> {
        let shard = self.hasher.hash_one(credential) as usize % SHARDS;
        let leaving = lock(&self.leaving).get(credential).cloned();
        let noted = lock(&self.shards[shard]).get(credential).cloned();
        [leaving, noted].into_iter().flatten().fold(written, |before, note| Some(note.after(before)))
    }

    /// Hands over all notes. They count until [`Self::forget`] says that they are written down.
    pub fn hand_over(&self) -> Vec<(UserId, CredentialId, Note)> {
        let mut leaving = lock(&self.leaving);
        for shard in &self.shards {
            for (credential, note) in lock(shard).drain() {
                keep(&mut leaving, credential, note);
            }
        }
        leaving.iter().map(|(credential, note)| (note.user.clone(), credential.clone(), note.clone())).collect()
    }

    /// What was handed over is written down.
    pub fn forget(&self) {
        lock(&self.leaving).clear();
    }
}

impl Note {
    fn new(user: UserId, attempt: Attempt<'_>) -> Self {
        let last = LastUse {
            at: attempt.at,
            address: None,
            agent: String::new(),
            accepted: attempt.accepted,
            failures: 0,
            accepted_at: None,
            accepted_address: None,
            accepted_agent: String::new(),
        };
        let mut note = Self { user, last };
        note.add(attempt);
        note
    }

    fn add(&mut self, attempt: Attempt<'_>) {
        let Attempt { at, address, agent, accepted } = attempt;
        let last = &mut self.last;
        (last.at, last.address, last.accepted) = (at, address, accepted);
        last.agent.clear();
        last.agent.push_str(cut(agent));
        if !accepted {
            last.failures = last.failures.saturating_add(1);
            return;
        }
        (last.failures, last.accepted_at, last.accepted_address) = (0, Some(at), address);
        last.accepted_agent.clone_from(&last.agent);
    }

    /// What is known after this note, given what was known before it.
    pub fn after(self, before: Option<LastUse>) -> LastUse {
        let Some(before) = before.filter(|_| self.last.accepted_at.is_none()) else { return self.last };
        let failures = self.last.failures.saturating_add(before.failures);
        let LastUse { accepted_at, accepted_address, accepted_agent, .. } = before;
        LastUse { failures, accepted_at, accepted_address, accepted_agent, ..self.last }
    }
}

/// Adds a note to those of a flush. One that an earlier flush left there is part of it from then on.
fn keep(leaving: &mut Noted, credential: CredentialId, note: Note) {
    if let Some(left) = leaving.get_mut(&credential) {
        left.last = note.after(Some(left.last.clone()));
    } else if leaving.len() < MAX_NOTED_USES {
        leaving.insert(credential, note);
    }
}

/// As much of a text as is kept, without half a character.
fn cut(agent: &str) -> &str {
    let end = (0..=agent.len().min(MAX_AGENT_BYTES)).rev().find(|&at| agent.is_char_boundary(at));
    &agent[..end.unwrap_or_default()]
}

/// Nothing panics while it holds a lock, and if it did, the notes would still be whole.
fn lock(noted: &Mutex<Noted>) -> MutexGuard<'_, Noted> {
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<K>(text: &str) -> crate::id::Id<K> {
        crate::id::Id::parse(text).expect("an id")
    }

    fn attempt(at: i64, accepted: bool) -> Attempt<'static> {
        Attempt { at: Timestamp::from_micros(at), address: None, agent: "curl/8", accepted }
    }

    #[test]
    fn failures_are_counted_since_the_last_success_wherever_it_is_known() {
        let uses = Uses::default();
        let known = |written: Option<LastUse>| uses.complete(&id("401"), written).map(|last| last.failures);
        let mut written = None;
        for (round, (accepted, failures)) in
            [(false, 1), (false, 2), (true, 0), (false, 1), (false, 2)].into_iter().enumerate()
        {
            uses.note(&id("301"), &id("401"), attempt(round as i64, accepted));
            assert_eq!(known(written.clone()), Some(failures), "noted in round {round}");
            let handed = uses.hand_over();
            assert_eq!(known(written.clone()), Some(failures), "handed over in round {round}");
            let [(_, _, note)] = &handed[..] else { panic!("one note") };
            written = Some(note.clone().after(written));
            uses.forget();
            assert_eq!(known(written.clone()), Some(failures), "written in round {round}");
        }
        assert!(uses.hand_over().is_empty());
        assert_eq!(uses.complete(&id("402"), None), None);
    }

    #[test]
    fn a_flush_that_fails_loses_nothing_to_the_next() {
        let uses = Uses::default();
        let from = |address: &str, at, accepted| Attempt { address: address.parse().ok(), ..attempt(at, accepted) };
        uses.note(&id("301"), &id("401"), from("192.0.2.7", 1, true));
        uses.note(&id("301"), &id("401"), from("198.51.100.1", 2, false));
        uses.hand_over();
        uses.note(&id("301"), &id("401"), Attempt { agent: "nc", ..from("198.51.100.2", 3, false) });
        let known = uses.complete(&id("401"), None);
        let [(_, _, note)] = &uses.hand_over()[..] else { panic!("one note") };
        assert_eq!(known.as_ref(), Some(&note.last));
        assert_eq!(uses.complete(&id("401"), None), known);
        let last = known.expect("noted");
        assert_eq!((last.failures, last.agent.as_str()), (2, "nc"));
        assert_eq!((last.accepted_at, last.accepted_agent.as_str()), (Some(Timestamp::from_micros(1)), "curl/8"));
        assert_eq!((last.accepted_address, last.address), ("192.0.2.7".parse().ok(), "198.51.100.2".parse().ok()));
    }

    #[test]
    fn notes_are_bounded_and_so_is_each() {
        let uses = Uses::default();
        let long = "ä".repeat(MAX_AGENT_BYTES);
        for number in 0..MAX_NOTED_USES + 1000 {
            let attempt = Attempt { agent: &long, ..attempt(1, true) };
            uses.note(&id("301"), &id(&number.to_string()), attempt);
        }
        let handed = uses.hand_over();
        assert!(handed.len() <= MAX_NOTED_USES);
        assert!(handed.iter().all(|(_, _, note)| note.last.agent.len() <= MAX_AGENT_BYTES));
        for number in 0..MAX_NOTED_USES {
            uses.note(&id("302"), &id(&format!("n{number}")), attempt(2, true));
        }
        assert!(uses.hand_over().len() <= MAX_NOTED_USES, "with those that could not be written down");
    }
}
