//! A fleet that moves here: a file of organisations, machine users and secrets, applied whole or not at all.
//!
//! ```text
//! read the file -> check every line -> apply batch by batch, each one change with the number of lines that are done
//! ```
//!
//! Nothing is applied while anything is wrong. What is applied is noted in the same change, under the file's own hash: so
//! whoever is killed in the middle goes on at the very line, and whoever comes once more learns that it is done.

mod line;
mod plan;

pub use plan::Totals;

use crate::{
    app::App,
    error::{Error, Result},
    limits::{MAX_IMPORT_BATCH, MAX_IMPORT_LINE_BYTES, MAX_IMPORT_LINES, MAX_SHOWN_IMPORT_ERRORS},
    model::{Draft, InstanceFact},
    secret::SecretHash,
    store::{Decision, Warrant},
};
use line::Line;
use plan::Planner;
use std::io::{self, BufRead, Read, Seek};
use zeroize::Zeroizing;

/// A file that was checked and may be applied.
#[derive(Debug)]
pub struct Checked {
    /// Names the file, and tells nothing to whoever has not got the server's key.
    file: [u8; 32],
    pub lines: u64,
    /// How many were applied before.
    pub done: u64,
    pub totals: Totals,
}

/// A line's number, and what is wrong with it.
type Wrong = (u64, String);

