//! What the keyboard, `kill` and the service manager ask for.

use super::drain::Shutdown;
use crate::error::{Error, Result};
use std::process;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that the process listens for. From [`Signals::install`] on none of them kills it.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

enum Asked {
    Reload,
    Stop(SignalKind),
}

impl Signals {
    /// Takes over SIGTERM, SIGINT and SIGHUP. Must be called on a tokio runtime; fails if the kernel refuses.
    pub fn install() -> Result<Self> {
        let take = |kind| signal(kind).map_err(Error::internal);
        Ok(Self {
            terminate: take(SignalKind::terminate())?,
            interrupt: take(SignalKind::interrupt())?,
            hangup: take(SignalKind::hangup())?,
        })
    }

    /// SIGHUP calls `reload`; SIGTERM or SIGINT begins the shutdown; a second one of these ends the process at once,
    /// with the status that a shell gives to a process killed by that signal. Never returns.
    pub async fn run(mut self, shutdown: Shutdown, reload: impl Fn()) {
        let mut stopping = false;
        loop {
            match self.next().await {
                Asked::Reload => reload(),
                Asked::Stop(kind) if stopping => {
                    tracing::warn!("asked to stop again: requests in flight are cut");
                    process::exit(128 + kind.as_raw_value());
                }
                Asked::Stop(_) => {
                    tracing::info!("asked to stop: requests in flight are answered first");
                    stopping = true;
                    shutdown.begin();
                }
            }
        }
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop(SignalKind::terminate()),
            _ = self.interrupt.recv() => Asked::Stop(SignalKind::interrupt()),
            _ = self.hangup.recv() => Asked::Reload,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        env,
        io::{BufRead, BufReader, Write, stdout},
        process::{Command, Stdio},
    };

    const CHILD: &str = "COUNTERSIGN_TEST_SIGNALS";

    /// Signals go to a whole process, so the test runs itself again as the one that gets them.
    #[test]
    fn the_first_stop_is_gentle_and_the_second_is_not() {
        if env::var_os(CHILD).is_some() {
            return child();
        }
        let test = "server::signals::tests::the_first_stop_is_gentle_and_the_second_is_not";
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, "1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut hear = |expected: &str| assert!(lines.any(|line| line.ends_with(expected)), "no {expected}");
        let send = |name: &str| {
            let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
            assert!(sent.unwrap().success());
        };
        hear("installed");
        send("HUP");
        hear("reloaded");
        send("INT");
        hear("stopping");
        send("TERM");
        assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
    }

    fn child() {
        let say = |text: &str| {
            let mut out = stdout().lock();
            writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (signals, shutdown) = (Signals::install().unwrap(), Shutdown::new());
            say("installed");
            let stop = shutdown.wait();
            tokio::spawn(async move {
                stop.await;
                say("stopping");
            });
            signals.run(shutdown, || say("reloaded")).await;
        });
    }
}
