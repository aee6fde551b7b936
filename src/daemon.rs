//! The running server: all parts put together, and the tasks beside the requests.

use crate::{
    app::{App, credentials, settings},
    error::{Error, Result},
    front::Front,
    limits::{CLOCK_POLL_INTERVAL, MAX_CLOCK_STEP},
    server::{Bound, Shutdown},
    time::Timestamp,
};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Serves on an open port until `shutdown` begins, and then until requests in flight have ended.
///
/// Fails if changes can no longer be stored: the process should end then and be started anew, as what is on disk is
/// not known until the file was opened again.
pub async fn serve(bound: Bound, app: App, shutdown: Shutdown) -> Result<()> {
    tokio::spawn(make_signing_key(app.clone()));
    let failure = tokio::spawn(stop_if_the_store_fails(app.clone(), shutdown.clone()));
    let clock = tokio::spawn(watch_clock(app.clone()));
    let (stop_uses, stop) = oneshot::channel();
    let uses = tokio::spawn(credentials::last_use::flush_loop(app.clone(), stop));
    let expiries = tokio::spawn(credentials::expiry_warnings::warn_loop(app.clone()));
    bound.serve(Front::new(app.clone(), shutdown.flag()), shutdown).await;
    failure.abort();
    clock.abort();
    expiries.abort();
    drop(stop_uses);
    if let Err(panic) = uses.await {
        tracing::error!(cause = ?panic, "the task that writes down last uses ended early");
    }
    if !app.store.is_writable() {
        return Err(Error::unavailable(
            "a change could not be stored; the line before this says why. Check the disk, then start again",
        ));
    }
    credentials::last_use::write_down(&app).await
}

/// Beside the requests: nobody waits for it but those who want a JWT.
async fn make_signing_key(app: App) {
    if let Err(error) = settings::signing_keys::ensure(&app).await {
        tracing::error!(reason = %error.message, cause = ?error.cause, "no signing key could be made");
    }
}

async fn stop_if_the_store_fails(app: App, shutdown: Shutdown) {
    app.store.failed().await;
    tracing::error!("changes can no longer be stored; stopping");
    shutdown.begin();
}

/// Events are dated by the machine's clock, and time never goes back: an hour in the future costs an hour of standing
/// still. Nobody can say whether a clock that jumps was wrong before or is now, but somebody has to hear of it.
async fn watch_clock(app: App) {
    let mut watch = ClockWatch { seen: (app.clock.present(), Instant::now()), was_late: false };
    loop {
        tokio::time::sleep(CLOCK_POLL_INTERVAL).await;
        let (step, late) = watch.look((app.clock.present(), Instant::now()), app.clock.lag());
        if let Some(step) = step {
            tracing::error!(
                seconds = step.as_secs(),
                "the machine's clock jumped ahead; if it is wrong now, stop the server before more is dated by it"
            );
        }
        if let Some(late) = late {
            tracing::error!(
                seconds = late.as_secs(),
                "the machine's clock was set back; time stands still and nothing expires until it has caught up, or the \
                 server is started again"
            );
        }
    }
}

struct ClockWatch {
    /// What the machine's clock said, and when.
    seen: (Timestamp, Instant),
    was_late: bool,
}

impl ClockWatch {
    /// How far the clock jumped ahead since the last look, and how far it is late; what is new and worth a word.
    fn look(&mut self, seen: (Timestamp, Instant), lag: Duration) -> (Option<Duration>, Option<Duration>) {
        let step = (seen.0 - self.seen.0).saturating_sub(seen.1 - self.seen.1);
        let is_late = lag > MAX_CLOCK_STEP;
        let became_late = is_late && !self.was_late;
        (self.seen, self.was_late) = (seen, is_late);
        (Some(step).filter(|step| *step > MAX_CLOCK_STEP), Some(lag).filter(|_| became_late))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_and_standing_still_are_told_once() {
        let (start, began) = (Timestamp::from_micros(0), Instant::now());
        let mut watch = ClockWatch { seen: (start, began), was_late: false };
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let mut look = |clock: u64, passed: u64, lag: u64| {
            watch.look((start + minutes(clock), began + minutes(passed)), minutes(lag))
        };
        // A long sleep of the task is no jump.
        assert_eq!(look(60, 60, 0), (None, None));
        assert_eq!(look(66, 61, 0), (None, None));
        assert_eq!(look(75, 62, 0), (Some(minutes(8)), None));
        assert_eq!(look(63, 63, 12), (None, Some(minutes(12))));
        assert_eq!(look(64, 64, 11), (None, None));
        assert_eq!(look(80, 80, 0), (None, None));
        assert_eq!(look(74, 81, 6), (None, Some(minutes(6))));
    }
}
