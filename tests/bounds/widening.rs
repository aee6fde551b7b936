//! Nobody gets from a narrowed credential to one that is narrowed less.

use super::{narrow, secret, token};
use crate::{
    common::{
        Kit, refused_with, text,
        web::{API, Auth},
    },
    permission_matrix::{World, requests},
};
use countersign::{
    api::operations,
    error::Kind,
    id::UserId,
    model::{Bounds, Credential, Network, UserGrantState},
    proto::ROUTES,
};
use serde_json::{Value, json};

const NETWORK: &str = "192.0.2.0/24";

fn too_wide() -> (Kind, String) {
    (Kind::PermissionDenied, "COUNTERSIGN-bounds".into())
}

/// A token of the demo user, minted by a secret with these bounds.
async fn minted(kit: &Kit, bounds: Value) -> (String, String) {
    let (id, secret) = secret(kit, &kit.demo, bounds).await;
    let answer = kit.ask_token(Auth::Basic("demo", &secret), API).await;
    (id, text(&answer.ok()["access_token"]))
}

#[tokio::test]
async fn a_narrowed_credential_makes_none_that_is_narrowed_less() {
    let kit = Kit::new().await;
    let (id, token) = minted(&kit, json!({ "roles": ["ORG_OWNER"], "scopes": [API] })).await;
    let user = kit.demo.as_str();
    let (wider, _) = secret(&kit, user, json!({})).await;
    for (procedure, request) in [
        ("credential/AddSecret", json!({ "userId": user })),
        ("credential/AddSecret", json!({ "userId": user, "bounds": { "roles": ["ORG_OWNER"] } })),
        ("credential/AddSecret", json!({ "userId": user, "bounds": { "roles": ["IAM_OWNER"], "scopes": [API] } })),
        ("credential/ImportSecret", json!({ "userId": user, "plain": "Zx8kQ2vB7nM4pL0sT6wY3cR9" })),
        ("credential/AddKey", json!({ "userId": user, "publicKey": requests::PUBLIC_KEY })),
        ("credential/AddKey", json!({ "userId": user, "bounds": { "scopes": [API] } })),
        ("credential/AddPersonalAccessToken", json!({ "userId": user })),
        ("credential/AddPersonalAccessToken", json!({ "userId": user, "bounds": { "roles": ["IAM_OWNER"] } })),
        ("credential/RotateSecret", json!({ "userId": user })),
        ("credential/SetCredentialBounds", json!({ "userId": user, "credentialId": id, "bounds": {} })),
        (
            "credential/SetCredentialBounds",
            json!({ "userId": user, "credentialId": wider, "bounds": { "scopes": [API] } }),
        ),
        (
            "credential/SetCredentialExpiry",
            json!({ "userId": user, "credentialId": wider, "expires": "2100-01-01T00:00:00Z" }),
        ),
        ("credential/ResumeCredential", json!({ "userId": user, "credentialId": wider })),
        ("user.v2/AddSecret", json!({ "userId": user })),
        ("user.v2/AddPersonalAccessToken", json!({ "userId": user, "expirationDate": "2100-01-01T00:00:00Z" })),
    ] {
        let answer = kit.call(procedure, &token, request.clone()).await;
        assert_eq!(refused_with(answer), too_wide(), "{procedure} {request}");
    }
    let within = json!({ "userId": user, "bounds": { "roles": ["ORG_OWNER"], "scopes": [API], "read_only": true } });
    for procedure in ["credential/AddSecret", "credential/AddPersonalAccessToken"] {
        kit.call(procedure, &token, within.clone()).await.expect("it is narrower");
    }
    let narrower = json!({ "roles": ["ORG_OWNER"], "scopes": [API], "networks": ["198.51.100.0/24"] });
    let request = json!({ "userId": user, "credentialId": id, "bounds": narrower });
    kit.call("credential/SetCredentialBounds", &token, request).await.expect("it is narrower");
}

#[tokio::test]
async fn a_narrowed_secret_can_rotate_itself() {
    let kit = Kit::new().await;
    let user = kit.machine("robot").await;
    let bounds = json!({ "scopes": [API], "roles": ["ORG_OWNER"] });
    let (_, old) = secret(&kit, &user, bounds.clone()).await;
    let token = text(&kit.ask_token(Auth::Basic("robot", &old), API).await.ok()["access_token"]);
    let rotated = kit.call("credential/RotateSecret", &token, json!({ "userId": user })).await.expect("rotated");
    assert_eq!(rotated["credential"]["bounds"], bounds);
}

