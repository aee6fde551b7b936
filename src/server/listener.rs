//! The accept loop: a bounded number of connections, and no spinning when the kernel has no more to give.

use super::{connection::Connections, drain::Shutdown};
use crate::{
    exchange::{Handler, Peer},
    limits,
};
use std::{
    future::Future,
    io::{self, ErrorKind},
    pin::pin,
    sync::Arc,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet, time::sleep};

/// Accepts and serves until the shutdown begins, then closes the port and returns the connections that are still open.
///
/// At most `max_connections` are open at once. A client beyond that waits in the kernel's queue for one to end.
pub(super) async fn accept<H: Handler>(
    listener: TcpListener,
    connections: Arc<Connections>,
    max_connections: usize,
    handler: H,
    shutdown: Shutdown,
) -> JoinSet<()> {
    let slots = Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)));
    let mut open = JoinSet::new();
    let mut stop = pin!(shutdown.wait());
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, next(|| listener.accept()).await)
        };
        let (slot, (stream, address)) = tokio::select! {
            () = &mut stop => return open,
            next = next => next,
        };
        while open.try_join_next().is_some() {}
        let peer = Peer::direct(address);
        let (connections, handler, shutdown) = (Arc::clone(&connections), handler.clone(), shutdown.clone());
        open.spawn(async move {
            connections.serve(stream, peer, handler, shutdown).await;
            drop(slot);
        });
    }
}

/// The next connection. Errors are waited out, longer each time: with no file descriptors left, `accept` fails at once
/// and for as long as the client waits.
async fn next<T, F>(mut accept: impl FnMut() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    let mut pause = limits::ACCEPT_PAUSE;
    loop {
        match accept().await {
            Ok(connection) => return connection,
            Err(error) if is_of_one_client(&error) => tracing::debug!(%error, "a client went away unaccepted"),
            Err(error) => {
                tracing::warn!(%error, ?pause, "no connection can be accepted");
                sleep(pause).await;
                pause = (pause * 2).min(limits::MAX_ACCEPT_PAUSE);
            }
        }
    }
}

/// Whether the error took its client out of the queue, so that there is no reason to wait before the next.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::ready,
        time::{Duration, Instant},
    };

    #[tokio::test]
    async fn a_lack_of_descriptors_is_waited_out_and_a_lost_client_is_not() {
        let answers = |kind: fn() -> io::Error| {
            let mut left = 4;
            move || {
                left -= 1;
                ready(if left > 0 { Err(kind()) } else { Ok(()) })
            }
        };
        let start = Instant::now();
        next(answers(|| ErrorKind::ConnectionAborted.into())).await;
        let quick = start.elapsed();
        next(answers(|| io::Error::from_raw_os_error(24))).await;
        assert!(start.elapsed() - quick >= Duration::from_millis(5 + 10 + 20));
    }
}
