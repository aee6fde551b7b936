//! What tokens and answers say of roles.

use crate::common::{
    Kit, text,
    web::{API, Auth},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::model::AccessTokenType;
use serde_json::{Value, json};

pub const ALL: &str = "urn:zitadel:iam:org:projects:roles";
pub const CLAIM: &str = "urn:zitadel:iam:org:project:roles";

pub fn audience(project: &str) -> String {
    format!("urn:zitadel:iam:org:project:id:{project}:aud")
}

fn role(key: &str) -> String {
    format!("urn:zitadel:iam:org:project:role:{key}")
}

pub fn claim(project: &str) -> String {
    format!("urn:zitadel:iam:org:project:{project}:roles")
}

/// Those claims of an answer that are about roles, by what stands after `urn:zitadel:iam:org:`.
pub fn told(answer: &Value) -> Value {
    let claims = answer.as_object().expect("an object").iter();
    let claims = claims.filter(|(name, _)| name.starts_with("urn:zitadel:iam:org:") && name.ends_with("roles"));
    claims.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

fn claims(jwt: &Value) -> Value {
    let jwt = text(jwt);
    let claims = jwt.split('.').nth(1).expect("claims");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON")
}

impl Kit {
    async fn told_of(&self, scope: &str) -> Value {
        told(&self.introspect(self.demo_auth(), &self.demo_token(scope).await).await)
    }
}

#[tokio::test]
async fn every_way_tells_the_same_roles() {
    let kit = Kit::new().await;
    let (user, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let project = kit.project_with("", "Billing", &["reader", "writer", "admin"]).await;
    kit.grant("", &user, &project, &["reader", "writer"]).await;
    kit.grant("", &kit.demo, &project, &["reader", "writer"]).await;
    let held = json!({ "reader": { &kit.org: "acme.localhost" }, "writer": { &kit.org: "acme.localhost" } });
    let expected = json!({ CLAIM: held, claim(&project): held });
    let scope = format!("openid {ALL} {} {API}", audience(&project));
    for auth in [kit.demo_auth(), Auth::Basic("jwt", &secret)] {
        let tokens = kit.ask_token(auth, &scope).await.ok();
        assert_eq!(told(&claims(&tokens["id_token"])), expected);
        let access = text(&tokens["access_token"]);
        if access.contains('.') {
            assert_eq!(told(&claims(&tokens["access_token"])), expected);
        }
        assert_eq!(told(&kit.introspect(kit.demo_auth(), &access).await), expected);
        assert_eq!(told(&kit.userinfo(&access).await.ok()), expected);
        assert!(kit.api_takes(&access).await);
    }
}

#[tokio::test]
async fn roles_are_told_to_whom_they_are_for_and_only_if_asked() {
    let kit = Kit::new().await;
    let one = kit.project_with("", "One", &["reader", "writer"]).await;
    let two = kit.project_with("", "Two", &["reader"]).await;
    kit.grant("", &kit.demo, &one, &["reader", "writer"]).await;
    kit.grant("", &kit.demo, &two, &["reader"]).await;
    let (for_one, for_two) = (audience(&one), audience(&two));
    let given = json!({ &kit.org: "acme.localhost" });
    assert_eq!(kit.told_of(&for_one).await, json!({}));
    assert_eq!(kit.told_of(ALL).await, json!({}));
    assert_eq!(kit.told_of(&format!("{ALL} {API}")).await, json!({}));
    assert_eq!(kit.told_of(&format!("{ALL} {}", audience("4711"))).await, json!({}));
    let reader = json!({ "reader": given });
    let scope = format!("{} {} {for_one}", role("reader"), role("admin"));
    assert_eq!(kit.told_of(&scope).await, json!({ CLAIM: reader, claim(&one): reader }));
    // One that names several says to none of them what it may take for its own.
    let both = json!({ claim(&one): { "reader": given, "writer": given }, claim(&two): reader });
    assert_eq!(kit.told_of(&format!("{for_one} {ALL} {for_two}")).await, both);
    let for_another = kit.told_of(&format!("{for_one} {ALL} {}", audience("somebody"))).await;
    assert_eq!(for_another, json!({ claim(&one): { "reader": given, "writer": given } }));
}

#[tokio::test]
async fn a_project_may_want_its_roles_told_unasked() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    kit.grant("", &kit.demo, &project, &["reader", "writer"]).await;
    let body = json!({ "id": project, "name": "Billing", "projectRoleAssertion": true });
    kit.ok("management/UpdateProject", body).await;
    let given = json!({ &kit.org: "acme.localhost" });
    let all = json!({ "reader": given, "writer": given });
    assert_eq!(kit.told_of(&audience(&project)).await, json!({ CLAIM: all, claim(&project): all }));
    let some = json!({ "writer": given });
    let scope = format!("{} {}", audience(&project), role("writer"));
    assert_eq!(kit.told_of(&scope).await, json!({ CLAIM: some, claim(&project): some }));
}

/// A scope that names a role is kept only while it is true.
#[tokio::test]
async fn a_scope_is_not_taken_for_a_role() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let grant = kit.grant("", &kit.demo, &project, &["reader"]).await;
    let scope = format!("{} {} {}", role("reader"), role("writer"), audience(&project));
    let token = kit.demo_token(&scope).await;
    let seen = kit.introspect(kit.demo_auth(), &token).await;
    assert_eq!(seen["scope"], format!("{} {}", role("reader"), audience(&project)));
    assert_eq!(kit.introspect(kit.demo_auth(), &kit.demo_token(&role("reader")).await).await["scope"], "");
    kit.ok("management/RemoveUserGrant", json!({ "userId": kit.demo, "grantId": grant })).await;
    assert_eq!(kit.introspect(kit.demo_auth(), &token).await["scope"], audience(&project));
}

#[tokio::test]
async fn what_is_out_of_force_gives_no_roles() {
    let kit = Kit::new().await;
    let org = kit.org_called("Owner").await;
    let project = kit.project_with(&org, "Billing", &["reader", "writer"]).await;
    let grant = kit.grant(&org, &kit.demo, &project, &["reader"]).await;
    let token = kit.demo_token(&format!("{ALL} {}", audience(&project))).await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let of_token = async || told(&kit.introspect(kit.demo_auth(), &token).await);
    let reader = json!({ "reader": { &org: "owner.localhost" } });
    let expected = json!({ CLAIM: reader, claim(&project): reader });
    assert_eq!(of_token().await, expected);

    let id = json!({ "userId": kit.demo, "grantId": grant, "id": project });
    for (off, on) in [
        ("DeactivateUserGrant", "ReactivateUserGrant"),
        ("DeactivateProject", "ReactivateProject"),
        ("DeactivateOrg", "ReactivateOrg"),
    ] {
        kit.ok_in(&org, &format!("management/{off}"), id.clone()).await;
        assert_eq!(of_token().await, json!({}), "{off}");
        kit.ok_in(&org, &format!("management/{on}"), id.clone()).await;
        assert_eq!(of_token().await, expected, "{on}");
    }
    // The opaque token, and what is said about a JWT, follow the state.
    let body = json!({ "userId": kit.demo, "grantId": grant, "roleKeys": ["writer"] });
    kit.ok_in(&org, "management/UpdateUserGrant", body).await;
    assert_eq!(of_token().await[CLAIM], json!({ "writer": { &org: "owner.localhost" } }));
    kit.ok_in(&org, "management/RemoveProject", json!({ "id": project })).await;
    assert_eq!(of_token().await, json!({}));
    let jwt = kit.ask_token(Auth::Basic("jwt", &secret), &format!("{ALL} {}", audience(&project))).await.ok();
    assert_eq!(told(&claims(&jwt["access_token"])), json!({}));
}

#[tokio::test]
async fn roles_can_be_asked_of_one_giver() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    kit.grant("", &kit.demo, &project, &["reader"]).await;
    let scope = |giver: &str| format!("{ALL} {} urn:zitadel:iam:org:roles:id:{giver}", audience(&project));
    let told = kit.told_of(&scope(&kit.org)).await;
    assert_eq!(told[CLAIM], json!({ "reader": { &kit.org: "acme.localhost" } }));
    assert_eq!(kit.told_of(&scope("4711")).await, json!({}));
}

