//! `countersign check`: is the database whole?

use super::{ConfigOptions, Failure, failure, open::Opened, terminal::say};
use crate::{
    keys::file,
    store::{self, CheckReport},
};
use std::path::{Path, PathBuf};

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let database = &config.storage.path;
    let opened = Opened::existing(&config.storage)?;
    // Beside the database, where there is room for another one and nobody else can read it.
    let scratch = scratch_beside(database);
    file::create_private(&scratch, &[]).map_err(failure)?;
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
        "{}: the database is damaged; restore a copy, and keep this file for a diagnosis:\n  {}\n{}",
        database.display(),
        report.findings.join("\n  "),
        count(&report)
    )))
}

fn count(CheckReport { events, found, findings, .. }: &CheckReport) -> String {
    let told = match findings.len() as u64 {
        told if told < *found => format!(", of which the first {told} are shown"),
        _ => String::new(),
    };
    let s = if *found == 1 { "" } else { "s" };
    format!("{found} finding{s} in {events} events{told}")
}

/// A name that nothing else has. The file holds all that the state holds, so it is made for its owner's eyes alone.
fn scratch_beside(database: &Path) -> PathBuf {
    let name = database.file_name().unwrap_or_default().display().to_string();
    database.with_file_name(format!(".{name}.check-{}", std::process::id()))
}
