//! What the service manager wants to hear (sd_notify(3)).
//!
//! Without systemd all of this does nothing.

use sd_notify::NotifyState;

/// The server answers. Also ends what [`reloading`] began.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The configuration is being read again; call [`ready`] when that is done, whatever came of it.
pub fn reloading() {
    // A unit of `Type=notify-reload` is killed if the time does not come in the same message.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the service manager was not told of the reload: there is no clock"),
    }
}

/// Nothing new is accepted, requests in flight are being answered.
pub fn stopping() {
    notify(&[NotifyState::Stopping, NotifyState::Status("answering the last requests")]);
}

/// Pings the watchdog at half the interval that the unit's `WatchdogSec=` sets, for as long as the process is `alive`.
/// When it is not, the pings stop and systemd restarts it. Returns at once if there is no watchdog.
pub async fn watchdog(alive: impl Fn() -> bool) {
    let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) else { return };
    let mut ticks = tokio::time::interval(limit / 2);
    loop {
        ticks.tick().await;
        if alive() {
            notify(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("the watchdog is not told that all is well, for it is not");
        }
    }
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not reached");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, os::unix::net::UnixDatagram, process::Command, time::Duration};

    /// The variable can only be set for another process, so the test runs itself again.
    #[test]
    fn the_manager_hears_each_state() {
        if env::var_os("NOTIFY_SOCKET").is_some() {
            ready("ok");
            reloading();
            return stopping();
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let test = "server::systemd::tests::the_manager_hears_each_state";
        let mut child = Command::new(env::current_exe().unwrap());
        assert!(child.args(["--exact", test]).env("NOTIFY_SOCKET", path).output().unwrap().status.success());

        let hear = || {
            let mut buffer = [0; 256];
            let length = socket.recv(&mut buffer).unwrap();
            String::from_utf8_lossy(&buffer[..length]).into_owned()
        };
        assert_eq!(hear(), "READY=1\nSTATUS=ok\n");
        let reload = hear();
        let time = reload.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        assert!(time.trim_end().parse::<u64>().unwrap() > 0);
        assert!(hear().starts_with("STOPPING=1\n"));
    }
}
