//! `check`, and what every command makes of a file that is damaged or another program's.

use super::Site;
use crate::common::binary::{Binary, complaint, run};
use redb::{ReadableDatabase, ReadableTable, TableDefinition};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const LOG: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("log");
const STATE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("state");

#[test]
fn check_tells_good_from_bad_and_from_busy() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("changed");
    let database = dir.path().join("countersign.redb");
    let set = format!("storage.path={}", database.display());
    let said = complaint(&["check", "--set", &set]);
    assert!(said.contains("there is no database here"), "{said}");
    let running = Binary::dev(dir.path());
    let said = complaint(&["check", "--set", &set]);
    assert!(said.contains("is the server running?"), "{said}");
    drop(running);
    let good = run(&["check", "--set", &set]);
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(good.status.success() && said.contains("events in 2 logs"), "{said}");
    assert_eq!(
        fs::read_dir(dir.path())
            .expect("a directory")
            .filter(|file| { file.as_ref().is_ok_and(|file| file.file_name().to_string_lossy().ends_with(".check")) })
            .count(),
        0
    );

    let whole = fs::read(&database).expect("the file");
    damage(&database);
    let said = complaint(&["check", "--set", &set]);
    assert!(said.contains("the database is damaged") && said.contains("differs from what the log gives"), "{said}");
    for broken in [&whole[..whole.len() / 2], b"no database at all"] {
        fs::write(&database, broken).expect("written");
        let said = complaint(&["check", "--set", &set]);
        assert!(said.contains("the database cannot be opened"), "{said}");
    }
}

/// Changes one row of the table that requests read, which no event explains.
fn damage(database: &Path) {
    let transaction = redb::Database::open(database).expect("a database").begin_write().expect("a transaction");
    {
        let mut state = transaction.open_table(STATE).expect("the state");
        let (key, mut row) = {
            let found = state.first().expect("readable").expect("a row");
            (found.0.value().to_vec(), found.1.value().to_vec())
        };
        *row.last_mut().expect("a byte") ^= 1;
        state.insert(key.as_slice(), row.as_slice()).expect("written");
    }
    transaction.commit().expect("stored");
}

/// Gives events of the fullest log a version that never was: `count` of them, from the sequence `first` on.
fn make_unreadable(database: &Path, first: u64, count: u64) {
    let database = redb::Database::open(database).expect("a database");
    let owner = {
        let log = database.begin_read().expect("a transaction").open_table(LOG).expect("the log");
        let places = log.iter().expect("readable").map(|row| row.expect("a row").0);
        let last = places.map(|place| (place.value().1, place.value().0.to_owned())).max();
        last.expect("an event").1
    };
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut log = transaction.open_table(LOG).expect("the log");
        for sequence in first..first + count {
            let place = (owner.as_str(), sequence);
            let mut event = log.get(place).expect("readable").expect("an event").value().to_vec();
            event[0] = 200;
            log.insert(place, event.as_slice()).expect("written");
        }
    }
    transaction.commit().expect("stored");
}

#[test]
fn check_names_every_event_that_cannot_be_read() {
    let site = Site::new();
    site.init();
    make_unreadable(&site.path("countersign.redb"), 2, 2);
    let said = complaint(&["check", "--config", &site.config()]);
    for sequence in [2, 3] {
        let found = said.lines().find(|line| line.starts_with(&format!("  event {sequence} of ")));
        let reason = "cannot be read: the event record has the unknown version 200";
        assert!(found.is_some_and(|line| line.ends_with(reason)), "{said}");
    }
    assert!(!said.contains("does not follow") && !said.contains("state row"), "only what is wrong is told: {said}");
    let count = said.lines().last().unwrap_or_default();
    assert!(count.starts_with("3 findings in ") && count.ends_with(" events"), "{said}");
    assert!(!site.files().iter().any(|name| name.contains(".check")), "{:?}", site.files());
}

#[test]
fn the_file_of_another_program_is_left_as_it_is() {
    for of_another_kind in [false, true] {
        let site = Site::new();
        let path = site.path("countersign.redb");
        let database = redb::Database::create(&path).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        match of_another_kind {
            true => drop(transaction.open_table(TableDefinition::<&str, &str>::new("meta")).expect("a table")),
            false => drop(transaction.open_table(TableDefinition::<u64, u64>::new("things")).expect("a table")),
        }
        transaction.commit().expect("stored");
        drop(database);
        let before = fs::read(&path).expect("the file");
        for command in ["check", "serve", "recover"] {
            let said = complaint(&[command, "--config", &site.config()]);
            assert!(said.contains("this is no database of Countersign"), "{said}");
            assert!(fs::read(&path).expect("the file") == before, "{command} has changed the file");
        }
    }
}
