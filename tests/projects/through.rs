//! What users have through a project grant, and what goes with it.

use super::{
    assert_list,
    telling::{ALL, CLAIM, audience, claim, told},
};
use crate::common::{Kit, text};
use countersign::{
    error::Kind::{FailedPrecondition, NotFound},
    id::{OrgId, ProjectId, UserGrantId, UserId},
    limits::MAX_PROJECT_CASCADE,
    model::{Draft, UserGrantFact},
};
use serde_json::{Value, json};

/// A project of `Owner` that the administrator's organisation may give two of three roles in.
struct Shared {
    kit: Kit,
    owner: String,
    project: String,
    grant: String,
}

impl Shared {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let owner = kit.org_called("Owner").await;
        let project = kit.project_with(&owner, "Billing", &["reader", "writer", "admin"]).await;
        let grant = kit.share(&owner, &project, &kit.org, &["reader", "writer"]).await;
        Self { kit, owner, project, grant }
    }

    fn body(&self, roles: &[&str]) -> Value {
        json!({
            "userId": self.kit.demo, "projectId": self.project, "projectGrantId": self.grant, "roleKeys": roles,
        })
    }

    async fn give(&self, roles: &[&str]) -> String {
        text(&self.kit.ok("management/AddUserGrant", self.body(roles)).await["userGrantId"])
    }

    async fn owner(&self, method: &str, mut body: Value) {
        body["projectId"] = json!(self.project);
        self.kit.ok_in(&self.owner, &format!("management/{method}"), body).await;
    }

    fn expected(&self, roles: &[&str]) -> Value {
        let given = json!({ &self.kit.org: "acme.localhost" });
        let held: Value = roles.iter().map(|role| (String::from(*role), given.clone())).collect();
        json!({ CLAIM: held, claim(&self.project): held })
    }
}

#[tokio::test]
async fn an_organisation_gives_what_it_was_granted() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, grant } = &shared;
    let given = shared.give(&["reader"]).await;
    let id = json!({ "userId": kit.demo, "grantId": given });
    let shown = kit.ok("management/GetUserGrantByID", id.clone()).await["userGrant"].take();
    assert_eq!((&shown["projectGrantId"], &shown["projectId"]), (&json!(grant), &json!(project)));
    assert_eq!((&shown["orgId"], &shown["details"]["resourceOwner"]), (&json!(kit.org), &json!(kit.org)));

    // Within what was granted, nothing else.
    let update = |roles: Value| json!({ "userId": kit.demo, "grantId": given, "roleKeys": roles });
    kit.ok("management/UpdateUserGrant", update(json!(["writer", "reader"]))).await;
    let beyond = update(json!(["admin"]));
    kit.refused("management/UpdateUserGrant", beyond, FailedPrecondition, "COMMAND-mm9F4").await;
    kit.ok("management/RemoveUserGrant", id.clone()).await;
    kit.refused("management/AddUserGrant", shared.body(&["admin"]), FailedPrecondition, "COMMAND-mm9F4").await;

    // The project grant is found where it is not named; others are not taken for it.
    let mut body = shared.body(&["reader"]);
    body["projectGrantId"] = json!("");
    kit.ok("management/AddUserGrant", body.clone()).await;
    for wrong in ["4711", "../x"] {
        body["projectGrantId"] = json!(wrong);
        kit.refused("management/AddUserGrant", body.clone(), FailedPrecondition, "COMMAND-4m9ff").await;
    }
    let third = kit.org_called("Third").await;
    kit.refused_in(&third, "management/AddUserGrant", shared.body(&[]), FailedPrecondition, "COMMAND-4m9ff").await;
    kit.refused_in(owner, "management/AddUserGrant", shared.body(&[]), FailedPrecondition, "COMMAND-4m9ff").await;
    kit.events_after_check();
}

