//! Nobody changes a user that may do more than they may, and the last owner that can act stays.

use crate::common::{Kit, orgs::Who, refused_with, text};
use countersign::error::Kind::{FailedPrecondition, PermissionDenied};
use serde_json::{Value, json};

/// Everything that changes a user or takes something from it, with a credential id where one is needed.
fn changes(user: &str, credential: &str) -> Vec<(&'static str, Value)> {
    let (id, user_id) = (json!({ "id": user }), json!({ "userId": user }));
    vec![
        ("management/UpdateMachine", json!({ "userId": user, "name": "Other" })),
        ("management/UpdateUserName", json!({ "userId": user, "userName": "other" })),
        ("management/LockUser", id.clone()),
        ("management/UnlockUser", id.clone()),
        ("management/DeactivateUser", id.clone()),
        ("management/ReactivateUser", id.clone()),
        ("management/RemoveUser", id),
        ("management/GenerateMachineSecret", user_id.clone()),
        ("management/RemoveMachineSecret", user_id.clone()),
        ("management/AddPersonalAccessToken", user_id.clone()),
        ("management/RemovePersonalAccessToken", json!({ "userId": user, "tokenId": credential })),
        ("management/RemoveMachineKey", json!({ "userId": user, "keyId": credential })),
        ("management/SetUserMetadata", json!({ "id": user, "key": "k", "value": "dg==" })),
        ("management/RemoveUserMetadata", json!({ "id": user, "key": "k" })),
        ("user.v2/UpdateUser", json!({ "userId": user, "username": "other" })),
        ("user.v2/LockUser", user_id.clone()),
        ("user.v2/UnlockUser", user_id.clone()),
        ("user.v2/DeactivateUser", user_id.clone()),
        ("user.v2/ReactivateUser", user_id.clone()),
        ("user.v2/DeleteUser", user_id.clone()),
        ("user.v2/AddSecret", user_id.clone()),
        ("credential/ImportSecret", json!({ "userId": user, "plain": "Zx8kQ2vB7nM4pL0sT6wY3cR9" })),
        ("user.v2/RemoveSecret", user_id),
        ("user.v2/RemovePersonalAccessToken", json!({ "userId": user, "tokenId": credential })),
        ("user.v2/RemoveKey", json!({ "userId": user, "keyId": credential })),
        ("user.v2/DeleteUserMetadata", json!({ "userId": user, "keys": ["k"] })),
    ]
}

#[tokio::test]
async fn a_user_that_may_do_more_is_not_changed() {
    let kit = Kit::new().await;
    let manager = kit.caller_in(&kit.org, "manager", &["ORG_USER_MANAGER"]).await;
    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    for (caller, user) in [(&manager, &owner.id), (&manager, &kit.admin), (&owner, &kit.admin)] {
        let added = kit.ok("management/AddPersonalAccessToken", json!({ "userId": user })).await;
        for (procedure, body) in changes(user, &text(&added["tokenId"])) {
            let answer = refused_with(kit.call(procedure, &caller.token, body).await);
            assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()), "{procedure}");
        }
    }
}

#[tokio::test]
async fn peers_and_lesser_ones_are_changed() {
    let kit = Kit::new().await;
    let manager = kit.caller_in(&kit.org, "manager", &["ORG_USER_MANAGER"]).await;
    let peer = kit.caller_in(&kit.org, "peer", &["ORG_USER_MANAGER"]).await;
    for user in [&peer.id, &kit.demo, &manager.id] {
        for procedure in ["management/DeactivateUser", "management/ReactivateUser", "management/LockUser"] {
            let by = if *user == manager.id { &kit.admin_token } else { &manager.token };
            kit.call(procedure, by, json!({ "id": user })).await.unwrap_or_else(|e| panic!("{procedure}: {e:?}"));
        }
    }
    // One's own rank is never in the way.
    kit.ok("management/UpdateUserName", json!({ "userId": kit.admin, "userName": "chief" })).await;
}

