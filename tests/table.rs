//! The protos and the operation table say the same: what is declared is served, and asks for what was declared.

use countersign::{api::operations, proto::ROUTES};
use std::collections::{BTreeMap, BTreeSet};

/// By procedure; the permission of each. Fails if a procedure has two rows.
fn served() -> BTreeMap<&'static str, &'static str> {
    let mut served = BTreeMap::new();
    for (procedure, operation) in operations() {
        let earlier = served.insert(procedure, operation.permission);
        assert_eq!(earlier, None, "{procedure} has two rows in the operation table");
    }
    served
}

fn declared() -> BTreeMap<&'static str, &'static str> {
    ROUTES.iter().map(|route| (route.procedure, route.permission)).collect()
}

/// Names that stand in `there` and not `here`, a line each.
fn missing(here: &BTreeMap<&str, &str>, there: &BTreeMap<&'static str, &str>) -> String {
    there.keys().filter(|name| !here.contains_key(*name)).map(|name| format!("  {name}\n")).collect()
}

#[test]
fn every_route_has_an_operation() {
    let missing = missing(&served(), &declared());
    assert!(missing.is_empty(), "declared in a proto, but without a row in src/api/table.rs:\n{missing}");
}

#[test]
fn every_operation_has_a_route() {
    let missing = missing(&declared(), &served());
    assert!(missing.is_empty(), "with a row in src/api/table.rs, but declared in no proto:\n{missing}");
}

/// The proto documents the permission; the use case's signature enforces it.
#[test]
fn a_route_and_its_operation_ask_for_the_same_permission() {
    let served = served();
    for (procedure, declared) in declared() {
        if let Some(enforced) = served.get(procedure) {
            assert_eq!(*enforced, declared, "{procedure}: enforced (left) and declared (right)");
        }
    }
}

/// An annotation that two rpcs share would make one of them unreachable over plain HTTP.
#[test]
fn no_two_routes_answer_the_same_request() {
    let mut seen = BTreeSet::new();
    for rest in ROUTES.iter().flat_map(|route| route.rest) {
        assert!(seen.insert((rest.method, rest.path)), "{} {} is declared twice", rest.method, rest.path);
    }
}
