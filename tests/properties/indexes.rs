//! Every column lists the same objects, each in its own order, and every count is right.

use countersign::{
    id::OrgId,
    model::{Column, CredentialColumn, MachineState, MemberColumn, Org, OrgColumn, OrgState},
    store::{Counted, CredentialType, Direction, Part, Run, State},
};
use std::fmt::Debug;

/// The state's lists and counts, those of each organisation and of all together.
pub fn assert_lists(state: &State<'_>, owners: &[OrgId]) {
    assert_orgs(state);
    for org in owners.iter().map(Some).chain([None]) {
        assert_machines(state, org);
        assert_credentials(state, org, CredentialType::Keys);
        assert_credentials(state, org, CredentialType::PersonalAccessTokens);
        assert_credentials(state, org, CredentialType::Secrets);
    }
    assert_members(state, owners);
}

fn assert_orgs(state: &State<'_>) {
    let orgs = |column, part: Part<'_>, direction| all(state.orgs(column, part, direction));
    for column in OrgColumn::ALL {
        let sorted = assert_ordered(&|direction| orgs(column, Part::All, direction), |org: &Org| {
            (column.sort_key(org), org.id.clone())
        });
        assert_eq!(state.org_count().expect("a count"), sorted.len() as u64, "{column:?}");
    }
    for org in orgs(OrgColumn::Id, Part::All, Direction::Ascending) {
        let holder = state.org_by_domain(&org.primary_domain.to_uppercase()).expect("read");
        assert!(holder.is_some_and(|holder| holder.primary_domain == org.primary_domain), "{}", org.primary_domain);
    }
    for wanted in [OrgState::Active, OrgState::Inactive] {
        let found = orgs(OrgColumn::State, Part::Only(&[wanted as u8]), Direction::Ascending);
        assert!(found.iter().all(|org| org.state == wanted));
        assert_eq!(state.count(Counted::Orgs(wanted)).expect("a count"), found.len() as u64, "{wanted:?}");
    }
}

fn assert_machines(state: &State<'_>, org: Option<&OrgId>) {
    let machines = |column, part: Part<'_>, direction| all(state.machines_in(org, column, part, direction));
    for column in Column::ALL {
        let sorted = assert_ordered(&|direction| machines(column, Part::All, direction), |machine| {
            (column.sort_key(machine), machine.id.clone())
        });
        assert_eq!(state.machine_count(org).expect("a count"), sorted.len() as u64, "{column:?} of {org:?}");
    }
    for wanted in [MachineState::Active, MachineState::Inactive, MachineState::Locked] {
        let found = machines(Column::State, Part::Only(&[wanted as u8]), Direction::Ascending);
        assert!(found.iter().all(|machine| machine.state == wanted));
        let count = state.count(Counted::Machines(org, wanted)).expect("a count");
        assert_eq!(count, found.len() as u64, "{wanted:?} of {org:?}");
    }
}

fn assert_credentials(state: &State<'_>, org: Option<&OrgId>, kind: CredentialType) {
    // Secrets are sorted by little else.
    let is_sorted = |column: &CredentialColumn| match column {
        CredentialColumn::Org => true,
        CredentialColumn::ExpirationDate => kind != CredentialType::Secrets || org.is_some(),
        _ => kind != CredentialType::Secrets,
    };
    for column in CredentialColumn::ALL.into_iter().filter(is_sorted) {
        let list = |direction| all(state.credentials_in(kind, org, column, Part::All, direction));
        let sorted = assert_ordered(&list, |found| (column.sort_key(found), found.id.clone()));
        let count = state.count(Counted::Credentials(kind, org)).expect("a count");
        assert_eq!(count, sorted.len() as u64, "{kind:?} of {org:?} by {column:?}");
    }
}

fn assert_members(state: &State<'_>, owners: &[OrgId]) {
    let mut total = 0;
    for owner in owners {
        let members = all(state.members(owner, Direction::Ascending)).len() as u64;
        assert_eq!(state.count(Counted::Members(Some(owner))).expect("a count"), members, "members of {owner}");
        total += members;
    }
    assert_eq!(state.count(Counted::Members(None)).expect("a count"), total, "all members");
    for column in MemberColumn::ALL {
        let list = |direction| all(state.all_members(column, Part::All, direction));
        let sorted =
            assert_ordered(&list, |member| (column.sort_key(member), member.user.clone(), member.owner.clone()));
        assert_eq!(sorted.len() as u64, total, "members by {column:?}");
    }
}

/// The same both ways, and in order.
fn assert_ordered<T, K: Ord + Debug>(list: &dyn Fn(Direction) -> Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let forwards = list(Direction::Ascending);
    let keys: Vec<_> = forwards.iter().map(&key).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    let backwards: Vec<_> = list(Direction::Descending).iter().rev().map(&key).collect();
    assert_eq!(backwards, keys);
    forwards
}

fn all<T>(run: countersign::error::Result<Run<'_, T>>) -> Vec<T> {
    run.expect("a list").map(|object| object.expect("an object")).collect()
}