/// Why a file was not taken.
#[derive(Debug)]
pub enum Refused {
    /// What is wrong with it, by line; how many more lines are wrong; and how many were applied, now or before.
    Lines { wrong: Vec<Wrong>, more: u64, done: u64 },
    /// The file could not be read, or the database failed.
    Failed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Looks at every line, and at the database as it is. Changes nothing.
///
/// For a stopped server's command line: no caller is asked for, as having the files is the permission.
pub fn check(app: &App, file: &mut (impl BufRead + Seek), mut on_line: impl FnMut(u64)) -> Result<Checked, Refused> {
    let (name, lines) = name(app, file)?;
    let done = app.store.snapshot()?.state().imported_lines(&name)?.min(lines);
    let mut planner = Planner::new(app, done > 0);
    let (mut totals, mut wrong, mut more) = (Totals::default(), Vec::new(), 0);
    let mut reader = Lines::new(file)?;
    while let Some(line) = reader.next()? {
        let line = line.and_then(Line::parse);
        // One for each line, as a snapshot answers only so much.
        let snapshot = app.store.snapshot()?;
        let state = snapshot.state();
        let state = (reader.number > done).then_some(&state);
        let planned = line.map(|line| planner.plan(state, line, &mut totals));
        match planned {
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.cause.is_some() => return Err(error.into()),
            Ok(Err(error)) if wrong.len() < MAX_SHOWN_IMPORT_ERRORS => {
                wrong.push((reader.number, error.message.into_owned()));
            }
            Err(reason) if wrong.len() < MAX_SHOWN_IMPORT_ERRORS => wrong.push((reader.number, reason)),
            Ok(Err(_)) | Err(_) => more += 1,
        }
        on_line(reader.number);
    }
    match wrong.is_empty() {
        true => Ok(Checked { file: name, lines, done, totals }),
        false => Err(Refused::Lines { wrong, more, done }),
    }
}

/// Applies what was checked, from the first line on that is not done. `on_batch` hears how many lines are.
pub fn apply(
    app: &App,
    file: &mut (impl BufRead + Seek),
    checked: &Checked,
    mut on_batch: impl FnMut(u64),
) -> Result<(), Refused> {
    let mut planner = Planner::new(app, true);
    let mut reader = Lines::new(file)?;
    while reader.number < checked.done && reader.next()?.is_some() {}
    let mut done = checked.done;
    while done < checked.lines {
        let mut batch = Vec::new();
        while batch.len() < MAX_IMPORT_BATCH
            && let Some(line) = reader.next()?
        {
            let line = line.and_then(Line::parse).map_err(|reason| changed(reader.number, reason, done))?;
            batch.push((reader.number, line));
        }
        if batch.is_empty() {
            return Err(changed(reader.number, "the file ends here now".into(), done));
        }
        let applied = apply_batch(app, planner, batch, checked.file, reader.number)?;
        planner = applied.map_err(|(number, reason)| changed(number, reason, done))?;
        done = reader.number;
        on_batch(done);
    }
    Ok(())
}

fn apply_batch(
    app: &App,
    mut planner: Planner,
    batch: Vec<(u64, Line)>,
    file: [u8; 32],
    done: u64,
) -> Result<Result<Planner, Wrong>> {
    // Which line is wrong is known only inside; a refusal from there is the database's, not the file's.
    let changed = app.store.change_blocking(Warrant::system(), move |state, _| {
        let mut events = Vec::new();
        for (number, line) in batch {
            match planner.plan(Some(state), line, &mut Totals::default()) {
                Ok(mut planned) => events.append(&mut planned),
                Err(error) if error.cause.is_some() => return Err(error),
                Err(error) => return Ok(Decision::nothing(Err((number, error.message.into_owned())))),
            }
        }
        let instance = state.instance()?.id;
        events.push(Draft::instance(&instance, InstanceFact::LinesImported { file, done }));
        Ok(Decision::new(events, Ok(planner)))
    })?;
    Ok(changed.answer)
}

/// A line that was right when it was checked.
fn changed(number: u64, reason: String, done: u64) -> Refused {
    let reason = format!("{reason} (it was right before; was the file changed meanwhile?)");
    Refused::Lines { wrong: vec![(number, reason)], more: 0, done }
}

/// A line of a file of which nothing can have been applied, because it never passed.
fn hopeless(number: u64, reason: String) -> Refused {
    Refused::Lines { wrong: vec![(number, reason)], more: 0, done: 0 }
}

/// What a file is called, and how many lines it has.
fn name(app: &App, file: &mut (impl BufRead + Seek)) -> Result<([u8; 32], u64), Refused> {
    let mut hasher = blake3::Hasher::new();
    let mut reader = Lines::new(file)?;
    while let Some(line) = reader.next()? {
        match line {
            Ok(line) => hasher.update(&(line.len() as u64).to_le_bytes()).update(line),
            Err(reason) => return Err(hopeless(reader.number, reason)),
        };
        if reader.number > MAX_IMPORT_LINES {
            let reason = format!("a file can have {MAX_IMPORT_LINES} lines at most; split it before this one");
            return Err(hopeless(reader.number, reason));
        }
    }
    match app.keys.load().client_secrets().hash(&hasher.finalize().to_hex()) {
        SecretHash::Blake3(name) => Ok((name, reader.number)),
        SecretHash::Imported(_) => Err(Error::internal("a hash that was not made here").into()),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file, from its beginning.
struct Lines<'a, R> {
    reader: &'a mut R,
    line: Zeroizing<Vec<u8>>,
    /// Of the last one that was read; the first is 1.
    number: u64,
}

impl<'a, R: BufRead + Seek> Lines<'a, R> {
    fn new(reader: &'a mut R) -> Result<Self> {
        reader.rewind().map_err(unreadable)?;
        // As large as any line, so that none leaves copies behind.
        let line = Zeroizing::new(Vec::with_capacity(MAX_IMPORT_LINE_BYTES + 1));
        Ok(Self { reader, line, number: 0 })
    }

    /// The next line, or why it is none. A mark of the byte order at the beginning and a blank line at the end are not
    /// looked at: many programs write them.
    fn next(&mut self) -> Result<Option<Result<&[u8], String>>> {
        self.line.clear();
        let mut limited = Read::take(&mut *self.reader, MAX_IMPORT_LINE_BYTES as u64 + 1);
        if limited.read_until(b'\n', &mut self.line).map_err(unreadable)? == 0 {
            return Ok(None);
        }
        if self.number == 0 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        if self.line.trim_ascii().is_empty() && self.reader.fill_buf().map_err(unreadable)?.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if self.line.len() > MAX_IMPORT_LINE_BYTES {
            return Ok(Some(Err(format!("a line can have {MAX_IMPORT_LINE_BYTES} bytes at most"))));
        }
        Ok(Some(Ok(self.line.trim_ascii_end())))
    }
}

fn unreadable(error: io::Error) -> Error {
    Error::invalid(format!("the file cannot be read: {error}"))
}
