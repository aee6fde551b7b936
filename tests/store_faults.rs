//! What the store promises when the disk fails, when commands come in crowds, and when one of them panics.

use crate::common::{
    START,
    disk::{Disk, Operation},
};
use countersign::{
    error::{Error, Kind, Result},
    id::{OrgId, UserId},
    limits::{MAX_BATCH, MAX_QUEUED_COMMANDS},
    model::{Draft, OrgFact},
    store::{Changed, CommitStats, Decision, Options, State, Store, Warrant, check},
    time::{Clock, Timestamp},
};
use futures_util::{FutureExt, future::join_all};
use std::{
    collections::BTreeSet,
    panic::resume_unwind,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

/// Enough for a commit after a commit after the first.
const COMMANDS: usize = 3;

fn open(disk: &Disk, on_commit: impl Fn(CommitStats) + Send + 'static) -> Store {
    let clock = Arc::new(Clock::manual(START));
    let options = Options { clock, cache_bytes: 1 << 20, on_commit: Box::new(on_commit) };
    Store::on_backend(disk.clone(), options).expect("a store")
}

fn org(number: usize) -> OrgId {
    OrgId::parse(&format!("org-{number}")).expect("an id")
}

/// A command that adds an organisation and a member of it.
async fn add(store: &Store, number: usize) -> Result<Changed<()>> {
    let org = org(number);
    let user = UserId::parse("someone").expect("an id");
    let name = org.to_string();
    let events = vec![
        Draft::org(&org, OrgFact::Added { primary_domain: format!("{name}.localhost"), name }),
        Draft::org(&org, OrgFact::MemberAdded { user, roles: Vec::new() }),
    ];
    store.change(Warrant::system(), move |_, _| Ok(Decision::new(events, ()))).await
}

/// The numbers of the organisations that are there, up to `most`. Both events of each happened, or none.
fn there(store: &Store, most: usize) -> BTreeSet<usize> {
    let snapshot = store.snapshot().expect("a snapshot");
    let state = snapshot.state();
    let user = UserId::parse("someone").expect("an id");
    (0..most)
        .filter(|&number| {
            let found = state.org(&org(number)).expect("read").is_some();
            let member = state.member(&org(number), &user).expect("read").is_some();
            assert_eq!(found, member, "half of command {number} happened");
            found
        })
        .collect()
}

fn assert_whole(store: &Store, what: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let report = check(store, &folder.path().join("scratch"), |_| {}).expect("checked");
    assert!(report.findings.is_empty(), "{what}: {:?}", report.findings);
}

/// Runs the commands one after another on a disk that fails at some operation, then looks at what a power cut leaves.
/// Returns false if the disk had no reason to fail any more.
async fn fail_at(operation: u64) -> bool {
    let disk = Disk::default();
    let store = open(&disk, |_| {});
    disk.fail_after(operation);
    let mut acknowledged = BTreeSet::new();
    let mut refused = Vec::new();
    for number in 0..COMMANDS {
        match add(&store, number).await {
            Ok(_) => drop(acknowledged.insert(number)),
            Err(refusal) => refused.push((number, refusal.kind)),
        }
    }
    if refused.is_empty() {
        return false;
    }
    let what = format!("the disk failed at operation {operation}");
    assert!(refused.iter().all(|(_, kind)| *kind == Kind::Unavailable), "{what}: {refused:?}");
    assert!(!store.is_writable(), "{what}");
    store.failed().await;
    // The first refusal is the last thing that was tried: nothing after it was accepted.
    assert_eq!(refused.len() + acknowledged.len(), COMMANDS);
    assert!(acknowledged.iter().all(|done| *done < refused[0].0), "{what}: accepted after a failed commit");
    assert!(disk.after_power_cut(|_| false).len() <= disk.bytes().len(), "{what}");

    // Of what was not synced, a disk may have kept nothing, all, or some.
    let left = [disk.after_power_cut(|_| false), disk.after_power_cut(|_| true), disk.after_power_cut(|n| n % 2 == 0)];
    drop(store);
    for (which, bytes) in left.into_iter().enumerate() {
        let survivor = open(&Disk::holding(bytes), |_| {});
        let found = there(&survivor, COMMANDS);
        let what = format!("{what}, image {which}");
        // Giving space back is the one thing that can fail after a commit is on the disk.
        if which == 0 && disk.failed() != Some(Operation::Resize) {
            assert_eq!(found, acknowledged, "{what}");
        } else {
            // The command in flight may have made it. Its caller did not hear that it had not, only that it failed.
            assert!(found.is_superset(&acknowledged) && found.len() <= acknowledged.len() + 1, "{what}: {found:?}");
        }
        // A check writes a file of its own, so each image has one at every third point.
        if operation % 3 == which as u64 {
            assert_whole(&survivor, &what);
        }
        assert!(survivor.is_writable() && add(&survivor, COMMANDS).await.is_ok(), "{what}: it takes changes again");
    }
    true
}

#[tokio::test]
async fn whatever_fails_only_what_was_acknowledged_is_there() {
    let mut operation = 0;
    while fail_at(operation).await {
        operation += 1;
    }
    assert!(operation > 2 * COMMANDS as u64, "each command takes some writes and a sync, so {operation} is too few");
}

/// A store whose writer stops after each commit until it is let go on: so a test decides what queues up.
struct Halting {
    store: Store,
    /// The size of each commit, when it is done.
    commits: Mutex<Receiver<usize>>,
    go_on: Sender<()>,
}

impl Halting {
    fn new(disk: &Disk) -> Self {
        let (tell, commits) = channel();
        let (go_on, wait) = channel();
        let store = open(disk, move |stats| {
            // Either end is gone only when the test is over.
            let _ = tell.send(stats.commands);
            let _ = wait.recv();
        });
        Self { store, commits: Mutex::new(commits), go_on }
    }

    /// Waits for the next commit; the writer stays halted behind it.
    fn next_commit(&self) -> usize {
        self.commits.lock().expect("one test, one thread").recv().expect("a commit")
    }

    fn go_on(&self) {
        self.go_on.send(()).expect("the writer waits");
    }
}

#[tokio::test]
async fn a_crowd_shares_one_commit_and_each_sees_its_own_change() {
    const CROWD: usize = 64;
    let halting = Halting::new(&Disk::default());
    let store = &halting.store;
    let mut first = Box::pin(add(store, 0));
    assert!(first.as_mut().now_or_never().is_none());
    assert_eq!(halting.next_commit(), 1, "a lone caller waits for nobody");

    let mut crowd: Vec<_> = (1..=CROWD).map(|number| Box::pin(add(store, number))).collect();
    for caller in &mut crowd {
        assert!(caller.as_mut().now_or_never().is_none(), "the writer is halted");
    }
    assert!(there(store, CROWD + 1).len() == 1, "nothing of the crowd shows before its commit");
    halting.go_on();
    first.await.expect("stored");
    assert_eq!(halting.next_commit(), CROWD, "all that waited are in one commit");
    halting.go_on();
    let crowd = crowd.into_iter().enumerate().map(|(place, caller)| async move {
        let receipts = caller.await.expect("stored").receipts;
        assert_eq!(receipts.iter().map(|receipt| receipt.sequence).collect::<Vec<_>>(), [1, 2]);
        let snapshot = store.snapshot().expect("a snapshot");
        assert!(snapshot.state().org(&org(place + 1)).expect("read").is_some(), "it sees its own change");
    });
    join_all(crowd).await;
    assert_whole(store, "a crowd");
}

#[tokio::test]
async fn a_commit_that_fails_fails_for_everyone_in_it_and_behind_it() {
    let disk = Disk::default();
    let halting = Halting::new(&disk);
    let store = &halting.store;
    let mut first = Box::pin(add(store, 0));
    assert!(first.as_mut().now_or_never().is_none());
    halting.next_commit();
    // More than one commit takes.
    let mut crowd: Vec<_> = (1..=MAX_BATCH + 10).map(|number| Box::pin(add(store, number))).collect();
    for caller in &mut crowd {
        assert!(caller.as_mut().now_or_never().is_none());
    }
    disk.fail_after(0);
    halting.go_on();
    first.await.expect("was stored before the disk failed");
    for answer in join_all(crowd).await {
        assert_eq!(answer.expect_err("not stored").kind, Kind::Unavailable);
    }
    store.failed().await;
    assert!(!store.is_writable());
    assert_eq!(add(store, 999).await.expect_err("too late").kind, Kind::Unavailable);

    let survivor = open(&Disk::holding(disk.after_power_cut(|_| false)), |_| {});
    assert_eq!(there(&survivor, MAX_BATCH + 20), BTreeSet::from([0]));
    assert_whole(&survivor, "a failed commit");
}

#[tokio::test]
async fn a_full_queue_refuses_and_forgets_nobody() {
    let halting = Halting::new(&Disk::default());
    let store = &halting.store;
    let mut first = Box::pin(add(store, 0));
    assert!(first.as_mut().now_or_never().is_none());
    halting.next_commit();
    let nothing = || Box::pin(store.change(Warrant::system(), |_, _| Ok(Decision::nothing(()))));
    // The first one waits for its answer, too.
    let mut waiting: Vec<_> = (1..MAX_QUEUED_COMMANDS).map(|_| nothing()).collect();
    for caller in &mut waiting {
        assert!(caller.as_mut().now_or_never().is_none(), "there is room");
    }
    let refusal = nothing().now_or_never().expect("refused at once").expect_err("the queue is full");
    assert_eq!(refusal.kind, Kind::ResourceExhausted);
    halting.go_on();
    first.await.expect("stored");
    assert!(join_all(waiting).await.iter().all(Result::is_ok));
    assert!(nothing().await.is_ok(), "there is room again");
}

/// Without the panic hook, whose output would look like a failure.
fn panics(_: &State<'_>, _: Timestamp) -> Result<Decision<()>> {
    resume_unwind(Box::new("decide"))
}

fn refuse(_: &State<'_>, _: Timestamp) -> Result<Decision<()>> {
    Err(Error::new(Kind::FailedPrecondition, "no"))
}

#[tokio::test]
async fn a_command_that_panics_answers_and_the_writer_goes_on() {
    let store = open(&Disk::default(), |_| {});
    let (before, answer, after) = tokio::join!(add(&store, 0), store.change(Warrant::system(), panics), add(&store, 1));
    assert_eq!(answer.expect_err("it panicked").kind, Kind::Internal);
    assert!(before.is_ok() && after.is_ok() && store.is_writable());
    assert_eq!(there(&store, 2), BTreeSet::from([0, 1]));
    assert_eq!(store.event_count().expect("counted"), 4);
    assert_whole(&store, "a panic");
}

#[tokio::test]
async fn a_refusal_in_a_batch_leaves_the_others_alone() {
    let store = open(&Disk::default(), |_| {});
    let (before, answer, after) = tokio::join!(add(&store, 0), store.change(Warrant::system(), refuse), add(&store, 1));
    assert_eq!(answer.expect_err("refused").kind, Kind::FailedPrecondition);
    assert!(before.is_ok() && after.is_ok());
    assert_eq!(store.event_count().expect("counted"), 4, "a refused command writes nothing");
    assert_whole(&store, "a refusal");
}

/// A caller that hangs up does not take its change back.
#[tokio::test]
async fn a_change_stands_though_its_caller_hung_up() {
    let halting = Halting::new(&Disk::default());
    let store = &halting.store;
    let mut first = Box::pin(add(store, 0));
    assert!(first.as_mut().now_or_never().is_none());
    halting.next_commit();
    assert!(add(store, 1).now_or_never().is_none(), "it waits, and then it does not");
    halting.go_on();
    assert_eq!(halting.next_commit(), 1);
    halting.go_on();
    first.await.expect("stored");
    assert_eq!(there(store, 2), BTreeSet::from([0, 1]));
}
