//! The roles of an account in projects, as tokens and answers tell them.
//!
//! Whoever reads them is a resource server that lets the account do things because of them. So only what is in force
//! counts (the grant, its owner, the project, the project's organisation, and where that is not the owner the project's
//! grant to the owner), and it is read anew whenever it is told.

use crate::{
    authn::Account,
    error::Result,
    id::{OrgId, ProjectId},
    model::{Org, OrgState, Project, ProjectGrantState, ProjectState, UserGrantState},
    store::{Direction, State},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Claim -> role -> organisation that gave it -> its primary domain. An organisation's id and a role's key are what
/// their owners chose; a claim's name is not, so none of them can take another claim's place.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct RoleClaims(BTreeMap<String, Held>);

type Held = BTreeMap<String, BTreeMap<String, String>>;

/// Asks for all roles in the projects that are the audience.
pub(super) const ALL_ROLES: &str = "urn:zitadel:iam:org:projects:roles";
/// Asks for one role, whose key follows.
const ROLE: &str = "urn:zitadel:iam:org:project:role:";
/// Asks for no roles but those that the organisation gave whose id follows.
const GIVEN_BY: &str = "urn:zitadel:iam:org:roles:id:";
/// The roles in the one project that a token is for.
const CLAIM: &str = "urn:zitadel:iam:org:project:roles";

/// What scopes ask for.
struct Wanted<'a> {
    all: bool,
    keys: Vec<&'a str>,
    /// Empty for whichever.
    given_by: Vec<&'a str>,
}

/// The key of a scope that asks for a role.
pub(super) fn key_of(scope: &str) -> Option<&str> {
    scope.strip_prefix(ROLE)
}

/// Whether the scope says whose roles are wanted.
pub(super) fn is_giver(scope: &str) -> bool {
    scope.strip_prefix(GIVEN_BY).is_some_and(|id| OrgId::parse(id).is_some())
}

/// What a token with these scopes says to this audience.
pub(super) fn of_token(
    state: &State<'_>,
    account: &Account,
    scopes: &[impl AsRef<str>],
    audience: &[String],
) -> Result<RoleClaims> {
    let mut claims = RoleClaims::default();
    if audience.is_empty() {
        return Ok(claims);
    }
    let wanted = Wanted::by(scopes);
    let api = state.instance()?.project;
    let others: Vec<_> = audience.iter().filter(|audience| **audience != api).collect();
    for id in &others {
        let Some(project) = find(state, id)? else { continue };
        let held = held(state, account, &project, &wanted)?;
        // A token for several would tell each of them the others' roles as if they were its own.
        if others.len() == 1 && !held.is_empty() {
            claims.0.insert(CLAIM.into(), held.clone());
        }
        claims.insert(&project.id, held);
    }
    Ok(claims)
}

/// What a token that is good for everything says to somebody of `org`: all roles in the projects of that organisation, or
/// what the scopes let it say that it is narrowed to.
pub(super) fn for_org(state: &State<'_>, account: &Account, org: &OrgId) -> Result<RoleClaims> {
    let wanted = match account.bounds.scopes.as_slice() {
        [] => Wanted { all: true, keys: Vec::new(), given_by: Vec::new() },
        scopes => Wanted::by(scopes),
    };
    let mut claims = RoleClaims::default();
    for project in state.projects(org, Direction::Ascending)? {
        let project = project?;
        claims.insert(&project.id, held(state, account, &project, &wanted)?);
    }
    Ok(claims)
}

impl RoleClaims {
    /// Whether the account has the role in any of the projects.
    pub fn has(&self, key: &str) -> bool {
        self.0.values().any(|held| held.contains_key(key))
    }

    fn insert(&mut self, project: &ProjectId, held: Held) {
        if !held.is_empty() {
            self.0.insert(format!("urn:zitadel:iam:org:project:{project}:roles"), held);
        }
    }
}

impl<'a> Wanted<'a> {
    fn by(scopes: &'a [impl AsRef<str>]) -> Self {
        let scopes = || scopes.iter().map(AsRef::as_ref);
        Self {
            all: scopes().any(|scope: &str| scope == ALL_ROLES),
            keys: scopes().filter_map(key_of).collect(),
            given_by: scopes().filter_map(|scope| scope.strip_prefix(GIVEN_BY)).collect(),
        }
    }

    /// A project's own wish to have its roles told gives way to scopes that name some.
    fn has(&self, key: &str, project: &Project) -> bool {
        self.all || self.keys.contains(&key) || (self.keys.is_empty() && project.settings.asserts_roles)
    }

    fn is_giver(&self, org: &OrgId) -> bool {
        self.given_by.is_empty() || self.given_by.contains(&org.as_str())
    }
}

fn find(state: &State<'_>, id: &str) -> Result<Option<Project>> {
    ProjectId::parse(id).map_or(Ok(None), |id| state.project(&id))
}

fn held(state: &State<'_>, account: &Account, project: &Project, wanted: &Wanted<'_>) -> Result<Held> {
    let mut held = Held::new();
    if project.state != ProjectState::Active || active(state, &project.org)?.is_none() {
        return Ok(held);
    }
    for grant in state.user_grants_for(&account.machine.id, &project.id)? {
        let grant = grant?;
        if grant.state != UserGrantState::Active || !wanted.is_giver(&grant.owner) {
            continue;
        }
        if grant.owner != project.org && !is_granted(state, project, &grant.owner)? {
            continue;
        }
        let Some(giver) = active(state, &grant.owner)? else { continue };
        for role in grant.roles.into_iter().filter(|role| wanted.has(role, project)) {
            held.entry(role).or_default().insert(giver.id.to_string(), giver.primary_domain.clone());
        }
    }
    Ok(held)
}

/// Whether the organisation may give roles in the project of another.
fn is_granted(state: &State<'_>, project: &Project, org: &OrgId) -> Result<bool> {
    let grant = state.project_grant_to(&project.id, org)?;
    Ok(grant.is_some_and(|grant| grant.state == ProjectGrantState::Active))
}

fn active(state: &State<'_>, org: &OrgId) -> Result<Option<Org>> {
    Ok(state.org(org)?.filter(|org| org.state == OrgState::Active))
}
