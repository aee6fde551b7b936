//! The list of operations in `src/api/OPERATIONS.md`: made from the operation table and the protos, so that it cannot be out of date.

use countersign::{api::operations, proto::ROUTES, rest::HUMAN_PATHS};
use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

const BEGIN: &str = "<!-- operations: UPDATE_OPERATIONS=1 cargo test operations_page -->\n";
const END: &str = "<!-- end of operations -->\n";

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/api/OPERATIONS.md")
}

#[test]
fn every_operation_is_listed() {
    let text = fs::read_to_string(file()).expect("the page");
    let (before, rest) = text.split_once(BEGIN).expect("the first marker");
    let (found, after) = rest.split_once(END).expect("the second marker");
    let page = page();
    if std::env::var_os("UPDATE_OPERATIONS").is_some() {
        fs::write(file(), [before, BEGIN, &page, END, after].concat()).expect("written");
        return;
    }
    assert!(found == page, "src/api/OPERATIONS.md is out of date: UPDATE_OPERATIONS=1 cargo test operations_page");
}

fn page() -> String {
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (procedure, operation) in operations() {
        let (service, _) = procedure.split_once('/').expect("a procedure");
        services.entry(service).or_default().push(row(procedure, operation.permission));
    }
    let mut page = String::new();
    for (service, rows) in services {
        let head = "| REST | gRPC, gRPC-Web, Connect | permission |\n|---|---|---|\n".to_owned();
        let title = format!("<code>{service}</code>, {} operations", rows.len());
        details(&mut page, &title, &(head + &rows.join("\n")));
    }
    let refused: Vec<_> = HUMAN_PATHS.iter().map(|path| format!("* `{}`", path.replace("{*rest}", "…"))).collect();
    details(&mut page, "Refused: REST paths that ZITADEL has for people", &refused.join("\n"));
    page
}

fn row(procedure: &str, permission: &str) -> String {
    let route = ROUTES.iter().find(|route| route.procedure == procedure).expect(procedure);
    let rest: Vec<_> =
        route.rest.iter().map(|rest| format!("`{} {}`", rest.method, rest.path.replace("{*", "{"))).collect();
    let permission = match permission {
        "" => "none, nor a token".to_owned(),
        "authenticated" => "any live token".to_owned(),
        name => format!("`{name}`"),
    };
    let rest = if rest.is_empty() { "none, as in ZITADEL".into() } else { rest.join("<br>") };
    format!("| {rest} | `/{procedure}` | {permission} |")
}

fn details(page: &mut String, title: &str, body: &str) {
    write!(page, "\n<details><summary>{title}</summary>\n\n{body}\n\n</details>\n").expect("a string takes all");
}
