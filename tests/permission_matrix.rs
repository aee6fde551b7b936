//! Every operation as every caller, compared with `tests/permission_matrix.txt`.
//!
//! The operations come from the table and their requests from the protos, so a new operation gets its row by itself. A
//! change of the file is a change of who may do what: it belongs in a review, and nowhere else does it show so plainly.

pub mod callers;
pub mod requests;

use crate::common::{Kit, Refusal};
use callers::Caller;
pub use callers::World;
use countersign::{
    api::{http_status, operations},
    error::Kind,
};
use std::{fmt::Write, fs, path::PathBuf};

const LEGEND: &str = "\
Who may do what: every operation of the API as every caller. tests/permission_matrix.rs writes and checks this file.

The operation is about an organisation, its user `victim`, or the instance. Callers named by a role hold it alone: IAM_*
on the instance (their home is another organisation), the others on that organisation (which is their home).

  +   served, or refused only for what the request says
  -   403 AUTH-5mWD2: a member, but without the permission
  .   404 AUTHZ-cdgFk: no member at all
  ?   401 without an id: no authorization header
  x   401 AUTH-7fs1e: a token that does not count

  no-role    a user of the organisation without any role
  itself     the same, about itself instead of `victim`
  nobody     no token
  locked     the token of a locked ORG_OWNER
  garbage    a token that this server never made
  no-org     an IAM_OWNER whose header names no organisation that is there
  stranger   the ORG_OWNER of another organisation, naming this one's objects
  +header    the same, with this organisation in the header
";

/// A row: the operation, its permission, and what each caller gets.
struct Row {
    operation: String,
    permission: &'static str,
    cells: Vec<String>,
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/permission_matrix.txt")
}

#[tokio::test]
async fn who_may_do_what_is_written_down() {
    let world = World::make().await;
    let mut rows = Vec::new();
    for (procedure, operation) in operations() {
        let cells = row(&world, procedure, operation.permission).await;
        rows.push(Row { operation: short(procedure), permission: operation.permission, cells });
    }
    let columns: Vec<_> = world.callers.iter().map(|caller| caller.column.clone()).collect();
    let found = format!("{LEGEND}{}\n{}", world.roles_legend(), table(&columns, &rows));
    if std::env::var_os("UPDATE_MATRIX").is_some() {
        fs::write(file(), &found).expect("written");
        return;
    }
    let expected = fs::read_to_string(file()).unwrap_or_default();
    assert!(found == expected, "{}", differences(&expected, &found));
}

/// The one permission that lets a caller look into other organisations.
const REACHES_OUT: &str = "user.global.read";

/// Every caller, each on a server of its own: what one call changes, the next does not see. A server on which nothing
/// happened serves the next caller, too.
///
/// Also looks behind the answer: whoever was refused changed nothing, and a stranger neither changes nor sees what the
/// organisation owns, whatever it was answered.
async fn row(world: &World, procedure: &str, permission: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut kit = world.image.open();
    let portrait = world.portrait(&kit);
    for caller in &world.callers {
        let before = kit.app.store.event_count().expect("counted");
        let answer = call(&kit, world, caller, procedure).await;
        let after = kit.app.store.event_count().expect("counted");
        assert!(before == after || answer.is_ok(), "{procedure} as {} was refused and wrote", caller.column);
        if caller.is_stranger {
            assert_eq!(world.portrait(&kit), portrait, "{procedure} as {} changed the organisation", caller.column);
            let seen = permission != REACHES_OUT && answer.as_ref().is_ok_and(|text| text.contains(&world.org));
            assert!(!seen, "{procedure} as {} shows the organisation: {answer:?}", caller.column);
        }
        cells.push(mark(caller, &answer));
        if before != after {
            kit = world.image.open();
        }
    }
    cells
}

async fn call(kit: &Kit, world: &World, caller: &Caller, procedure: &str) -> Result<String, Refusal> {
    let about = if caller.about_itself { &caller.user } else { &world.victim };
    let body = requests::about(procedure, &world.org, about, &world.objects);
    kit.call_in(procedure, &caller.token, &caller.header, body).await.map(|answer| answer.to_string())
}

/// Callers that hold a role are let through or not. What the others hear is a matter of its own, and shown as it is.
fn mark(caller: &Caller, answer: &Result<String, Refusal>) -> String {
    let Err((kind, id, message)) = answer else { return "+".into() };
    match (id.unwrap_or_default(), kind) {
        ("AUTH-5mWD2", _) => "-".into(),
        ("AUTHZ-cdgFk", _) => ".".into(),
        ("AUTH-7fs1e", _) => "x".into(),
        ("", Kind::Unauthenticated) => "?".into(),
        (id, Kind::PermissionDenied | Kind::Unauthenticated) => format!("{}:{id}", http_status(*kind)),
        ("", _) if caller.has_role => panic!("a request that is not well formed tests nothing: {message}"),
        (id, _) if !caller.has_role => format!("{}:{id}", http_status(*kind)),
        _ => "+".into(),
    }
}

/// `zitadel.management.v1.ManagementService/X` -> `management.v1/X`.
fn short(procedure: &str) -> String {
    let (service, method) = procedure.split_once('/').expect("a procedure");
    let package = service.rsplit_once('.').map_or(service, |(package, _)| package);
    format!("{}/{method}", package.trim_start_matches("zitadel."))
}

fn table(columns: &[String], rows: &[Row]) -> String {
    let name = rows.iter().map(|row| row.operation.len()).max().unwrap_or_default();
    let permission = rows.iter().map(|row| row.permission.len()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns.len())
        .map(|column| rows.iter().map(|row| row.cells[column].len()).max().unwrap_or_default())
        .zip(columns)
        .map(|(widest, title)| widest.max(title.len()))
        .collect();
    let mut text = String::new();
    let mut line = |first: &str, second: &str, cells: &[String]| {
        let mut line = format!("{first:name$}  {second:permission$}");
        for (cell, width) in cells.iter().zip(&widths) {
            write!(line, "  {cell:width$}").expect("a string takes anything");
        }
        writeln!(text, "{}", line.trim_end()).expect("a string takes anything");
    };
    line("operation", "permission", columns);
    for row in rows {
        line(&row.operation, if row.permission.is_empty() { "(none)" } else { row.permission }, &row.cells);
    }
    text
}

fn differences(expected: &str, found: &str) -> String {
    let mut text = String::from("who may do what has changed (- as written down, + as found):\n\n");
    let only = |these: &str, others: &str, sign: char| -> String {
        let lines = these.lines().filter(|line| !others.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    text.push_str(&only(expected, found, '-'));
    text.push_str(&only(found, expected, '+'));
    text.push_str("\nIf that is meant: UPDATE_MATRIX=1 cargo test permission_matrix, and commit the file.\n");
    text
}
