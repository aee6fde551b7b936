//! Every index says what the records say. A replay of the log cannot tell: it repeats the same mistakes.

use super::indexes::assert_lists;
use countersign::{
    id::{OrgId, UserId},
    model::{Column, CredentialKind, Org, OrgColumn, Project, ProjectGrant},
    store::{Counted, Direction, Part, State},
};
use std::collections::BTreeSet;

pub fn assert_consistent(state: &State<'_>) {
    let orgs = orgs(state);
    let mut owners: Vec<OrgId> = orgs.iter().map(|org| org.id.clone()).collect();
    owners.push(state.instance().expect("an instance").id);
    let mut users = BTreeSet::new();
    for org in &orgs {
        assert_eq!(state.org_by_name(&org.name).expect("read").as_ref(), Some(&org.id), "the name of {}", org.name);
        assert!(!state.org_was_removed(&org.id).expect("read"), "{} is there and was removed", org.id);
        users.extend(machines_of(state, &org.id));
    }
    for user in &users {
        assert_user(state, user);
    }
    for org in &orgs {
        assert_projects(state, &org.id, &users);
    }
    assert_lists(state, &owners);
    assert_memberships(state, &owners, &users);
}

fn orgs(state: &State<'_>) -> Vec<Org> {
    let orgs = state.orgs(OrgColumn::Id, Part::All, Direction::Ascending).expect("read");
    orgs.map(|org| org.expect("an organisation")).collect()
}

fn machines_of(state: &State<'_>, org: &OrgId) -> BTreeSet<UserId> {
    let machines = state.machines(org, Column::Id, Direction::Ascending).expect("read");
    machines.map(|machine| machine.expect("a user").id).collect()
}

fn assert_user(state: &State<'_>, user: &UserId) {
    let machine = state.machine(user).expect("read").expect("a user");
    let named = state.machine_by_name(&machine.user_name).expect("read");
    assert_eq!(named.as_ref(), Some(&machine), "the name of {user}");
    assert!(!state.user_was_removed(user).expect("read"), "{user} is there and was removed");
    let mut secrets = Vec::new();
    for credential in state.credentials(user).expect("read") {
        let credential = credential.expect("a credential");
        assert_eq!((&credential.user, &credential.org), (user, &machine.org));
        let hash = credential.hash().expect("a hash");
        let found = state.credential_by_hash(hash).expect("read").map(|found| found.id);
        assert_eq!(found.as_ref(), Some(&credential.id), "the hash of a credential of {user}");
        if matches!(credential.kind, CredentialKind::Secret { .. }) {
            secrets.push(credential.id);
        }
    }
    assert_eq!(
        secrets,
        machine.secrets.into_iter().map(|secret| secret.id).collect::<Vec<_>>(),
        "the secrets of {user}"
    );
}

/// Members by owner and by user are the same, and nobody is a member who is not there.
fn assert_memberships(state: &State<'_>, owners: &[OrgId], users: &BTreeSet<UserId>) {
    let instance = state.instance().expect("an instance").id;
    let mut owned = false;
    let mut by_owner = BTreeSet::new();
    for owner in owners {
        for member in state.members(owner, Direction::Ascending).expect("read") {
            let member = member.expect("a member");
            assert!(users.contains(&member.user), "{} is a member of {owner} and no user", member.user);
            owned |= *owner == instance && member.roles.iter().any(|role| role == "IAM_OWNER");
            by_owner.insert((member.owner, member.user));
        }
    }
    let mut by_user = BTreeSet::new();
    for user in users {
        let memberships = state.memberships(user).expect("read").map(|member| member.expect("a membership"));
        by_user.extend(memberships.map(|member| (member.owner, member.user)));
    }
    assert_eq!(by_owner, by_user, "memberships by owner, and by user");
    assert!(owned, "nobody is left who may do anything");
}

