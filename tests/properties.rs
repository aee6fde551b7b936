//! Whatever is asked, in whatever order and by whomever: the log is whole and gives the state that requests read.

mod consistency;
mod indexes;

use crate::common::{Kit, disk::Disk, image::Image, text};
use countersign::{
    id::{OrgId, UserId},
    model::{Draft, InstanceFact, OrgFact, UserFact},
    store::{Decision, Warrant, check},
    time::Timestamp,
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::LazyLock};
use tokio::runtime::Runtime;

/// One thing that somebody asks for. Objects are picked from few, so that steps meet.
#[derive(Debug, Clone)]
struct Step {
    ask: Ask,
    /// Who asks, by the place in [`World::callers`].
    caller: usize,
    /// In which organisation, by the place in [`World::orgs`]; another number is the caller's own.
    context: usize,
    /// Which user it is about, and which of a few names it gives.
    user: u8,
    name: u8,
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    /// An operation of the API.
    Call(&'static str),
    /// The same twice at the same time.
    Twice(&'static str),
    /// An event that only the token endpoint brings about.
    RevokeToken,
}

const CALLS: &[&str] = &[
    "management/AddMachineUser",
    "management/UpdateMachine",
    "management/UpdateUserName",
    "management/GenerateMachineSecret",
    "management/RemoveMachineSecret",
    "management/AddPersonalAccessToken",
    "management/RemovePersonalAccessToken",
    "management/DeactivateUser",
    "management/ReactivateUser",
    "management/LockUser",
    "management/UnlockUser",
    "management/RemoveUser",
    "management/AddOrgMember",
    "management/UpdateOrgMember",
    "management/RemoveOrgMember",
    "management/AddOrg",
    "management/UpdateOrg",
    "management/DeactivateOrg",
    "management/ReactivateOrg",
    "authorization.v2/UpdateAuthorization",
    "admin/AddIAMMember",
    "admin/UpdateIAMMember",
    "admin/RemoveIAMMember",
    "admin/SetDefaultOrg",
    "admin/RemoveOrg",
    "keys/RotateSigningKey",
];

/// What takes the others away is rare, or there would be nothing to be taken.
const ENDS: &[&str] = &[
    "project.v2/DeleteProject",
    "project.v2/RemoveProjectRole",
    "project.v2/DeleteProjectGrant",
    "authorization.v2/DeleteAuthorization",
];

/// What projects need to be granted at all.
const SHARES: &[&str] = &[
    "project.v2/CreateProject",
    "project.v2/AddProjectRole",
    "project.v2/CreateProjectGrant",
    "project.v2/UpdateProjectGrant",
    "authorization.v2/CreateAuthorization",
];

/// Adding users is common, or most steps would be about users that are not there; ending an organisation is rare.
fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        8 => Just(Ask::Call("management/AddMachineUser")),
        20 => select(CALLS).prop_map(Ask::Call),
        16 => select(SHARES).prop_map(Ask::Call),
        2 => select(ENDS).prop_map(Ask::Call),
        4 => select(CALLS).prop_map(Ask::Twice),
        2 => Just(Ask::RevokeToken),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (asks(), 0..4usize, 0..4usize, 0..4u8, 0..4u8);
    let step = step.prop_map(|(ask, caller, context, user, name)| Step { ask, caller, context, user, name });
    vec(step, 1..40)
}

/// What the steps know of.
struct World {
    kit: Kit,
    /// Tokens: the administrator (twice as likely), the other organisation's owner, and a viewer.
    callers: Vec<String>,
    orgs: Vec<String>,
    /// Personal access tokens' ids, by user.
    tokens: BTreeMap<String, String>,
    /// The last authorization's id, by project.
    authorizations: BTreeMap<String, String>,
    /// Each owner's last sequence that was answered.
    heads: BTreeMap<String, u64>,
}

/// A server that begins with an organisation beside the administrator's, which has a share in a project of that.
struct Scene {
    image: Image,
    other: String,
    owner: String,
    viewer: String,
    /// What the other organisation gave in the project.
    authorization: String,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    // A thread of its own, because a test may run in a runtime already.
    let made = std::thread::spawn(|| {
        runtime().block_on(async {
            let mut people = None;
            let image = Image::make(async |kit: &Kit| {
                let (other, owner) = kit.other_org().await;
                let authorization = share(kit, &other).await;
                people = Some((other, owner, kit.member("ORG_OWNER_VIEWER").await, authorization));
            })
            .await;
            let (other, owner, viewer, authorization) = people.expect("made");
            Scene { image, other, owner, viewer, authorization }
        })
    });
    made.join().expect("no panic")
});

