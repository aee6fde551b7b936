//! The one thread that writes.
//!
//! It takes what is queued, lets each command decide on the state that the ones before it left, commits once with
//! fsync, and only then answers them all. A hundred callers share one fsync; a lone one waits for just its own; nobody
//! hears "done" of what a power cut can still take.

use crate::{
    error::{Error, Result},
    id::OrgId,
    limits::MAX_BATCH,
    model::{Draft, Editor, Event, Stamps},
    store::{
        apply::apply,
        log::{LocalLog, Log},
        notes::{self, Note},
        places::Place,
        state::State,
        tables::{Bytes, LOG, POSITIONS, STATE, VAULT},
    },
    time::{Clock, Timestamp},
};
use redb::{Database, Table, WriteTransaction};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};

/// What a command decided: events to happen, what to keep beside them, and what to answer once all is on disk.
#[derive(Debug)]
pub struct Decision<T> {
    pub answer: T,
    pub events: Vec<Draft>,
    /// Sealed keys to keep under these names; an empty value removes one.
    pub vault: Vec<(String, Vec<u8>)>,
    /// What to keep beside the log.
    pub notes: Vec<Note>,
}

/// What a command did, now that it is on disk.
#[derive(Debug)]
pub struct Changed<T> {
    pub answer: T,
    /// One for each event, in their order.
    pub receipts: Vec<Receipt>,
}

/// An event that is on disk.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub owner: OrgId,
    pub sequence: u64,
    pub at: Timestamp,
}

impl Receipt {
    /// Of the last change of an object: for an answer to a request that changed nothing.
    pub fn of(owner: &OrgId, stamps: &Stamps) -> Self {
        Self { owner: owner.clone(), sequence: stamps.sequence, at: stamps.changed }
    }
}

/// One commit, for the metrics.
#[derive(Debug, Clone, Copy)]
pub struct CommitStats {
    /// How many commands it carried.
    pub commands: usize,
    pub took: Duration,
}

impl<T> Decision<T> {
    /// Nothing happens; `answer` is the answer.
    pub fn nothing(answer: T) -> Self {
        Self::new(Vec::new(), answer)
    }

    pub fn new(events: Vec<Draft>, answer: T) -> Self {
        Self { answer, events, vault: Vec::new(), notes: Vec::new() }
    }
}

impl<T> Changed<T> {
    /// The last event, if anything happened.
    pub fn last(&self) -> Option<&Receipt> {
        self.receipts.last()
    }
}