#[tokio::test]
async fn a_membership_with_more_than_the_callers_is_not_ended() {
    let kit = Kit::new().await;
    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    let viewer = kit.caller_in(&kit.org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let manager = kit.machine("manager").await;
    kit.ok("admin/AddIAMMember", json!({ "userId": manager, "roles": ["IAM_USER_MANAGER"] })).await;
    let manager = kit.token(&manager).await;
    let remove = async |user: &str| {
        kit.call_in("management/RemoveOrgMember", &manager, &kit.org, json!({ "userId": user })).await
    };
    assert_eq!(refused_with(remove(&owner.id).await), (PermissionDenied, "AUTH-5mWD2".into()));
    let by_owner = json!({ "userId": viewer.id });
    kit.call("management/RemoveOrgMember", &owner.token, by_owner).await.expect("an owner may");
}

/// Neither is one shut out or removed by way of its organisation.
#[tokio::test]
async fn an_organisation_does_not_end_over_the_head_of_one_who_may_do_more() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let second = kit.machine_in(&org, "second").await;
    kit.ok("admin/AddIAMMember", json!({ "userId": second, "roles": ["IAM_OWNER"] })).await;
    let id = json!({ "organizationId": org });
    let ends = [
        ("management/DeactivateOrg", json!({})),
        ("org.v2/DeactivateOrganization", id.clone()),
        ("management/RemoveOrg", json!({})),
        ("org.v2/DeleteOrganization", id.clone()),
    ];
    for (procedure, body) in &ends {
        kit.refused_to(&owner, "", procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
    }
    // Another role of the instance, with no right over users, still reads what no owner of one organisation may.
    kit.ok("admin/UpdateIAMMember", json!({ "userId": second, "roles": ["IAM_OWNER_VIEWER"] })).await;
    kit.refused_to(&owner, "", "management/RemoveOrg", json!({}), PermissionDenied, "AUTH-5mWD2").await;

    let manager = kit.machine("manager").await;
    kit.ok("admin/AddIAMMember", json!({ "userId": manager, "roles": ["IAM_ORG_MANAGER"] })).await;
    kit.ok("admin/UpdateIAMMember", json!({ "userId": second, "roles": ["IAM_OWNER"] })).await;
    let manager = Who { token: kit.token(&manager).await, id: manager };
    for (procedure, body) in &ends {
        kit.refused_to(&manager, &org, procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
    }
    // A peer may, and so may the owner once nobody above it lives there.
    kit.ok_in(&org, "management/DeactivateOrg", json!({})).await;
    kit.refused_to(&manager, &org, "management/ReactivateOrg", json!({}), PermissionDenied, "AUTH-5mWD2").await;
    kit.refused_to(&manager, "", "org.v2/ActivateOrganization", id.clone(), PermissionDenied, "AUTH-5mWD2").await;
    kit.ok_in(&org, "management/ReactivateOrg", json!({})).await;
    kit.ok("admin/RemoveIAMMember", json!({ "userId": second })).await;
    let removed = kit.call("org.v2/DeleteOrganization", &owner.token, id).await;
    removed.expect("an owner may");
}

#[tokio::test]
async fn only_owners_that_can_act_count_as_owners() {
    let kit = Kit::new().await;
    let other = kit.org_called("Other").await;
    let second = kit.machine_in(&other, "second").await;
    kit.ok("admin/AddIAMMember", json!({ "userId": second, "roles": ["IAM_OWNER"] })).await;
    let ways = [
        ("management/LockUser", "management/UnlockUser", json!({ "id": second })),
        ("management/DeactivateUser", "management/ReactivateUser", json!({ "id": second })),
        ("management/DeactivateOrg", "management/ReactivateOrg", json!({})),
    ];
    for (out, back, body) in ways {
        kit.ok_in(&other, out, body.clone()).await;
        let me = json!({ "id": kit.admin });
        for procedure in ["management/LockUser", "management/DeactivateUser", "management/RemoveUser"] {
            kit.refused(procedure, me.clone(), FailedPrecondition, "COUNTERSIGN-lastowner").await;
        }
        for procedure in ["user.v2/LockUser", "user.v2/DeactivateUser", "user.v2/DeleteUser"] {
            let me = json!({ "userId": kit.admin });
            kit.refused(procedure, me, FailedPrecondition, "COUNTERSIGN-lastowner").await;
        }
        let member = json!({ "userId": kit.admin });
        kit.refused("admin/RemoveIAMMember", member, FailedPrecondition, "COUNTERSIGN-lastowner").await;
        kit.refused("management/DeactivateOrg", json!({}), FailedPrecondition, "COUNTERSIGN-lastowner").await;
        kit.ok_in(&other, back, body).await;
    }
    // A second one that can act makes room.
    kit.ok("management/LockUser", json!({ "id": kit.admin })).await;
}