/// Roles would count for whatever credential the other account has.
#[tokio::test]
async fn a_narrowed_credential_gives_no_roles() {
    let kit = Kit::new().await;
    let (accomplice, member) = (kit.machine("accomplice").await, kit.machine("member").await);
    let admin = kit.admin.clone();
    let project = text(&kit.ok("management/AddProject", json!({ "name": "shop" })).await["id"]);
    let grant = kit.ok("management/AddUserGrant", json!({ "userId": member, "projectId": project })).await;
    let grant = json!({ "userId": member, "grantId": grant["userGrantId"] });
    kit.ok("management/AddProjectRole", json!({ "projectId": project, "roleKey": "r", "displayName": "r" })).await;
    kit.ok("management/AddOrgMember", json!({ "userId": member, "roles": ["ORG_OWNER_VIEWER"] })).await;
    let (id, networks) = token(&kit, &admin, json!({ "networks": ["0.0.0.0/0"] })).await;
    let (_, scopes) = token(&kit, &admin, json!({ "scopes": [API] })).await;
    for token in [&networks, &scopes] {
        let mut change = grant.clone();
        change["roleKeys"] = json!(["r"]);
        let of_org = json!({ "organizationId": kit.org });
        for (procedure, request) in [
            ("admin/AddIAMMember", json!({ "userId": accomplice, "roles": ["IAM_OWNER"] })),
            ("management/AddOrgMember", json!({ "userId": accomplice, "roles": ["ORG_OWNER"] })),
            ("management/UpdateOrgMember", json!({ "userId": member, "roles": ["ORG_OWNER"] })),
            (
                "admins.v2/CreateAdministrator",
                json!({ "userId": accomplice, "resource": of_org, "roles": ["ORG_OWNER"] }),
            ),
            ("org.v2/AddOrganization", json!({ "name": "new", "admins": [{ "userId": accomplice }] })),
            ("management/AddUserGrant", json!({ "userId": accomplice, "projectId": project })),
            ("management/UpdateUserGrant", change),
        ] {
            let answer = kit.call_from("192.0.2.7", procedure, token, "", request).await;
            let (kind, fault, said) = answer.expect_err(procedure);
            assert_eq!((kind, fault), too_wide_for_roles(), "{procedure}: {said}");
            assert!(said.contains("cannot give roles"), "{said}");
        }
    }
    // It can take roles away; and what is narrowed to roles alone can give those.
    let off = kit.call_from("192.0.2.7", "management/DeactivateUserGrant", &networks, "", grant.clone()).await;
    off.expect("switched off");
    let on = kit.call_from("192.0.2.7", "management/ReactivateUserGrant", &networks, "", grant).await;
    on.expect_err("it would give them again");
    let removed = json!({ "userId": member });
    kit.call_from("192.0.2.7", "management/RemoveOrgMember", &networks, "", removed).await.expect("removed");
    narrow(&kit, &admin, &id, json!({ "roles": ["IAM_OWNER"] })).await;
    let given = json!({ "userId": member, "roles": ["ORG_OWNER"] });
    kit.call("management/AddOrgMember", &networks, given).await.expect("given");
}

fn too_wide_for_roles() -> (Kind, Option<&'static str>) {
    (Kind::PermissionDenied, Some("COUNTERSIGN-bounds"))
}