/// A command in the queue, whatever its answer.
pub(super) trait Command: Send {
    /// Decides, keeps the answer for later, and hands over what shall happen. An error was kept too.
    fn decide(&mut self, state: &State<'_>, now: Timestamp) -> Option<Effects>;
    fn editor(&self) -> &Editor;
    fn recorded(&mut self, event: &Event);
    /// Tells the caller. `false`: the commit failed, and whether it is on disk is not known.
    fn answer(self: Box<Self>, committed: bool);
}

/// What of a [`Decision`] concerns the writer.
pub(super) struct Effects {
    events: Vec<Draft>,
    vault: Vec<(String, Vec<u8>)>,
    notes: Vec<Note>,
}

pub(super) struct Pending<T, F> {
    pub editor: Editor,
    pub decide: Option<F>,
    pub outcome: Result<T>,
    pub receipts: Vec<Receipt>,
    pub reply: oneshot::Sender<Result<Changed<T>>>,
    pub place: Place,
}

impl<T, F> Command for Pending<T, F>
where
    T: Send,
    F: FnOnce(&State<'_>, Timestamp) -> Result<Decision<T>> + Send,
{
    fn decide(&mut self, state: &State<'_>, now: Timestamp) -> Option<Effects> {
        let decide = self.decide.take()?;
        // `decide` only reads, so a panic in it leaves nothing half done; the writer must outlive it.
        let decided = catch_unwind(AssertUnwindSafe(|| decide(state, now)))
            .unwrap_or_else(|_| Err(Error::internal("a command panicked while it decided")));
        match decided {
            Ok(Decision { answer, events, vault, notes }) => {
                self.outcome = Ok(answer);
                Some(Effects { events, vault, notes })
            }
            Err(refusal) => {
                self.outcome = Err(refusal);
                None
            }
        }
    }

    fn editor(&self) -> &Editor {
        &self.editor
    }

    fn recorded(&mut self, event: &Event) {
        self.receipts.push(Receipt { owner: event.owner.clone(), sequence: event.sequence, at: event.at });
    }

    fn answer(self: Box<Self>, committed: bool) {
        let Self { outcome, receipts, reply, place, .. } = *self;
        // First, so that whoever hears the answer can use the place again.
        drop(place);
        let result = match committed {
            true => outcome.map(|answer| Changed { answer, receipts }),
            false => Err(Error::unavailable("Whether the change was stored is not known; look before you try again")),
        };
        // Nobody listens any more if the caller hung up; the change stands all the same.
        let _ = reply.send(result);
    }
}

/// Serves the queue until it closes or a commit fails.
pub(super) struct Writer {
    pub database: Arc<Database>,
    pub clock: Arc<Clock>,
    pub queue: Receiver<Box<dyn Command>>,
    pub failed: watch::Sender<bool>,
    pub on_commit: Box<dyn Fn(CommitStats) + Send>,
}

impl Writer {
    pub fn run(self) {
        while let Ok(first) = self.queue.recv() {
            let mut batch = vec![first];
            batch.extend(self.queue.try_iter().take(MAX_BATCH - 1));
            let started = Instant::now();
            let outcome = self.write(&mut batch);
            if matches!(outcome, Ok(true)) {
                (self.on_commit)(CommitStats { commands: batch.len(), took: started.elapsed() });
            }
            let committed = outcome.is_ok();
            if let Err(error) = outcome {
                tracing::error!(cause = ?error.cause, "storing a change failed; no more are accepted until a restart");
                self.failed.send_replace(true);
            }
            batch.into_iter().for_each(|command| command.answer(committed));
            if !committed {
                return;
            }
        }
    }

    /// Runs the batch in one transaction. `Ok(false)`: there was nothing to write.
    fn write(&self, batch: &mut [Box<dyn Command>]) -> Result<bool> {
        let mut transaction = self.database.begin_write().map_err(Error::internal)?;
        // Also makes commits two-phase: a crash never leaves a file that must be walked before it opens.
        transaction.set_quick_repair(true);
        let mut tables = Tables::open(&transaction)?;
        let mut wrote = false;
        for command in batch {
            wrote |= tables.run(command.as_mut(), self.clock.now())?;
        }
        drop(tables);
        if !wrote {
            transaction.abort().map_err(Error::internal)?;
            return Ok(false);
        }
        transaction.commit().map_err(Error::internal)?;
        Ok(true)
    }
}

struct Tables<'txn> {
    log: LocalLog<'txn>,
    state: Table<'txn, Bytes, Bytes>,
    vault: Table<'txn, &'static str, Bytes>,
}

impl<'txn> Tables<'txn> {
    fn open(transaction: &'txn WriteTransaction) -> Result<Self> {
        Ok(Self {
            log: LocalLog {
                events: transaction.open_table(LOG).map_err(Error::internal)?,
                positions: transaction.open_table(POSITIONS).map_err(Error::internal)?,
            },
            state: transaction.open_table(STATE).map_err(Error::internal)?,
            vault: transaction.open_table(VAULT).map_err(Error::internal)?,
        })
    }

    /// Lets a command decide and writes what it decided. An error here means that the disk failed or an event was not
    /// valid: the transaction must not be committed.
    fn run(&mut self, command: &mut dyn Command, now: Timestamp) -> Result<bool> {
        let Some(effects) = command.decide(&State::new(&self.state), now) else { return Ok(false) };
        let wrote = !effects.events.is_empty() || !effects.vault.is_empty() || !effects.notes.is_empty();
        for draft in effects.events {
            let head = self.log.head(&draft.owner)?;
            let event = self.log.append(head, draft, command.editor(), now)?;
            apply(&mut self.state, &event)?;
            command.recorded(&event);
        }
        for (name, sealed) in effects.vault {
            self.keep(&name, &sealed)?;
        }
        for note in effects.notes {
            notes::write(&mut self.state, &note, now)?;
        }
        Ok(wrote)
    }

    fn keep(&mut self, name: &str, sealed: &[u8]) -> Result<()> {
        if sealed.is_empty() {
            self.vault.remove(name).map_err(Error::internal)?;
        } else {
            self.vault.insert(name, sealed).map_err(Error::internal)?;
        }
        Ok(())
    }
}