/// A resource server belongs to the organisation of its project, and its clients to others.
#[tokio::test]
async fn a_resource_server_learns_of_the_tokens_for_its_project() {
    let kit = Kit::new().await;
    let org = kit.add_org("Server").await;
    let (_, secret) = kit.add_machine(&org, "server", AccessTokenType::Bearer).await;
    let project = kit.project_with(&org, "Billing", &["reader"]).await;
    kit.grant(&org, &kit.demo, &project, &["reader"]).await;
    let auth = Auth::Basic("server", &secret);
    let token = kit.demo_token(&format!("{} {ALL}", audience(&project))).await;
    let seen = kit.introspect(auth, &token).await;
    assert_eq!((&seen["active"], &seen["aud"]), (&json!(true), &json!([project])));
    assert_eq!(seen[CLAIM], json!({ "reader": { &org: "server.localhost" } }));

    // Others do not, not even those who are called like the project.
    let third = kit.add_org("Third").await;
    let (_, secret) = kit.add_machine(&third, &project, AccessTokenType::Bearer).await;
    assert_eq!(kit.introspect(Auth::Basic(&project, &secret), &token).await, json!({ "active": false }));

    // Nor once the project is gone, whose id stays in tokens of before and of after.
    kit.ok_in(&org, "management/RemoveProject", json!({ "id": project })).await;
    let after = kit.demo_token(&audience(&project)).await;
    for token in [&token, &after] {
        assert_eq!(kit.introspect(Auth::Basic(&project, &secret), token).await, json!({ "active": false }));
    }
}

