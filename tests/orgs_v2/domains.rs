use crate::common::Kit;
use countersign::error::Kind::{InvalidArgument, NotFound, Unimplemented};
use serde_json::{Value, json};

#[tokio::test]
async fn the_domain_of_the_name_is_listed() {
    let kit = Kit::new().await;
    let (org, list) = (kit.org_called("Platform Team").await, "org.v2/ListOrganizationDomains");
    let viewer = kit.caller_in(&org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let ask = |filters: Value| json!({ "organizationId": org, "filters": filters });
    let expected = json!({
        "organizationId": org,
        "domain": "platform-team.localhost",
        "isVerified": true,
        "isPrimary": true,
    });
    let listed = kit.call(list, &viewer.token, ask(json!([]))).await.expect("listed");
    assert_eq!(listed["domains"], json!([expected]));
    assert_eq!(listed["pagination"], json!({ "totalResult": "1", "appliedLimit": "100" }));

    let name = |name: &str, method: i32| json!([{ "domainFilter": { "domain": name, "method": method } }]);
    assert_eq!(kit.ok(list, ask(name("PLATFORM", 3))).await["domains"], json!([expected]));
    assert_eq!(kit.ok(list, ask(name("other", 4))).await.get("domains"), None);
    for wrong in [json!([{}]), name("", 0), name("x", 8), json!(vec![name("x", 0)[0].clone(); 257])] {
        let refusal = kit.call(list, &kit.admin_token, ask(wrong)).await.expect_err("refused");
        assert_eq!(refusal.0, InvalidArgument);
    }
    let body = json!({ "organizationId": org, "pagination": { "limit": 1001 } });
    kit.refused(list, body, InvalidArgument, "QUERY-4M0fs").await;
    kit.refused(list, json!({ "organizationId": "1" }), NotFound, "QUERY-leq5Q").await;
}

#[tokio::test]
async fn v1_lists_it_too() {
    let kit = Kit::new().await;
    let (org, list) = (kit.org_called("Platform Team").await, "management/ListOrgDomains");
    let viewer = kit.caller_in(&org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let listed = kit.call(list, &viewer.token, json!({})).await.expect("listed");
    assert_eq!(listed["details"]["totalResult"], "1");
    let mut domain = listed["result"][0].clone();
    assert_eq!(domain["details"]["resourceOwner"], json!(org));
    domain.as_object_mut().expect("a domain").remove("details");
    let expected = json!({
        "orgId": org,
        "domainName": "platform-team.localhost",
        "isVerified": true,
        "isPrimary": true,
    });
    assert_eq!(domain, expected);
    let named = |name: &str| json!({ "queries": [{ "domainNameQuery": { "name": name, "method": 2 } }] });
    let count =
        async |body| kit.call(list, &viewer.token, body).await.expect("listed")["details"]["totalResult"].clone();
    assert_eq!(count(named("platform")).await, "1");
    assert_eq!(count(named("other")).await, Value::Null);
    let refusal = kit.call(list, &viewer.token, json!({ "queries": [{}] })).await.expect_err("refused");
    assert_eq!(refusal.0, InvalidArgument);
}

#[tokio::test]
async fn other_domains_are_refused_in_words() {
    let kit = Kit::new().await;
    let body = json!({ "organizationId": kit.org, "domain": "example.org", "type": "DOMAIN_VALIDATION_TYPE_DNS" });
    for method in ["Add", "Delete", "Verify"] {
        let procedure = format!("org.v2/{method}OrganizationDomain");
        kit.refused(&procedure, body.clone(), Unimplemented, "COUNTERSIGN-domain").await;
        kit.refused(&procedure, json!({ "organizationId": kit.org }), InvalidArgument, "").await;
    }
    let generate = "org.v2/GenerateOrganizationDomainValidation";
    kit.refused(generate, body, Unimplemented, "COUNTERSIGN-domain").await;
    kit.refused(generate, json!({ "organizationId": kit.org, "domain": "example.org" }), InvalidArgument, "").await;
}
