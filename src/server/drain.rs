//! Stopping without cutting anyone off: nothing new begins, what is in flight ends, and nobody waits for ever.

use std::{future::Future, sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::timeout};

/// A flag that is raised once, when the process is to stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Shutdown {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Raises the flag. Doing it again changes nothing.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// The flag itself, for those that answer requests and need not know who raises it.
    pub fn flag(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Ends when the flag goes up, at once if it is.
    pub fn wait(&self) -> impl Future<Output = ()> + Send + 'static {
        // The clone keeps the sender alive, so that waiting ends for no other reason.
        let shutdown = self.clone();
        async move {
            let _ = shutdown.0.subscribe().wait_for(|begun| *begun).await;
        }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits at most `limit` for the connections, which know of the shutdown, to end. Cuts those that remain and says how
/// many they were.
pub(super) async fn drain(mut connections: JoinSet<()>, limit: Duration) -> usize {
    let end = async { while connections.join_next().await.is_some() {} };
    if timeout(limit, end).await.is_ok() {
        return 0;
    }
    while connections.try_join_next().is_some() {}
    let cut = connections.len();
    connections.abort_all();
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test]
    async fn the_flag_reaches_those_who_wait_and_those_who_come_later() {
        let shutdown = Shutdown::new();
        let early = tokio::spawn(shutdown.wait());
        assert!(!*shutdown.0.borrow());
        shutdown.begin();
        early.await.unwrap();
        shutdown.wait().await;
        assert!(*shutdown.0.borrow());
    }

    #[tokio::test]
    async fn only_what_does_not_end_is_cut() {
        let mut connections = JoinSet::new();
        connections.spawn(async {});
        connections.spawn(pending());
        assert_eq!(drain(connections, Duration::from_millis(30)).await, 1);
    }
}
