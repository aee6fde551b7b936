//! Lines on standard error.

use std::io::{self, IsTerminal};
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::{Layered, SubscriberExt},
    reload,
    util::SubscriberInitExt,
};

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people; coloured on a terminal.
    Text,
    /// One JSON object a line; `span.request_id` ties it to a request.
    Json,
}

/// The least important lines that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Changes the level of a running server.
#[derive(Debug, Clone)]
pub struct LevelHandle(reload::Handle<Targets, Registry>);

type Filtered = Layered<reload::Layer<Targets, Registry>, Registry>;

/// Sends the process's lines to standard error. Returns `None`, and changes nothing, if they already go somewhere: so
/// every test may call it.
pub fn init(format: Format, level: Level) -> Option<LevelHandle> {
    let (subscriber, handle) = subscriber(format, level, io::stderr().is_terminal(), io::stderr);
    subscriber.try_init().ok().map(|()| handle)
}

impl LevelHandle {
    /// Has no effect if lines no longer go where this handle belongs.
    pub fn set(&self, level: Level) {
        // Fails only when the subscriber is gone, and then there is nothing to change.
        let _ = self.0.reload(targets(level));
    }
}

fn subscriber<W>(format: Format, level: Level, colours: bool, writer: W) -> (impl Subscriber + Send + Sync, LevelHandle)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(targets(level));
    let registry: Filtered = Registry::default().with(filter);
    // Otherwise a failed write is reported to standard error, which panics if that is what failed.
    let lines = fmt::layer().with_writer(writer).with_ansi(colours).log_internal_errors(false);
    let lines: Box<dyn Layer<Filtered> + Send + Sync> = match format {
        Format::Text => lines.boxed(),
        Format::Json => lines.json().with_span_list(false).boxed(),
    };
    (registry.with(lines), LevelHandle(handle))
}

/// The server's own lines from `level` on. Of the libraries below it only warnings, as their debug lines would bury the
/// server's and may show what requests hold; all of them at `trace`.
fn targets(level: Level) -> Targets {
    let own = LevelFilter::from(level);
    let others = if level == Level::Trace { own } else { own.min(LevelFilter::WARN) };
    Targets::new().with_default(others).with_target(env!("CARGO_CRATE_NAME"), own)
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, telemetry::RequestIds};
    use std::sync::{Arc, Mutex, MutexGuard};

    /// Keeps the lines.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.lock())).expect("UTF-8")
        }

        fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
            self.0.lock().expect("nobody panicked")
        }
    }

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.lock().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn with_lines(format: Format, level: Level, run: impl FnOnce(&Lines, LevelHandle)) {
        let lines = Lines::default();
        let writer = lines.clone();
        let (subscriber, handle) = subscriber(format, level, false, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || run(&lines, handle));
    }

    #[test]
    fn json_lines_carry_the_request_id_even_if_only_errors_are_written() {
        with_lines(Format::Json, Level::Error, |lines, _| {
            let id = RequestIds::new(&Random::from_seed(1)).next();
            id.span().in_scope(|| tracing::error!(sequence = 7, "the disk is full"));
            let line: serde_json::Value = serde_json::from_str(&lines.take()).expect("one JSON object");
            assert_eq!(line["span"]["request_id"], id.to_string());
            assert_eq!(line["level"], "ERROR");
            assert_eq!(
                (&line["fields"]["message"], &line["fields"]["sequence"]),
                (&"the disk is full".into(), &7.into())
            );
        });
    }

    #[test]
    fn text_lines_carry_the_request_id() {
        with_lines(Format::Text, Level::Info, |lines, _| {
            let id = RequestIds::new(&Random::from_seed(1)).next();
            id.span().in_scope(|| tracing::info!("answered"));
            let line = lines.take();
            assert!(line.contains(&format!("request_id={id}")) && line.trim_end().ends_with("answered"), "{line}");
        });
    }

    #[test]
    fn libraries_are_quieter_and_the_level_changes_while_running() {
        with_lines(Format::Text, Level::Info, |lines, handle| {
            tracing::debug!("mine");
            tracing::info!(target: "hyper", "theirs");
            assert_eq!(lines.take(), "");
            handle.set(Level::Debug);
            tracing::debug!("mine");
            tracing::info!(target: "hyper", "theirs");
            let written = lines.take();
            assert!(written.contains("mine") && !written.contains("theirs"), "{written}");
        });
    }

    #[test]
    fn the_first_caller_decides_where_lines_go() {
        let first = init(Format::Text, Level::Error);
        assert!(init(Format::Json, Level::Trace).is_none());
        drop(first);
    }
}
