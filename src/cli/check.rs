//! `countersign check`: is the database whole?

use super::{ConfigOptions, Failure, failure, open::Opened, terminal::say};
use crate::store;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let database = &config.storage.path;
    let opened = Opened::existing(database, cache_bytes(config.storage.cache.bytes()))?;
    // Beside the database, where there is room for another one and nobody else can read it.
    let scratch = database.with_extension("check");
    let _ = std::fs::remove_file(&scratch);
    let report = store::check(&opened.store, &scratch, |events| say(&format!("{events} events replayed ...")));
    let _ = std::fs::remove_file(&scratch);
    let report = report?;
    if report.findings.is_empty() {
        say(&format!(
            "{}: {} events in {} logs give the {} rows that requests read",
            database.display(),
            report.events,
            report.logs,
            report.rows
        ));
        return Ok(());
    }
    Err(failure(format!(
        "{}: the database is damaged; restore a copy, and keep this file for a diagnosis:\n  {}",
        database.display(),
        report.findings.join("\n  ")
    )))
}

/// As the store wants it. More than the machine can address is as good as all of it.
pub fn cache_bytes(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
