//! Everybody who may call.

use super::requests::{self, Objects};
use crate::common::{Kit, image::Image};
use countersign::{
    id::{OrgId, Project, ProjectGrant, ProjectGrantId, ProjectId, User, UserGrant, UserGrantId, UserId},
    model::{
        AccessTokenType, Column, Draft, Fact, InstanceFact, OrgFact, ProjectFact, ProjectSettings, UserFact,
        UserGrantFact,
    },
    permission::Roles,
    random::Random,
    secret::{Prefix, SecretText},
    store::Direction,
    time::Timestamp,
};
use std::{cell::RefCell, fmt::Write};

pub struct Caller {
    /// What its column is called.
    pub column: String,
    pub user: String,
    pub token: String,
    /// What it sends as `x-zitadel-orgid`.
    pub header: String,
    /// Whether it holds a role where it asks.
    pub has_role: bool,
    pub about_itself: bool,
    /// Whether it belongs to another organisation, without a role that reaches this one.
    pub is_stranger: bool,
}

/// A server with an organisation that everything is about, and everybody who calls it.
pub struct World {
    pub image: Image,
    pub callers: Vec<Caller>,
    pub org: String,
    pub victim: String,
    pub objects: Objects,
    roles: Vec<String>,
}

impl World {
    pub async fn make() -> Self {
        let people = RefCell::new(None);
        let image = Image::make(async |kit: &Kit| {
            let mut made = People::new(kit);
            made.settle(kit).await;
            people.replace(Some(made));
        })
        .await;
        let People { callers, org, victim, objects, roles, .. } = people.into_inner().expect("settled");
        Self { image, callers, org: org.to_string(), victim, objects, roles }
    }

    /// Everything that the organisation owns, to be compared.
    pub fn portrait(&self, kit: &Kit) -> String {
        let snapshot = kit.app.store.snapshot().expect("a snapshot");
        let (state, org) = (snapshot.state(), OrgId::parse(&self.org).expect("an id"));
        let machines = state.machines(&org, Column::Id, Direction::Ascending).expect("machines");
        let machines: Vec<_> = machines.map(|machine| machine.expect("a machine")).collect();
        let credentials: Vec<_> = machines
            .iter()
            .map(|machine| state.credentials(&machine.id).expect("credentials").map(Result::ok).collect::<Vec<_>>())
            .collect();
        let members: Vec<_> = state.members(&org, Direction::Ascending).expect("members").map(Result::ok).collect();
        let grants: Vec<_> = state.user_grants(&org, Direction::Ascending).expect("grants").map(Result::ok).collect();
        let shared = state.project_grants_by(&org, Direction::Ascending).expect("grants");
        let shared: Vec<_> = shared.map(Result::ok).collect();
        let projects: Vec<_> = state
            .projects(&org, Direction::Ascending)
            .expect("projects")
            .map(|project| project.expect("a project"))
            .map(|project| (state.project_roles(&project.id, Direction::Ascending).expect("roles").count(), project))
            .collect();
        let org = state.org(&org).expect("read");
        format!("{org:?} {machines:?} {credentials:?} {members:?} {projects:?} {grants:?} {shared:?}")
    }

    /// What the columns of roles are called.
    pub fn roles_legend(&self) -> String {
        self.roles.iter().fold(String::from("\n"), |mut text, role| {
            writeln!(text, "  {:<9}  {role}", initials(role)).expect("a string takes anything");
            text
        })
    }
}

/// `ORG_USER_MANAGER` -> `OUM`.
fn initials(role: &str) -> String {
    role.split('_').filter_map(|word| word.chars().next()).collect()
}

struct People {
    callers: Vec<Caller>,
    org: OrgId,
    elsewhere: OrgId,
    victim: String,
    objects: Objects,
    roles: Vec<String>,
    events: Vec<Draft>,
    random: Random,
}

impl People {
    fn new(kit: &Kit) -> Self {
        Self {
            callers: Vec::new(),
            org: kit.app.new_id(),
            elsewhere: kit.app.new_id(),
            victim: String::new(),
            objects: Objects {
                token: String::new(),
                project: kit.app.new_id::<Project>().to_string(),
                grant: kit.app.new_id::<UserGrant>().to_string(),
                project_grant: kit.app.new_id::<ProjectGrant>().to_string(),
                partner: kit.app.new_id::<countersign::id::Owner>().to_string(),
            },
            roles: Vec::new(),
            events: Vec::new(),
            random: Random::from_seed(3),
        }
    }