#[tokio::test]
async fn a_personal_access_token_tells_each_organisation_its_own() {
    let kit = Kit::new().await;
    let org = kit.add_org("Server").await;
    let (asking, secret) = kit.add_machine(&org, "server", AccessTokenType::Bearer).await;
    kit.give_instance_role(&asking, "IAM_OWNER_VIEWER").await;
    let theirs = kit.project_with(&org, "Theirs", &["reader"]).await;
    let ours = kit.project_with("", "Ours", &["reader"]).await;
    kit.grant(&org, &kit.admin, &theirs, &["reader"]).await;
    kit.grant("", &kit.admin, &ours, &["reader"]).await;
    let seen = told(&kit.introspect(Auth::Basic("server", &secret), &kit.admin_token).await);
    assert_eq!(seen, json!({ claim(&theirs): { "reader": { &org: "server.localhost" } } }));
    let seen = told(&kit.introspect(kit.demo_auth(), &kit.admin_token).await);
    assert_eq!(seen, json!({ claim(&ours): { "reader": { &kit.org: "acme.localhost" } } }));
    assert_eq!(told(&kit.userinfo(&kit.admin_token).await.ok()), json!({}));
}

/// Keys of roles are anybody's to choose, and stand inside a claim, never beside the others.
#[tokio::test]
async fn a_role_takes_no_other_claims_place() {
    let kit = Kit::new().await;
    let (user, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let keys = ["sub", "iss", "urn:countersign:credential", "active", "scope", CLAIM];
    let project = kit.project_with("", "Billing", &keys).await;
    kit.grant("", &user, &project, &keys).await;
    let scope = format!("openid {ALL} {}", audience(&project));
    let tokens = kit.ask_token(Auth::Basic("jwt", &secret), &scope).await.ok();
    let said = claims(&tokens["access_token"]);
    assert_eq!((&said["sub"], &said["iss"]), (&json!(user), &json!(crate::common::ISSUER)));
    assert_eq!(said[CLAIM].as_object().expect("roles").len(), keys.len());
    let seen = kit.introspect(kit.demo_auth(), &text(&tokens["access_token"])).await;
    assert_eq!((&seen["sub"], &seen["active"], &seen["scope"]), (&json!(user), &json!(true), &json!(scope)));
}
