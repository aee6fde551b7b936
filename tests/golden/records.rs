//! One fixed example of everything that is stored, and of each variant in it.

use super::credentials::{credential_facts, credentials, last_uses};
use countersign::{
    id::{CredentialId, Id, OrgId, ProjectGrantId, ProjectId, UserGrantId, UserId},
    model::{
        AccessToken, AccessTokenType, Credential, CredentialPolicy, Editor, Event, Fact, Instance, InstanceFact,
        LastUse, LiveSecret, Machine, MachineState, Member, Metadata, MetadataSize, OidcSettings, Org, OrgFact,
        OrgState, PrivateLabeling, Project, ProjectFact, ProjectGrant, ProjectGrantState, ProjectRole, ProjectSettings,
        ProjectState, SigningKeyRecord, Stamps, TokenLifetimes, UserFact, UserGrant, UserGrantFact, UserGrantState,
    },
    secret::SecretHash,
    store::Record,
    time::Timestamp,
};

pub type Example<R> = (&'static str, R);

pub struct Records {
    pub access_tokens: Vec<Example<AccessToken>>,
    pub counts: Vec<Example<u64>>,
    pub credential_ids: Vec<Example<(UserId, CredentialId)>>,
    pub credential_policies: Vec<Example<CredentialPolicy>>,
    pub credentials: Vec<Example<Credential>>,
    pub events: Vec<Example<Event>>,
    pub instances: Vec<Example<Instance>>,
    pub instants: Vec<Example<Timestamp>>,
    pub last_uses: Vec<Example<LastUse>>,
    pub machines: Vec<Example<Machine>>,
    pub member_ids: Vec<Example<(OrgId, UserId)>>,
    pub members: Vec<Example<Member>>,
    pub metadata: Vec<Example<Metadata>>,
    pub metadata_sizes: Vec<Example<MetadataSize>>,
    pub oidc_settings: Vec<Example<OidcSettings>>,
    pub org_ids: Vec<Example<OrgId>>,
    pub orgs: Vec<Example<Org>>,
    pub project_grant_ids: Vec<Example<ProjectGrantId>>,
    pub project_grants: Vec<Example<ProjectGrant>>,
    pub project_ids: Vec<Example<ProjectId>>,
    pub project_roles: Vec<Example<ProjectRole>>,
    pub projects: Vec<Example<Project>>,
    pub signing_keys: Vec<Example<SigningKeyRecord>>,
    pub user_grant_ids: Vec<Example<UserGrantId>>,
    pub user_grants: Vec<Example<UserGrant>>,
    pub user_ids: Vec<Example<UserId>>,
}

/// What the codec calls each kind of record; one for each field above.
pub fn names() -> [&'static str; 26] {
    [
        AccessToken::NAME,
        u64::NAME,
        <(UserId, CredentialId)>::NAME,
        Credential::NAME,
        CredentialPolicy::NAME,
        Event::NAME,
        Instance::NAME,
        Timestamp::NAME,
        LastUse::NAME,
        Machine::NAME,
        <(OrgId, UserId)>::NAME,
        Member::NAME,
        Metadata::NAME,
        MetadataSize::NAME,
        OidcSettings::NAME,
        OrgId::NAME,
        Org::NAME,
        ProjectGrantId::NAME,
        ProjectGrant::NAME,
        ProjectId::NAME,
        ProjectRole::NAME,
        Project::NAME,
        SigningKeyRecord::NAME,
        UserGrantId::NAME,
        UserGrant::NAME,
        UserId::NAME,
    ]
}

pub fn records() -> Records {
    Records {
        access_tokens: vec![(
            "token",
            AccessToken {
                user: id("301"),
                credential: id("401"),
                expires: at(5),
                scopes: vec!["openid".into(), "profile".into()],
                audience: vec!["101".into()],
            },
        )],
        counts: vec![("none", 0), ("many", 1_000_000)],
        credential_ids: vec![("secret", (id("301"), id("401")))],
        credential_policies: [("limited", Some(7_776_000)), ("open", None)]
            .map(|(name, max_lifetime)| (name, CredentialPolicy { max_lifetime, stamps: stamps() }))
            .into(),
        credentials: credentials(),
        events: events(),
        instances: vec![(
            "instance",
            Instance { id: id("100"), project: "101".into(), default_org: id("201"), stamps: stamps() },
        )],
        instants: vec![("some", at(3))],
        last_uses: last_uses(),
        machines: machines(),
        member_ids: vec![("member", (id("201"), id("301")))],
        members: vec![(
            "owner",
            Member { owner: id("201"), user: id("301"), roles: vec!["ORG_OWNER".into()], stamps: stamps() },
        )],
        metadata: vec![("entry", Metadata { key: "team".into(), value: vec![0, 0xff], stamps: stamps() })],
        metadata_sizes: vec![("some", MetadataSize { entries: 2, bytes: 600 })],
        oidc_settings: vec![("set", OidcSettings { lifetimes: lifetimes(), longest: 86_400, stamps: stamps() })],
        org_ids: vec![("org", id("201"))],
        orgs: [("active", OrgState::Active), ("inactive", OrgState::Inactive)].map(org).into(),
        project_grant_ids: vec![("grant", id("801"))],
        project_grants: [("active", ProjectGrantState::Active), ("inactive", ProjectGrantState::Inactive)]
            .map(project_grant)
            .into(),
        project_ids: vec![("project", id("601"))],
        project_roles: vec![(
            "role",
            ProjectRole {
                project: id("601"),
                key: "reader".into(),
                display_name: "Reader".into(),
                group: "people".into(),
                stamps: stamps(),
            },
        )],
        projects: [
            ("active", ProjectState::Active, PrivateLabeling::Unspecified),
            ("inactive", ProjectState::Inactive, PrivateLabeling::ProjectOwner),
            ("user-owner", ProjectState::Active, PrivateLabeling::UserOwner),
        ]
        .map(project)
        .into(),
        signing_keys: [("active", None), ("retired", Some(at(9)))].map(signing_key).into(),
        user_grant_ids: vec![("grant", id("701"))],
        user_grants: [("active", UserGrantState::Active), ("inactive", UserGrantState::Inactive)]
            .map(user_grant)
            .into(),
        user_ids: vec![("user", id("ci-deployer@example.org"))],
    }
}

fn machines() -> Vec<Example<Machine>> {
    let machine = |state, access_token_type, secret: Option<&str>| Machine {
        id: id("301"),
        org: id("201"),
        user_name: "Ci-Deployer".into(),
        name: "CI".into(),
        description: "деплой".into(),
        access_token_type,
        state,
        secrets: secret.map(|secret| LiveSecret { id: id(secret), expires: at(9) }).into_iter().collect(),
        tokens_not_before: at(3),
        stamps: stamps(),
    };
    vec![
        ("active-bearer", machine(MachineState::Active, AccessTokenType::Bearer, None)),
        ("inactive-jwt", machine(MachineState::Inactive, AccessTokenType::Jwt, Some("401"))),
        ("locked", machine(MachineState::Locked, AccessTokenType::Bearer, Some("401"))),
    ]
}

fn org((name, state): (&'static str, OrgState)) -> Example<Org> {
    let org = Org {
        id: id("201"),
        name: "ACME".into(),
        primary_domain: "acme.localhost".into(),
        state,
        tokens_not_before: at(3),
        stamps: stamps(),
    };
    (name, org)
}

fn project((name, state, labeling): (&'static str, ProjectState, PrivateLabeling)) -> Example<Project> {
    let project = Project {
        id: id("601"),
        org: id("201"),
        name: "Billing".into(),
        settings: settings(labeling),
        state,
        stamps: stamps(),
    };
    (name, project)
}

fn settings(private_labeling: PrivateLabeling) -> ProjectSettings {
    ProjectSettings { asserts_roles: true, checks_role: false, checks_project: true, private_labeling }
}

fn project_grant((name, state): (&'static str, ProjectGrantState)) -> Example<ProjectGrant> {
    let grant = ProjectGrant {
        id: id("801"),
        project: id("601"),
        owner: id("201"),
        granted: id("202"),
        roles: vec!["reader".into(), "writer".into()],
        state,
        stamps: stamps(),
    };
    (name, grant)
}

fn user_grant((name, state): (&'static str, UserGrantState)) -> Example<UserGrant> {
    let grant = UserGrant {
        id: id("701"),
        owner: id("201"),
        user: id("301"),
        project: id("601"),
        roles: vec!["reader".into(), "writer".into()],
        state,
        stamps: stamps(),
    };
    (name, grant)
}

fn signing_key((name, published_until): (&'static str, Option<Timestamp>)) -> Example<SigningKeyRecord> {
    (name, SigningKeyRecord { kid: "501".into(), algorithm: "RS256".into(), published_until, stamps: stamps() })
}

/// One event for each fact; the first is by the server itself, the others by a user.
fn events() -> Vec<Example<Event>> {
    // What came later has numbers of its own, so that those before it keep theirs.
    let later = later_facts().into_iter().zip(101..);
    facts()
        .into_iter()
        .zip(1..)
        .chain(later)
        .map(|(fact, sequence)| Event {
            owner: id("201"),
            sequence,
            position: 1000 + sequence,
            previous: [0xab; 32],
            at: at(7),
            editor: if sequence == 1 { Editor::System } else { Editor::User(id("302")) },
            fact,
        })
        .map(|event| (event.fact.event_type(), event))
        .collect()
}

/// One of each variant; a test compares with the model's list of event types.
fn facts() -> Vec<Fact> {
    let user = || id("301");
    let roles = || vec!["ORG_OWNER".to_owned(), "ORG_USER_MANAGER".to_owned()];
    let instance = [
        InstanceFact::Added { project: "101".into(), default_org: id("201") },
        InstanceFact::DefaultOrgSet { org: id("202") },
        InstanceFact::MemberAdded { user: user(), roles: roles() },
        InstanceFact::MemberChanged { user: user(), roles: roles() },
        InstanceFact::MemberRemoved { user: user() },
        InstanceFact::MemberCascadeRemoved { user: user() },
        InstanceFact::SigningKeyAdded { kid: "501".into(), algorithm: "RS256".into() },
        InstanceFact::SigningKeyRetired { kid: "501".into(), published_until: at(9) },
    ];
    let (name, primary_domain) = ("ACME".to_owned(), "acme.localhost".to_owned());
    let org = [
        OrgFact::Added { name: name.clone(), primary_domain: primary_domain.clone() },
        OrgFact::Changed { name, primary_domain },
        OrgFact::Deactivated,
        OrgFact::Reactivated,
        OrgFact::Removed,
        OrgFact::MemberAdded { user: user(), roles: roles() },
        OrgFact::MemberChanged { user: user(), roles: roles() },
        OrgFact::MemberRemoved { user: user() },
        OrgFact::MemberCascadeRemoved { user: user() },
    ];
    let (credential, hash) = (|| id("401"), hash);
    let user_facts = [
        UserFact::MachineAdded {
            user_name: "Ci-Deployer".into(),
            name: "CI".into(),
            description: String::new(),
            access_token_type: AccessTokenType::Bearer,
        },
        UserFact::MachineChanged {
            name: "CI".into(),
            description: "деплой".into(),
            access_token_type: AccessTokenType::Jwt,
        },
        UserFact::UserNameChanged { user_name: "deployer".into() },
        UserFact::SecretSet { credential: credential(), hash: hash(), hint: "x7Qz".into() },
        UserFact::SecretRemoved { credential: credential() },
        UserFact::PatAdded {
            credential: credential(),
            hash: hash(),
            hint: "x7Qz".into(),
            expires: Timestamp::NEVER,
            scopes: vec!["openid".into()],
        },
        UserFact::PatRemoved { credential: credential() },
        UserFact::Deactivated,
        UserFact::Reactivated,
        UserFact::Locked,
        UserFact::Unlocked,
        UserFact::Removed,
        UserFact::TokenRevoked { token: [0x11; 16], expires: at(9) },
        UserFact::KeyAdded {
            credential: credential(),
            public_key: vec![0x30, 0x2a],
            algorithm: "RS256".into(),
            expires: Timestamp::NEVER,
        },
        UserFact::KeyRemoved { credential: credential() },
    ];
    let instance = instance.into_iter().map(Fact::Instance);
    let org = org.into_iter().map(Fact::Org);
    let user_facts = user_facts.into_iter().map(|fact| Fact::User(user(), fact));
    instance.chain(org).chain(user_facts).chain(project_facts()).collect()
}

fn project_facts() -> Vec<Fact> {
    let name = || "Billing".to_owned();
    let (key, roles) = (|| "reader".to_owned(), || vec!["reader".to_owned(), "writer".to_owned()]);
    let (display_name, group) = (|| "Reader".to_owned(), || "people".to_owned());
    let projects = [
        ProjectFact::Added { name: name(), settings: settings(PrivateLabeling::Unspecified) },
        ProjectFact::Changed { name: name(), settings: settings(PrivateLabeling::UserOwner) },
        ProjectFact::Deactivated,
        ProjectFact::Reactivated,
        ProjectFact::Removed,
        ProjectFact::RoleAdded { key: key(), display_name: display_name(), group: group() },
        ProjectFact::RoleChanged { key: key(), display_name: display_name(), group: group() },
        ProjectFact::RoleRemoved { key: key() },
    ];
    let grants = [
        UserGrantFact::Added { user: id("301"), project: id("601"), roles: roles() },
        UserGrantFact::Changed { roles: roles() },
        UserGrantFact::CascadeChanged { roles: roles() },
        UserGrantFact::Deactivated,
        UserGrantFact::Reactivated,
        UserGrantFact::Removed,
        UserGrantFact::CascadeRemoved,
    ];
    let projects = projects.into_iter().map(|fact| Fact::Project(id("601"), fact));
    projects.chain(grants.into_iter().map(|fact| Fact::UserGrant(id("701"), fact))).collect()
}

/// One of each variant that is younger than the list above.
fn later_facts() -> Vec<Fact> {
    let (key, value) = (|| "team".to_owned(), || vec![0, 0xff]);
    let mut facts = vec![
        Fact::User(id("301"), UserFact::MetadataSet { key: key(), value: value() }),
        Fact::User(id("301"), UserFact::MetadataRemoved { key: key() }),
        Fact::Org(OrgFact::MetadataSet { key: key(), value: value() }),
        Fact::Org(OrgFact::MetadataRemoved { key: key() }),
        Fact::Instance(InstanceFact::OidcSettingsChanged { lifetimes: lifetimes() }),
        Fact::Instance(InstanceFact::LinesImported { file: [0x6d; 32], done: 200 }),
    ];
    facts.extend(credential_facts().into_iter().map(|fact| Fact::User(id("301"), fact)));
    facts.extend(project_grant_facts().into_iter().map(|fact| Fact::Project(id("601"), fact)));
    facts.push(Fact::Org(OrgFact::CredentialPolicySet { max_lifetime: Some(7_776_000) }));
    let leaked = UserFact::TokenLeaked { token: [0x11; 16], credential: id("401"), expires: at(9) };
    facts.push(Fact::User(id("301"), leaked));
    facts
}

fn project_grant_facts() -> Vec<ProjectFact> {
    let roles = || vec!["reader".to_owned(), "writer".to_owned()];
    vec![
        ProjectFact::GrantAdded { grant: id("801"), org: id("202"), roles: roles() },
        ProjectFact::GrantChanged { grant: id("801"), roles: roles() },
        ProjectFact::GrantCascadeChanged { grant: id("801"), roles: roles() },
        ProjectFact::GrantDeactivated { grant: id("801") },
        ProjectFact::GrantReactivated { grant: id("801") },
        ProjectFact::GrantRemoved { grant: id("801") },
    ]
}

pub fn stamps() -> Stamps {
    Stamps { created: at(1), changed: at(2), sequence: 12 }
}

fn lifetimes() -> TokenLifetimes {
    TokenLifetimes { access_token: 3600, id_token: 7200, refresh_token_idle: 86_400, refresh_token: 864_000 }
}

pub fn hash() -> SecretHash {
    SecretHash::Blake3([0x5c; 32])
}

pub fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).expect("an id")
}

/// Some second of the year 2026.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_392_000_000_000 + second * 1_000_000)
}