/// A project of the administrator's organisation that the other may give a role in, and gave.
async fn share(kit: &Kit, other: &str) -> String {
    let (project, role) = (json!("project-0"), json!("role-0"));
    let created = json!({ "organizationId": kit.org, "projectId": project, "name": "Shared" });
    kit.ok("project.v2/CreateProject", created).await;
    let added = json!({ "projectId": project, "roleKey": role, "displayName": role });
    kit.ok("project.v2/AddProjectRole", added).await;
    let granted = json!({ "projectId": project, "grantedOrganizationId": other, "roleKeys": [role] });
    kit.ok("project.v2/CreateProjectGrant", granted).await;
    let given = json!({ "userId": kit.demo, "projectId": project, "organizationId": other, "roleKeys": [role] });
    text(&kit.ok("authorization.v2/CreateAuthorization", given).await["id"])
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

impl World {
    fn body(&self, procedure: &str, step: &Step) -> Value {
        let user = format!("user-{}", step.user);
        let name = format!("name-{}", step.name);
        let org = self.orgs.get(step.context).unwrap_or(&self.orgs[0]);
        let (project, role) = (format!("project-{}", step.user / 3), format!("role-{}", step.name / 3));
        match procedure.rsplit('/').next().unwrap_or_default() {
            "AddMachineUser" => json!({ "userId": user, "userName": name, "name": name }),
            "UpdateMachine" => json!({ "userId": user, "name": name, "description": user }),
            "UpdateUserName" => json!({ "userId": user, "userName": name }),
            "RemovePersonalAccessToken" => json!({ "userId": user, "tokenId": self.tokens.get(&user) }),
            "DeactivateUser" | "ReactivateUser" | "LockUser" | "UnlockUser" | "RemoveUser" => json!({ "id": user }),
            "AddOrgMember" | "UpdateOrgMember" => {
                let role = if step.name.is_multiple_of(2) { "ORG_USER_MANAGER" } else { "ORG_OWNER" };
                json!({ "userId": user, "roles": [role] })
            }
            "AddIAMMember" | "UpdateIAMMember" => {
                let role = if step.name.is_multiple_of(2) { "IAM_OWNER" } else { "IAM_OWNER_VIEWER" };
                json!({ "userId": user, "roles": [role] })
            }
            "CreateProject" => json!({ "organizationId": org, "projectId": project, "name": name }),
            "DeleteProject" => json!({ "projectId": project }),
            "AddProjectRole" | "RemoveProjectRole" => {
                json!({ "projectId": project, "roleKey": role, "displayName": role })
            }
            "CreateProjectGrant" | "UpdateProjectGrant" | "DeleteProjectGrant" => {
                let roles = if step.name == 0 { json!([]) } else { json!([role]) };
                json!({ "projectId": project, "grantedOrganizationId": org, "roleKeys": roles })
            }
            "CreateAuthorization" => {
                json!({ "userId": self.kit.admin, "projectId": project, "organizationId": org, "roleKeys": [role] })
            }
            "UpdateAuthorization" | "DeleteAuthorization" => {
                json!({ "id": self.authorizations.get(&project), "roleKeys": [role] })
            }
            "AddOrg" | "UpdateOrg" => json!({ "name": name }),
            "SetDefaultOrg" | "RemoveOrg" => json!({ "orgId": org }),
            "DeactivateOrg" | "ReactivateOrg" | "RotateSigningKey" => json!({}),
            _ => json!({ "userId": user }),
        }
    }

    async fn call(&self, procedure: &str, step: &Step) -> Option<Value> {
        let context = self.orgs.get(step.context).map_or("", String::as_str);
        let body = self.body(procedure, step);
        self.kit.call_in(procedure, &self.callers[step.caller], context, body).await.ok()
    }

    /// Asks, and checks what was answered against what was written.
    async fn take(&mut self, step: &Step) {
        let before = self.events();
        let answers = match step.ask {
            Ask::Call(procedure) => vec![self.call(procedure, step).await],
            Ask::Twice(procedure) => {
                let (one, other) = tokio::join!(self.call(procedure, step), self.call(procedure, step));
                vec![one, other]
            }
            Ask::RevokeToken => vec![self.revoke(step).await],
        };
        let written = self.events() - before;
        if answers.iter().all(Option::is_none) {
            assert_eq!(written, 0, "{step:?} was refused and wrote");
        }
        for answer in answers.iter().flatten() {
            self.note(step, answer);
        }
    }

    async fn revoke(&self, step: &Step) -> Option<Value> {
        let user = UserId::parse(&format!("user-{}", step.user)).expect("an id");
        let token = [step.name; 16];
        // Some in the past, so that revocations are also forgotten.
        let expires = Timestamp::from_micros(self.kit.clock.now().micros() + i64::from(step.name) * 20);
        let changed = self.kit.app.store.change(Warrant::system(), move |state, _| {
            let Some(machine) = state.machine(&user)? else { return Ok(Decision::nothing(())) };
            let revoked = UserFact::TokenRevoked { token, expires };
            Ok(Decision::new(vec![Draft::user(&machine.org, &user, revoked)], ()))
        });
        changed.await.expect("valid").last().map(|_| json!({}))
    }

    /// Learns of new objects; a sequence that is answered is never one that was answered before.
    fn note(&mut self, step: &Step, answer: &Value) {
        if let Some(id) = answer.get("tokenId") {
            self.tokens.insert(format!("user-{}", step.user), text(id));
        }
        if matches!(step.ask, Ask::Call("authorization.v2/CreateAuthorization")) {
            self.authorizations.insert(format!("project-{}", step.user / 3), text(&answer["id"]));
        }
        if matches!(step.ask, Ask::Call("management/AddOrg") | Ask::Twice("management/AddOrg")) {
            self.orgs.push(text(&answer["id"]));
        }
        // It names the instance as the owner, as ZITADEL does, and the sequence of the log that ended.
        if matches!(step.ask, Ask::Call("admin/RemoveOrg") | Ask::Twice("admin/RemoveOrg")) {
            return;
        }
        let details = &answer["details"];
        let sequence = details["sequence"].as_str().and_then(|sequence| sequence.parse::<u64>().ok());
        if let (Some(owner), Some(sequence)) = (details["resourceOwner"].as_str(), sequence) {
            let head = self.heads.entry(owner.into()).or_default();
            *head = sequence.max(*head);
        }
    }

    fn events(&self) -> u64 {
        self.kit.app.store.event_count().expect("counted")
    }

    /// One more event in each log; its sequence is the log's length, so together they are all events there are.
    async fn count_by_owner(&self) {
        let nobody = UserId::parse("nobody").expect("an id");
        let snapshot = self.kit.app.store.snapshot().expect("a snapshot");
        let instance = snapshot.state().instance().expect("an instance").id;
        let roles = Vec::new();
        let mut events = vec![Draft::instance(&instance, InstanceFact::MemberAdded { user: nobody.clone(), roles })];
        for org in &self.orgs {
            let added = OrgFact::MemberAdded { user: nobody.clone(), roles: Vec::new() };
            events.push(Draft::org(&OrgId::parse(org).expect("an id"), added));
        }
        let changed = self.kit.app.store.change(Warrant::system(), move |_, _| Ok(Decision::new(events, ())));
        let receipts = changed.await.expect("valid").receipts;
        for receipt in &receipts {
            let answered = self.heads.get(receipt.owner.as_str()).copied().unwrap_or_default();
            assert!(answered < receipt.sequence, "{} answered {answered}, which is to come", receipt.owner);
        }
        assert_eq!(receipts.iter().map(|receipt| receipt.sequence).sum::<u64>(), self.events(), "a sequence has a gap");
    }
}

async fn whatever_is_asked(steps: Vec<Step>) {
    let Scene { image, other, owner, viewer, authorization } = &*SCENE;
    let disk = image.disk();
    let kit = image.open_on(&disk);
    let mut world = World {
        callers: vec![kit.admin_token.clone(), kit.admin_token.clone(), owner.clone(), viewer.clone()],
        orgs: vec![kit.org.clone(), other.clone()],
        tokens: BTreeMap::new(),
        authorizations: BTreeMap::from([("project-0".to_owned(), authorization.clone())]),
        heads: BTreeMap::new(),
        kit,
    };
    for step in &steps {
        world.take(step).await;
    }
    consistency::assert_consistent(&world.kit.app.store.snapshot().expect("a snapshot").state());
    world.count_by_owner().await;

    let folder = tempfile::tempdir().expect("a folder");
    let report = check(&world.kit.app.store, &folder.path().join("scratch"), |_| {}).expect("checked");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.events, world.events());
    // Everything was answered, so a power cut takes nothing.
    let survivor = image.open_on(&Disk::holding(disk.after_power_cut(|_| false)));
    assert_eq!(survivor.app.store.event_count().expect("counted"), report.events);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_gives_the_state_whatever_was_asked(steps in steps()) {
        runtime().block_on(whatever_is_asked(steps));
    }
}
