//! The places in the writer's queue, and who holds them.

use crate::{
    id::UserId,
    limits::{MAX_QUEUED_COMMANDS, QUEUE_SHARE},
    model::Editor,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Gives places to commands, so that a slow disk does not eat memory and no account shuts out the others.
///
/// An account may hold as many places as one in [`QUEUE_SHARE`] of those that are free. So an idle queue has room for a
/// burst, and the fuller the queue is, the less anybody gets of what is left: it takes dozens of accounts together to
/// fill it. The server itself takes whatever place there is.
#[derive(Default)]
pub(super) struct Places(Mutex<Holders>);

#[derive(Default)]
struct Holders {
    taken: usize,
    by_account: HashMap<UserId, usize>,
}

/// A place in the queue. Dropping it gives it back.
pub(super) struct Place {
    places: Arc<Places>,
    account: Option<UserId>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// The queue is full.
    Full,
    /// The account holds its share already.
    ShareTaken,
}

impl Places {
    /// A place for a command of `editor`.
    pub fn take(self: &Arc<Self>, editor: &Editor) -> Result<Place, NoPlace> {
        let account = match editor {
            Editor::System => None,
            Editor::User(user) => Some(user.clone()),
        };
        let mut holders = self.lock();
        let free = MAX_QUEUED_COMMANDS.saturating_sub(holders.taken);
        if free == 0 {
            return Err(NoPlace::Full);
        }
        if let Some(account) = &account {
            let held = holders.by_account.get(account).copied().unwrap_or_default();
            if held >= free.div_ceil(QUEUE_SHARE) {
                return Err(NoPlace::ShareTaken);
            }
            holders.by_account.insert(account.clone(), held + 1);
        }
        holders.taken += 1;
        drop(holders);
        Ok(Place { places: self.clone(), account })
    }

    /// Nothing panics while it holds the lock, and if it did, the numbers would still be whole.
    fn lock(&self) -> MutexGuard<'_, Holders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut holders = self.places.lock();
        holders.taken = holders.taken.saturating_sub(1);
        let Some(account) = &self.account else { return };
        match holders.by_account.get_mut(account) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(holders.by_account.remove(account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Editor {
        Editor::User(UserId::parse(name).expect("an id"))
    }

    /// Takes places until there are no more.
    fn take_all(places: &Arc<Places>, editor: &Editor) -> Vec<Place> {
        std::iter::from_fn(|| places.take(editor).ok()).collect()
    }

    #[test]
    fn one_account_gets_its_share_and_leaves_the_rest() {
        let places = Arc::new(Places::default());
        let greedy = take_all(&places, &user("greedy"));
        assert!(greedy.len() > 256 && greedy.len() < MAX_QUEUED_COMMANDS / QUEUE_SHARE, "{}", greedy.len());
        assert_eq!(places.take(&user("greedy")).err(), Some(NoPlace::ShareTaken));
        assert!(take_all(&places, &user("other")).len() > 256);
        drop(greedy);
        assert!(places.take(&user("greedy")).is_ok());
    }

    #[test]
    fn after_many_took_all_they_could_there_is_room_for_a_burst() {
        let places = Arc::new(Places::default());
        let _held: Vec<_> = (0..16).map(|n| take_all(&places, &user(&format!("greedy-{n}")))).collect();
        assert!(take_all(&places, &user("late")).len() > 64);
    }

    #[test]
    fn the_server_takes_what_there_is_and_no_more() {
        let places = Arc::new(Places::default());
        let held = take_all(&places, &Editor::System);
        assert_eq!(held.len(), MAX_QUEUED_COMMANDS);
        assert_eq!(places.take(&Editor::System).err(), Some(NoPlace::Full));
        assert_eq!(places.take(&user("late")).err(), Some(NoPlace::Full));
        drop(held);
        assert_eq!(places.lock().taken, 0);
    }

    #[test]
    fn what_was_given_back_leaves_no_trace() {
        let places = Arc::new(Places::default());
        let (one, two) = (places.take(&user("a")), places.take(&user("a")));
        drop((one, two));
        assert!(places.lock().by_account.is_empty());
    }
}