/// Every index of projects and grants, and no grant for what is not there.
pub fn assert_projects(state: &State<'_>, org: &OrgId, users: &BTreeSet<UserId>) {
    let projects = state.projects(org, Direction::Ascending).expect("read").map(|project| project.expect("a project"));
    let mut in_projects = BTreeSet::new();
    for project in projects {
        assert_eq!(state.project_by_name(org, &project.name).expect("read").as_ref(), Some(&project.id));
        assert!(!state.project_was_removed(&project.id).expect("read"), "{} is there and was removed", project.id);
        let before = in_projects.len();
        for grant in state.user_grants_in(&project.id, Direction::Ascending).expect("read") {
            let grant = grant.expect("a grant");
            assert!(users.contains(&grant.user), "{} is granted roles and no user", grant.user);
            let by_user = state.user_grant_by(&grant.user, &project.id, &grant.owner).expect("read");
            assert_eq!(by_user.as_ref(), Some(&grant.id), "a grant by its user");
            for role in &grant.roles {
                assert!(state.project_role(&project.id, role).expect("read").is_some(), "{role} is no role");
                let mut with = state.user_grants_with(&project.id, role).expect("read").map(Result::unwrap);
                assert!(with.any(|found| found.id == grant.id), "a grant by its role {role}");
            }
            if grant.owner == *org {
                in_projects.insert(grant.id);
            }
        }
        assert_shared(state, &project);
        let count = state.count(Counted::UserGrantsIn(org, &project.id)).expect("a count");
        assert_eq!(count, (in_projects.len() - before) as u64, "grants in {}", project.id);
    }
    let mut shared = BTreeSet::new();
    for grant in state.project_grants_for(org, Direction::Ascending).expect("read") {
        let grant = grant.expect("a project grant");
        assert!(state.project(&grant.project).expect("read").is_some(), "{} is granted and gone", grant.project);
        let through = state.user_grants_through(&grant.id, Direction::Ascending).expect("read");
        in_projects.extend(through.map(|through| through.expect("a grant").id));
        shared.insert(grant.id);
    }
    assert_eq!(state.count(Counted::ProjectGrantsFor(org)).expect("a count"), shared.len() as u64, "granted to {org}");
    let given = state.project_grants_by(org, Direction::Ascending).expect("read").count() as u64;
    assert_eq!(state.count(Counted::ProjectGrantsBy(org)).expect("a count"), given, "granted by {org}");
    let owned = state.user_grants(org, Direction::Ascending).expect("read");
    let owned: BTreeSet<_> = owned.map(|grant| grant.expect("a grant").id).collect();
    assert_eq!(state.count(Counted::UserGrants(org)).expect("a count"), owned.len() as u64, "grants of {org}");
    assert_eq!(owned, in_projects, "the grants of {org}, and those in its projects or through others'");
}

/// Every index of a project's grants, and of what was given through them.
fn assert_shared(state: &State<'_>, project: &Project) {
    const UP: Direction = Direction::Ascending;
    let id = |grant: &ProjectGrant| grant.id.clone();
    let grants: Vec<_> = state.project_grants_of(&project.id, UP).expect("read").map(Result::unwrap).collect();
    let count = state.count(Counted::ProjectGrantsOf(&project.id)).expect("a count");
    assert_eq!(count, grants.len() as u64, "grants of {}", project.id);
    for grant in &grants {
        assert!(grant.owner == project.org && grant.granted != project.org, "{grant:?}");
        assert!(state.org(&grant.granted).expect("read").is_some(), "{} is granted a project and gone", grant.granted);
        let found = state.project_grant_to(&project.id, &grant.granted).expect("read");
        assert_eq!(found.as_ref(), Some(grant), "a project grant by its organisation");
        let mut by = state.project_grants_by(&grant.owner, UP).expect("read").map(|grant| id(&grant.unwrap()));
        let mut had = state.project_grants_for(&grant.granted, UP).expect("read").map(|grant| id(&grant.unwrap()));
        assert!(by.any(|found| found == grant.id) && had.any(|found| found == grant.id), "{grant:?}");
        for role in &grant.roles {
            assert!(state.project_role(&project.id, role).expect("read").is_some(), "{role} is no role");
            let mut with = state.project_grants_with(&project.id, role).expect("read").map(|grant| id(&grant.unwrap()));
            assert!(with.any(|found| found == grant.id), "a project grant by its role {role}");
        }
    }
    let given = state.user_grants_in(&project.id, UP).expect("read").map(Result::unwrap);
    let mut given: BTreeSet<_> = given.filter(|given| given.owner != project.org).map(|given| given.id).collect();
    for grant in &grants {
        for through in state.user_grants_through(&grant.id, UP).expect("read").map(Result::unwrap) {
            assert!(through.owner == grant.granted && given.remove(&through.id), "{through:?}");
            for role in &through.roles {
                assert!(grant.roles.contains(role), "{role} was given and not granted");
                let mut with = state.user_grants_through_with(&grant.id, role).expect("read").map(Result::unwrap);
                assert!(with.any(|found| found.id == through.id), "a user grant by its granted role {role}");
            }
        }
    }
    assert!(given.is_empty(), "given by others through nothing: {given:?}");
}
