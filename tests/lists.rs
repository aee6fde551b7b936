//! What the lists of v1 have in common.

use crate::common::Kit;
use serde_json::{Value, json};

/// The operation, and what it is asked, which matches nothing where that can be.
fn lists(kit: &Kit, foreigner: &str, project: &str) -> Vec<(&'static str, Value)> {
    let mut lists = vec![
        ("management/ListUsers", json!({})),
        ("management/ListOrgDomains", json!({})),
        ("management/ListOrgMembers", json!({})),
        ("management/ListProjects", json!({})),
        ("management/ListProjectRoles", json!({ "projectId": project })),
        ("management/ListGrantedProjects", json!({})),
        ("management/ListProjectGrants", json!({ "projectId": "1" })),
        ("management/ListAllProjectGrants", json!({})),
        ("management/ListUserGrants", json!({})),
        ("management/ListUserGrants", json!({ "queries": [{ "projectIdQuery": { "projectId": "a/b" } }] })),
        ("management/ListOrgMetadata", json!({})),
        ("admin/ListSecretGenerators", json!({ "query": { "offset": 1 } })),
        ("auth/ListMyUserGrants", json!({})),
        ("admin/ListOrgs", json!({ "sortingColumn": "ORG_FIELD_NAME_NAME" })),
        ("admin/ListIAMMemberRoles", json!({})),
        ("admin/ListIAMMembers", json!({})),
        ("auth/ListMyMemberships", json!({})),
        ("auth/ListMyMetadata", json!({})),
    ];
    for user in [kit.demo.as_str(), foreigner, "1", "a/b"] {
        lists.push(("management/ListMachineKeys", json!({ "userId": user })));
        lists.push(("management/ListPersonalAccessTokens", json!({ "userId": user })));
        lists.push(("management/ListUserMemberships", json!({ "userId": user })));
        lists.push(("management/ListUserMetadata", json!({ "id": user })));
    }
    lists
}

#[tokio::test]
async fn every_list_says_when_it_was_so_and_never_how_it_was_sorted() {
    let kit = Kit::new().await;
    let other = kit.org_called("Other").await;
    let foreigner = kit.machine_in(&other, "foreigner").await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    for (procedure, body) in lists(&kit, &foreigner, &project) {
        let list = kit.ok(procedure, body.clone()).await;
        assert!(list["details"]["viewTimestamp"].is_string(), "{procedure} {body}: {list}");
        assert_eq!(list.get("sortingColumn"), None, "{procedure}");
    }
    for list in ["user.v2/ListUsers", "org.v2/ListOrganizations"] {
        assert!(kit.ok(list, json!({})).await["details"]["timestamp"].is_string(), "{list}");
    }
}
