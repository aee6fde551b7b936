//! The first events of all: an instance, an organisation, and a machine user that may do everything.

use crate::{
    app::members::instance::OWNER,
    error::{Error, Kind, Result},
    id::{CredentialId, Id, OrgId, UserId},
    keys::{KeyRing, MasterKey, vault},
    model::{AccessTokenType, Draft, InstanceFact, OrgFact, UserFact, org::primary_domain},
    random::Random,
    secret::{Prefix, SecretKey, SecretText},
    store::{Decision, Store, Warrant},
    time::{Clock, Timestamp},
};

/// What every personal access token says it is good for; the wire's fixed list.
pub const PAT_SCOPES: [&str; 4] =
    ["openid", "profile", "urn:zitadel:iam:user:metadata", "urn:zitadel:iam:user:resourceowner"];

/// What the first organisation and its users shall be called.
#[derive(Debug)]
pub struct Names<'a> {
    /// The external URL's host, for the organisation's domain.
    pub host: &'a str,
    pub org: &'a str,
    /// The administrator's user name.
    pub admin: &'a str,
    /// A machine user without roles but with a secret, for trying things out.
    pub demo: Option<&'a str>,
}

/// What was created. The secrets are shown here and never again.
#[derive(Debug)]
pub struct Created {
    pub org: OrgId,
    pub admin: UserId,
    pub admin_token: SecretText,
    pub demo: Option<Demo>,
}

#[derive(Debug)]
pub struct Demo {
    pub user: UserId,
    pub client_id: String,
    pub client_secret: SecretText,
}

/// Fills an empty store. Refused with [`Kind::AlreadyExists`] if it is not empty.
///
/// `keep` is shown what will have been created, and must write the secrets down: it runs before anything is stored, so
/// that a crash in between leaves files that open nothing, never a server that nobody can enter.
pub fn initialize(
    store: &Store,
    master: &MasterKey,
    clock: &Clock,
    random: &Random,
    names: &Names<'_>,
    keep: impl FnOnce(&Created) -> Result<()>,
) -> Result<Created> {
    if store.snapshot()?.state().find_instance()?.is_some() {
        return Err(initialized_already());
    }
    let server_key = SecretKey::generate(random);
    let ring = KeyRing::new(&server_key, Vec::new());
    let sealed = vault::seal_server_key(master, &server_key, random)?;
    let new = New { clock, random, ring: &ring };

    let (instance, org): (OrgId, OrgId) = (new.id(), new.id());
    let project: OrgId = new.id();
    let (admin, admin_token, mut admin_events) = new.administrator(&org, names.admin);
    let mut events = vec![
        Draft::instance(&instance, InstanceFact::Added { project: project.to_string(), default_org: org.clone() }),
        Draft::org(
            &org,
            OrgFact::Added { name: names.org.into(), primary_domain: primary_domain(names.org, names.host) },
        ),
    ];
    events.append(&mut admin_events);
    let owner = vec![OWNER.to_owned()];
    events.push(Draft::instance(&instance, InstanceFact::MemberAdded { user: admin.clone(), roles: owner }));
    let demo = names.demo.map(|name| {
        let (demo, mut demo_events) = new.demo(&org, name);
        events.append(&mut demo_events);
        demo
    });

    let created = Created { org, admin, admin_token, demo };
    keep(&created)?;
    store.change_blocking(Warrant::system(), move |state, _| {
        if state.find_instance()?.is_some() {
            return Err(initialized_already());
        }
        Ok(Decision { vault: vec![sealed], ..Decision::new(events, ()) })
    })?;
    Ok(created)
}

fn initialized_already() -> Error {
    Error::new(Kind::AlreadyExists, "the database is initialized already")
}

struct New<'a> {
    clock: &'a Clock,
    random: &'a Random,
    ring: &'a KeyRing,
}

impl New<'_> {
    fn id<K>(&self) -> Id<K> {
        Id::generate(self.clock.now(), self.random.number())
    }

    fn administrator(&self, org: &OrgId, user_name: &str) -> (UserId, SecretText, Vec<Draft>) {
        let (user, credential): (UserId, CredentialId) = (self.id(), self.id());
        let token = SecretText::generate(Prefix::PersonalAccessToken, self.random);
        let token_added = UserFact::PatAdded {
            credential,
            hash: self.ring.personal_access_tokens().hash(token.expose()),
            hint: token.hint(),
            expires: Timestamp::NEVER,
            scopes: PAT_SCOPES.map(Into::into).into(),
        };
        let events = vec![
            Draft::user(org, &user, machine_added(user_name, "Administrator")),
            Draft::user(org, &user, token_added),
        ];
        (user, token, events)
    }

    fn demo(&self, org: &OrgId, user_name: &str) -> (Demo, Vec<Draft>) {
        let (user, credential): (UserId, CredentialId) = (self.id(), self.id());
        let secret = SecretText::generate(Prefix::ClientSecret, self.random);
        let secret_set = UserFact::SecretSet {
            credential,
            hash: self.ring.client_secrets().hash(secret.expose()),
            hint: secret.hint(),
        };
        let events =
            vec![Draft::user(org, &user, machine_added(user_name, "Demo")), Draft::user(org, &user, secret_set)];
        (Demo { user, client_id: user_name.into(), client_secret: secret }, events)
    }
}

pub(super) fn machine_added(user_name: &str, name: &str) -> UserFact {
    UserFact::MachineAdded {
        user_name: user_name.into(),
        name: name.into(),
        description: String::new(),
        access_token_type: AccessTokenType::Bearer,
    }
}