#[tokio::test]
async fn the_owner_of_a_project_sees_what_others_gave_in_it() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, grant } = &shared;
    let through = shared.give(&["reader"]).await;
    let own = kit.grant(owner, &kit.demo, project, &["admin"]).await;
    let elsewhere = kit.project_with("", "Elsewhere", &["reader"]).await;
    let other = kit.grant("", &kit.demo, &elsewhere, &["reader"]).await;
    let (through, own, other) = (through.as_str(), own.as_str(), other.as_str());
    let list = async |org: &str, queries: Value| {
        kit.ok_in(org, "management/ListUserGrants", json!({ "queries": queries })).await
    };
    let with = json!({ "withGrantedQuery": { "withGranted": true } });
    assert_list(&list(owner, json!([])).await, "id", &[own]);
    assert_list(&list(owner, json!([{ "withGrantedQuery": {} }])).await, "id", &[own]);
    assert_list(&list(owner, json!([with])).await, "id", &[own, through]);
    for narrow in
        [json!({ "projectIdQuery": { "projectId": project } }), json!({ "userIdQuery": { "userId": kit.demo } })]
    {
        assert_list(&list(owner, json!([with, narrow])).await, "id", &[own, through]);
        assert_list(&list(owner, json!([narrow])).await, "id", &[own]);
    }
    let by_grant = |id: &str| json!({ "projectGrantIdQuery": { "projectGrantId": id } });
    assert_list(&list(owner, json!([with, by_grant(grant)])).await, "id", &[through]);
    assert_list(&list(owner, json!([by_grant(grant)])).await, "id", &[]);
    assert_list(&list("", json!([by_grant(grant)])).await, "id", &[through]);
    assert_list(&list("", json!([by_grant("")])).await, "id", &[other]);
    assert_list(&list("", json!([by_grant("4711")])).await, "id", &[]);
    assert_list(&list("", json!([with])).await, "id", &[other, through]);
}

#[tokio::test]
async fn tokens_tell_roles_that_were_given_through_a_project_grant() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, grant } = &shared;
    shared.give(&["reader", "writer"]).await;
    let token = kit.demo_token(&format!("{ALL} {}", audience(project))).await;
    let seen = async || told(&kit.introspect(kit.demo_auth(), &token).await);
    let all = shared.expected(&["reader", "writer"]);
    assert_eq!(seen().await, all);

    // The owner's own grants stand beside them.
    let own = kit.grant(owner, &kit.demo, project, &["reader"]).await;
    let both = json!({ &kit.org: "acme.localhost", owner: "owner.localhost" });
    assert_eq!(seen().await[CLAIM]["reader"], both);
    kit.ok_in(owner, "management/RemoveUserGrant", json!({ "userId": kit.demo, "grantId": own })).await;

    let id = json!({ "grantId": grant });
    shared.owner("DeactivateProjectGrant", id.clone()).await;
    assert_eq!(seen().await, json!({}));
    shared.owner("ReactivateProjectGrant", id.clone()).await;
    assert_eq!(seen().await, all);
    shared.owner("UpdateProjectGrant", json!({ "grantId": grant, "roleKeys": ["writer"] })).await;
    assert_eq!(seen().await, shared.expected(&["writer"]));
    shared.owner("RemoveProjectRole", json!({ "roleKey": "writer" })).await;
    assert_eq!(seen().await, json!({}));
    kit.events_after_check();
}

#[tokio::test]
async fn what_is_granted_no_more_is_given_no_more() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, grant } = &shared;
    let given = shared.give(&["reader", "writer"]).await;
    let kept = kit.grant(owner, &kit.demo, project, &["reader", "writer"]).await;
    let roles = async |org: &str, id: &str| {
        let id = json!({ "userId": kit.demo, "grantId": id });
        kit.ok_in(org, "management/GetUserGrantByID", id).await["userGrant"]["roleKeys"].take()
    };
    let before = kit.events_after_check();
    shared.owner("UpdateProjectGrant", json!({ "grantId": grant, "roleKeys": ["writer", "admin"] })).await;
    assert_eq!(kit.events_after_check() - before, 2);
    assert_eq!(roles("", &given).await, json!(["writer"]));
    assert_eq!(roles(owner, &kept).await, json!(["reader", "writer"]));

    // A role that goes, goes from everywhere: two users' grants, the project grant, the role.
    let before = kit.events_after_check();
    shared.owner("RemoveProjectRole", json!({ "roleKey": "writer" })).await;
    assert_eq!(kit.events_after_check() - before, 4);
    assert_eq!(roles("", &given).await, Value::Null);
    let id = json!({ "projectId": project, "grantId": grant });
    let shown = kit.ok_in(owner, "management/GetProjectGrantByID", id).await;
    assert_eq!(shown["projectGrant"]["grantedRoleKeys"], json!(["admin"]));

    let before = kit.events_after_check();
    shared.owner("RemoveProjectGrant", json!({ "grantId": grant })).await;
    assert_eq!(kit.events_after_check() - before, 2);
    let gone = json!({ "userId": kit.demo, "grantId": given });
    kit.refused("management/GetUserGrantByID", gone, NotFound, "QUERY-wIPkA").await;
    assert_eq!(roles(owner, &kept).await, json!(["reader"]));
    kit.refused("management/AddUserGrant", shared.body(&[]), FailedPrecondition, "COMMAND-4m9ff").await;
}