/// Every operation of the table, as an administrator whose token is good in one network only: whatever credential there
/// is then and was not there before, or not so, is good in that network only; and nobody has roles that it had not.
#[tokio::test]
async fn a_narrowed_credential_lets_no_organisation_give_roles() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let project = text(&kit.ok("management/AddProject", json!({ "name": "Shop" })).await["id"]);
    for role in ["reader", "writer"] {
        let body = json!({ "projectId": project, "roleKey": role, "displayName": role });
        kit.ok("management/AddProjectRole", body).await;
    }
    let (_, token) = token(&kit, &kit.admin, json!({ "networks": [NETWORK] })).await;
    let refused = async |procedure: &str, body: Value| {
        let answer = kit.call_from("192.0.2.7", procedure, &token, &kit.org, body).await;
        assert_eq!(refused_with(answer), too_wide(), "{procedure}");
    };
    refused("management/AddOrg", json!({ "name": "Mine" })).await;
    let given = |roles: Value| json!({ "projectId": project, "grantedOrgId": org, "roleKeys": roles });
    refused("management/AddProjectGrant", given(json!(["reader"]))).await;
    let grant = text(&kit.ok("management/AddProjectGrant", given(json!(["reader"]))).await["grantId"]);
    let named = json!({ "projectId": project, "grantId": grant });
    let with = |roles: Value| json!({ "projectId": project, "grantId": grant, "roleKeys": roles });
    refused("management/UpdateProjectGrant", with(json!(["reader", "writer"]))).await;
    kit.ok("management/DeactivateProjectGrant", named.clone()).await;
    refused("management/ReactivateProjectGrant", named).await;
    let fewer = kit.call_from("192.0.2.7", "management/UpdateProjectGrant", &token, &kit.org, with(json!([]))).await;
    fewer.expect("to take roles widens nothing");
}

#[tokio::test]
async fn no_operation_widens() {
    let world = World::make().await;
    let outer = Bounds { networks: vec![Network::parse("0.0.0.0/0").expect("a network")], ..Bounds::default() };
    let newcomer = &world.callers.iter().find(|caller| caller.column == "no-role").expect("a caller").user;
    let mut made = 0;
    for (procedure, _) in operations() {
        let kit = world.image.open();
        let admin = kit.admin.clone();
        let (_, token) = token(&kit, &admin, json!({ "networks": ["0.0.0.0/0"] })).await;
        for (user, bounds) in [
            (&world.victim, json!({})),
            (&admin, json!({})),
            (newcomer, json!({})),
            (&world.victim, json!({ "networks": [NETWORK] })),
        ] {
            let held = roles(&kit, &[&world.victim, newcomer]);
            let before = credentials(&kit, &[&world.victim, &admin]);
            let mut body = requests::about(procedure, &world.org, user, &world.objects);
            if ROUTES.iter().any(|route| route.procedure == procedure && route.request.field("bounds").is_some()) {
                body["bounds"] = bounds;
            }
            let _ = kit.call_from("192.0.2.7", procedure, &token, &world.org, body).await;
            for role in roles(&kit, &[&world.victim, newcomer]) {
                assert!(held.contains(&role), "{procedure} gave {role:?}");
            }
            for credential in credentials(&kit, &[&world.victim, &admin]) {
                let same = |old: &&Credential| {
                    old.id == credential.id && old.bounds == credential.bounds && old.expires >= credential.expires
                };
                if before.iter().find(same).is_none() {
                    made += 1;
                    assert!(credential.bounds.are_within(&outer), "{procedure} made {credential:?}");
                }
            }
        }
    }
    assert!(made >= 2, "the requests make credentials, or this tests nothing");
}

fn credentials(kit: &Kit, users: &[&String]) -> Vec<Credential> {
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let state = snapshot.state();
    let of = |user: &&String| {
        let id = UserId::parse(user).expect("an id");
        let found = state.credentials(&id).expect("read").map(|found| found.expect("a credential"));
        found.collect::<Vec<_>>()
    };
    users.iter().flat_map(of).collect()
}

/// What these users are in the instance, in organisations and in projects, role by role.
fn roles(kit: &Kit, users: &[&String]) -> Vec<(String, String, String)> {
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let state = snapshot.state();
    let mut found = Vec::new();
    for user in users {
        let id = UserId::parse(user).expect("an id");
        for member in state.memberships(&id).expect("read").map(|found| found.expect("a membership")) {
            let place = member.owner.to_string();
            found.extend(member.roles.into_iter().map(|role| (user.to_string(), place.clone(), role)));
        }
        let grants = state.user_grants_of(&id).expect("read").map(|found| found.expect("a grant"));
        for grant in grants.filter(|grant| grant.state == UserGrantState::Active) {
            // To have no role in a project is to have a place in it.
            let place = grant.project.to_string();
            let roles = grant.roles.into_iter().chain([String::new()]);
            found.extend(roles.map(|role| (user.to_string(), place.clone(), role)));
        }
    }
    found
}