    /// Makes everybody, by events alone: this test must not depend on the operations that it tests.
    async fn settle(&mut self, kit: &Kit) {
        let (org, elsewhere) = (self.org.clone(), self.elsewhere.clone());
        let partner = OrgId::parse(&self.objects.partner).expect("an id");
        for (org, name) in [(&org, "here"), (&elsewhere, "elsewhere"), (&partner, "partner")] {
            let added = OrgFact::Added { name: name.into(), primary_domain: format!("{name}.localhost") };
            self.events.push(Draft::org(org, added));
        }
        let snapshot = kit.app.store.snapshot().expect("a snapshot");
        let instance = snapshot.state().instance().expect("an instance").id;
        let (victim, _) = self.add(kit, &org, "victim");
        self.victim = victim.to_string();
        self.objects.token = self.last_credential();
        self.add_project(&org, &victim);
        // Memberships that permit nothing, to be looked at, changed and removed.
        let harmless = OrgFact::MemberAdded { user: victim.clone(), roles: vec![requests::HARMLESS_ORG_ROLE.into()] };
        self.events.push(Draft::org(&org, harmless));
        let harmless = InstanceFact::MemberAdded { user: victim, roles: vec![requests::HARMLESS_INSTANCE_ROLE.into()] };
        self.events.push(Draft::instance(&instance, harmless));

        let roles = Roles::built_in().expect("roles");
        for role in roles.instance_roles() {
            let (user, token) = self.add(kit, &elsewhere, role);
            let added = InstanceFact::MemberAdded { user: user.clone(), roles: vec![role.into()] };
            self.events.push(Draft::instance(&instance, added));
            self.call_as(role, &user, token, org.as_str());
        }
        for role in roles.default_org_roles() {
            let (user, token) = self.add_member(kit, &org, role, role);
            self.call_as(role, &user, token, "");
        }

        let (user, token) = self.add(kit, &org, "no-role");
        self.call(Caller { about_itself: false, ..caller("no-role", &user, &token, "") });
        self.call(Caller { about_itself: true, ..caller("itself", &user, &token, "") });
        self.call(caller("nobody", &user, "", ""));
        let (user, token) = self.add_member(kit, &org, "locked", "ORG_OWNER");
        self.events.push(Draft::user(&org, &user, UserFact::Locked));
        self.call(caller("locked", &user, &token, ""));
        let garbage = SecretText::generate(Prefix::PersonalAccessToken, &self.random);
        self.call(caller("garbage", &user, garbage.expose(), ""));
        let owner = self.callers[0].token.clone();
        self.call(caller("no-org", &user, &owner, "999999999999999999"));
        let (user, token) = self.add_member(kit, &elsewhere, "stranger", "ORG_OWNER");
        for (column, header) in [("stranger", ""), ("+header", org.as_str())] {
            self.call(Caller { is_stranger: true, ..caller(column, &user, &token, header) });
        }
        kit.happen(std::mem::take(&mut self.events)).await;
    }

    /// A user, and a token of it.
    fn add(&mut self, kit: &Kit, org: &OrgId, name: &str) -> (UserId, String) {
        let (user, credential) = (kit.app.new_id::<User>(), kit.app.new_id());
        let token = SecretText::generate(Prefix::PersonalAccessToken, &self.random);
        let added = UserFact::MachineAdded {
            user_name: name.into(),
            name: name.into(),
            description: String::new(),
            access_token_type: AccessTokenType::Bearer,
        };
        let token_added = UserFact::PatAdded {
            credential,
            hash: kit.app.keys.load().personal_access_tokens().hash(token.expose()),
            hint: token.hint(),
            expires: Timestamp::NEVER,
            scopes: Vec::new(),
        };
        self.events.extend([Draft::user(org, &user, added), Draft::user(org, &user, token_added)]);
        (user, token.expose().into())
    }

    /// A project with a role, which the victim has, and the third organisation may give.
    fn add_project(&mut self, org: &OrgId, victim: &UserId) {
        let through = ProjectGrantId::parse(&self.objects.project_grant).expect("an id");
        let partner = OrgId::parse(&self.objects.partner).expect("an id");
        let project = ProjectId::parse(&self.objects.project).expect("an id");
        let grant = UserGrantId::parse(&self.objects.grant).expect("an id");
        let (key, name) = (requests::PROJECT_ROLE.to_owned(), "project".to_owned());
        let role = ProjectFact::RoleAdded { key: key.clone(), display_name: key.clone(), group: String::new() };
        let shared = ProjectFact::GrantAdded { grant: through, org: partner, roles: vec![key.clone()] };
        let added = UserGrantFact::Added { user: victim.clone(), project: project.clone(), roles: vec![key] };
        self.events.extend([
            Draft::project(org, &project, ProjectFact::Added { name, settings: ProjectSettings::default() }),
            Draft::project(org, &project, role),
            Draft::project(org, &project, shared),
            Draft::user_grant(org, &grant, added),
        ]);
    }

    fn add_member(&mut self, kit: &Kit, org: &OrgId, name: &str, role: &str) -> (UserId, String) {
        let (user, token) = self.add(kit, org, name);
        self.events.push(Draft::org(org, OrgFact::MemberAdded { user: user.clone(), roles: vec![role.into()] }));
        (user, token)
    }

    fn call_as(&mut self, role: &str, user: &UserId, token: String, header: &str) {
        self.roles.push(role.into());
        self.call(Caller { has_role: true, ..caller(&initials(role), user, &token, header) });
    }

    fn call(&mut self, caller: Caller) {
        assert!(self.callers.iter().all(|other| other.column != caller.column), "{} is used twice", caller.column);
        self.callers.push(caller);
    }

    fn last_credential(&self) -> String {
        match self.events.last().map(|event| &event.fact) {
            Some(Fact::User(_, UserFact::PatAdded { credential, .. })) => credential.to_string(),
            other => panic!("not a token: {other:?}"),
        }
    }
}

fn caller(column: &str, user: &UserId, token: &str, header: &str) -> Caller {
    Caller {
        column: column.into(),
        user: user.to_string(),
        token: token.into(),
        header: header.into(),
        has_role: false,
        about_itself: false,
        is_stranger: false,
    }
}
