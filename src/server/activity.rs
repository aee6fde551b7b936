//! What a connection is doing, and until when it may go on like that.

use super::Timeouts;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// Shared by a connection's stream, which sees bytes, and its requests.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    requests: usize,
    /// When something last happened that brings a request forward.
    progress: Instant,
    /// When the headers that are being read began.
    headers_since: Option<Instant>,
    /// Over HTTP/2 bytes prove nothing: pings keep coming while every request stands still.
    http2: bool,
}

/// When a connection has had its time, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub at: Instant,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// No request is there, nor the beginning of one.
    Idle,
    /// A request's headers do not come to an end.
    SlowHeaders,
    /// A request or its response stands still.
    Stalled,
}

impl Activity {
    /// For a connection whose handshake just ended. Unless it is known to be HTTP/2, whose clients connect ahead of
    /// need, the first request is due at once.
    pub fn new(http2: bool) -> Self {
        let now = Instant::now();
        let headers_since = (!http2).then_some(now);
        Self(Arc::new(Mutex::new(State { requests: 0, progress: now, headers_since, http2 })))
    }

    /// A request's headers are complete. It is in flight until the returned value is dropped.
    pub fn request(&self, http2: bool) -> Request {
        let mut state = self.state();
        state.requests += 1;
        state.progress = Instant::now();
        state.headers_since = None;
        state.http2 = http2;
        Request(self.clone())
    }

    /// Something happened.
    pub fn touch(&self) {
        self.state().progress = Instant::now();
    }

    pub fn due(&self, timeouts: &Timeouts) -> Due {
        let state = self.state();
        match state.headers_since {
            _ if state.requests > 0 => Due { at: state.progress + timeouts.stall, reason: Reason::Stalled },
            Some(since) => Due { at: since + timeouts.headers, reason: Reason::SlowHeaders },
            None => Due { at: state.progress + timeouts.idle, reason: Reason::Idle },
        }
    }

    fn read(&self) {
        let mut state = self.state();
        if !state.http2 {
            let now = Instant::now();
            state.progress = now;
            if state.requests == 0 {
                state.headers_since.get_or_insert(now);
            }
        }
    }

    fn wrote(&self) {
        let mut state = self.state();
        if !state.http2 {
            state.progress = Instant::now();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics with the lock held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Request(Activity);

impl Request {
    /// A part of the response went out.
    pub fn touch(&self) {
        self.0.touch();
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests = state.requests.saturating_sub(1);
        state.progress = Instant::now();
    }
}

/// A stream that tells [`Activity`] of its bytes.
pub(super) struct Watched<S> {
    pub stream: S,
    pub activity: Activity,
}

impl<S> Watched<S> {
    fn note_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(1..)) = written {
            self.activity.wrote();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_of_a_connection_has_its_limit() {
        let reason = |activity: &Activity| activity.due(&Timeouts::default()).reason;

        let http1 = Activity::new(false);
        assert_eq!(reason(&http1), Reason::SlowHeaders);
        let request = http1.request(false);
        http1.read();
        assert_eq!(reason(&http1), Reason::Stalled);
        drop(request);
        assert_eq!(reason(&http1), Reason::Idle);
        http1.read();
        assert_eq!(reason(&http1), Reason::SlowHeaders);

        let http2 = Activity::new(true);
        assert_eq!(reason(&http2), Reason::Idle);
        let (one, two) = (http2.request(true), http2.request(true));
        drop(one);
        assert_eq!(reason(&http2), Reason::Stalled);
        drop(two);
        http2.read();
        assert_eq!(reason(&http2), Reason::Idle);
    }

    #[test]
    fn bytes_count_as_progress_over_http1_only() {
        for (http2, moves) in [(false, true), (true, false)] {
            let activity = Activity::new(http2);
            let _request = activity.request(http2);
            let before = activity.due(&Timeouts::default()).at;
            activity.wrote();
            activity.read();
            assert_eq!(activity.due(&Timeouts::default()).at > before, moves);
        }
    }
}