#[tokio::test]
async fn a_project_goes_with_its_grants() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, .. } = &shared;
    shared.give(&["reader"]).await;
    let before = kit.events_after_check();
    kit.ok_in(owner, "management/RemoveProject", json!({ "id": project })).await;
    assert_eq!(kit.events_after_check() - before, 3);
    assert_list(&kit.ok("management/ListGrantedProjects", json!({})).await, "grantId", &[]);
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[]);
}

#[tokio::test]
async fn an_organisation_goes_with_what_it_granted() {
    let shared = Shared::new().await;
    let Shared { kit, owner, .. } = &shared;
    shared.give(&["reader"]).await;
    let before = kit.events_after_check();
    kit.ok_in(owner, "management/RemoveOrg", json!({})).await;
    // The founder's membership; what the user had, the grant and the project; the organisation.
    assert_eq!(kit.events_after_check() - before, 5);
    assert_list(&kit.ok("management/ListGrantedProjects", json!({})).await, "grantId", &[]);
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[]);
}

#[tokio::test]
async fn an_organisation_goes_with_what_it_was_granted() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let org = kit.org_called("Revocation").await;
    kit.share("", &project, &org, &["reader"]).await;
    let inside = kit.machine_in(&org, "inside").await;
    for user in [&inside, &kit.demo] {
        kit.grant(&org, user, &project, &["reader"]).await;
    }
    let before = kit.events_after_check();
    kit.ok_in(&org, "management/RemoveOrg", json!({})).await;
    // What the user inside had, and the user; the founder's membership; what the user from elsewhere had; the project
    // grant; the organisation.
    assert_eq!(kit.events_after_check() - before, 6);
    assert_list(&kit.ok("management/ListAllProjectGrants", json!({})).await, "grantId", &[]);
}

#[tokio::test]
async fn a_project_grant_that_would_hold_up_everybody_stays() {
    let shared = Shared::new().await;
    let Shared { kit, owner, project, grant } = &shared;
    let (org, id) = (OrgId::parse(&kit.org).expect("an id"), ProjectId::parse(project).expect("an id"));
    let given = |number: usize| UserGrantId::parse(&format!("g{number}")).expect("an id");
    let added = |number: usize| {
        let user = UserId::parse(&format!("u{number}")).expect("an id");
        let fact = UserGrantFact::Added { user, project: id.clone(), roles: vec!["reader".into()] };
        Draft::user_grant(&org, &given(number), fact)
    };
    kit.happen((0..=MAX_PROJECT_CASCADE).map(added).collect()).await;
    let body = json!({ "projectId": project, "grantId": grant });
    for method in ["RemoveProjectGrant", "UpdateProjectGrant"] {
        let procedure = format!("management/{method}");
        kit.refused_in(owner, &procedure, body.clone(), FailedPrecondition, "COUNTERSIGN-large").await;
    }
    kit.happen(vec![Draft::user_grant(&org, &given(0), UserGrantFact::Removed)]).await;
    kit.ok_in(owner, "management/UpdateProjectGrant", body.clone()).await;
    kit.ok_in(owner, "management/RemoveProjectGrant", body).await;
}
