//! `countersign check`: is the log whole, and does it give the state that requests read?

use crate::{
    error::{Error, Result},
    store::{
        Store,
        apply::apply,
        log,
        notes::is_note,
        tables::{LOG, POSITIONS, STATE},
    },
};
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, WriteTransaction};
use std::{collections::HashMap, path::Path};

/// What a check found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    pub events: u64,
    pub logs: u64,
    pub rows: u64,
    /// In words; empty if all is well. At most `MAX_FINDINGS`.
    pub findings: Vec<String>,
    /// How many there are, with those that are not told.
    pub found: u64,
}

/// More findings than this say nothing new.
const MAX_FINDINGS: usize = 20;
/// How many events are replayed in one transaction, so that memory stays bounded.
const EVENTS_PER_COMMIT: u64 = 10_000;

/// Replays the whole log into `scratch`, a file that is empty or not there, and compares what comes out with the state, byte
/// for byte, but for what is kept beside the log. Also checks that sequences and positions have no gap and that each event
/// names the hash of the one before. `progress` hears of every 10,000 events.
///
/// An event that cannot be read or applied is a finding. The later ones are read all the same, but what they would give
/// without it says nothing about the state, so that is not compared.
pub fn check(store: &Store, scratch: &Path, progress: impl Fn(u64)) -> Result<CheckReport> {
    let transaction = store.database().begin_read().map_err(Error::internal)?;
    let replayed = Database::create(scratch).map_err(Error::internal)?;
    let mut report = CheckReport::default();
    match replay(&transaction, &replayed, &mut report, progress)? {
        Replayed::Wholly => compare(&transaction, &replayed, &mut report)?,
        Replayed::InPart => report.find("so what requests read was not compared with the log".into()),
    }
    Ok(report)
}

/// Whether every event was applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replayed {
    Wholly,
    InPart,
}

fn replay(
    from: &ReadTransaction,
    into: &Database,
    report: &mut CheckReport,
    progress: impl Fn(u64),
) -> Result<Replayed> {
    let mut outcome = Replayed::Wholly;
    let events = from.open_table(LOG).map_err(Error::internal)?;
    let positions = from.open_table(POSITIONS).map_err(Error::internal)?;
    let mut heads: HashMap<String, (u64, [u8; 32])> = HashMap::new();
    let mut transaction = begin(into)?;
    for row in positions.iter().map_err(Error::internal)? {
        let (position, place) = row.map_err(Error::internal)?;
        let (owner, sequence) = place.value();
        let Some(bytes) = events.get((owner, sequence)).map_err(Error::internal)? else {
            report.find(format!("position {} names event {sequence} of {owner}, which is not there", position.value()));
            continue;
        };
        report.events += 1;
        if position.value() != report.events {
            report.find(format!("position {} stands where {} should", position.value(), report.events));
        }
        let head = heads.entry(owner.to_owned()).or_default();
        let before = std::mem::replace(head, (sequence, log::hash(bytes.value())));
        let event = match log::read(bytes.value()) {
            Ok(event) => event,
            Err(error) => {
                report.find(format!("event {sequence} of {owner} cannot be read: {}", error.reason()));
                outcome = Replayed::InPart;
                continue;
            }
        };
        if (event.sequence, event.previous) != (before.0 + 1, before.1) || event.sequence != sequence {
            report.find(format!("event {sequence} of {owner} does not follow event {} of its log", before.0));
        }
        if outcome == Replayed::Wholly
            && let Err(error) = apply(&mut transaction.open_table(STATE).map_err(Error::internal)?, &event)
        {
            report.find(format!("event {sequence} of {owner} cannot be applied: {}", error.reason()));
            outcome = Replayed::InPart;
        }
        if report.events.is_multiple_of(EVENTS_PER_COMMIT) {
            transaction.commit().map_err(Error::internal)?;
            transaction = begin(into)?;
            progress(report.events);
        }
    }
    transaction.open_table(STATE).map_err(Error::internal)?;
    transaction.commit().map_err(Error::internal)?;
    report.logs = heads.len() as u64;
    if events.len().map_err(Error::internal)? != report.events {
        report.find("the log holds events that have no position".into());
    }
    Ok(outcome)
}

fn compare(kept: &ReadTransaction, replayed: &Database, report: &mut CheckReport) -> Result<()> {
    let kept = kept.open_table(STATE).map_err(Error::internal)?;
    let replayed = replayed.begin_read().map_err(Error::internal)?.open_table(STATE).map_err(Error::internal)?;
    for row in kept.iter().map_err(Error::internal)? {
        let (key, value) = row.map_err(Error::internal)?;
        if is_note(key.value()) {
            continue;
        }
        report.rows += 1;
        match replayed.get(key.value()).map_err(Error::internal)? {
            Some(other) if other.value() == value.value() => {}
            Some(_) => report.find(format!("the state row {} differs from what the log gives", readable(key.value()))),
            None => report.find(format!("the state row {} comes from no event", readable(key.value()))),
        }
    }
    for row in replayed.iter().map_err(Error::internal)? {
        let (key, _) = row.map_err(Error::internal)?;
        if kept.get(key.value()).map_err(Error::internal)?.is_none() {
            report.find(format!("the state row {} is missing", readable(key.value())));
        }
    }
    Ok(())
}

impl CheckReport {
    fn find(&mut self, finding: String) {
        self.found += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// The scratch file is thrown away, so nothing in it needs to survive a crash.
fn begin(database: &Database) -> Result<WriteTransaction> {
    let mut transaction = database.begin_write().map_err(Error::internal)?;
    transaction.set_durability(redb::Durability::None).map_err(Error::internal)?;
    Ok(transaction)
}

/// A key for people: its space's number, and its text with what cannot be printed escaped.
fn readable(key: &[u8]) -> String {
    key.split_first().map_or_else(String::new, |(space, rest)| format!("{space}/{}", rest.escape_ascii()))
}
