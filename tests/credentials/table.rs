//! The search as a table, over the real wire.

use super::search::DAY;
use crate::common::{client::Ask, schema::OPERATIONS, server::Server, text};
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::json;

const HEAD: &str = "credential_id,type,label,hint,user_id,user_name,created,creator_id,expires,state,last_used,last_accepted,\
                    address,user_agent,result,failures,accepted_address,accepted_user_agent";

async fn table(server: &Server, query: &str) -> crate::common::client::Answer {
    let path = format!("/v1/organizations/{}/credentials?{query}", server.kit.org);
    server.admin(Ask::get(path).header(ACCEPT.as_str(), "text/csv")).await
}

#[test]
fn the_document_says_that_there_is_a_table() {
    let place = ("GET".to_owned(), "/v1/organizations/{organization_id}/credentials".to_owned());
    let done = &OPERATIONS[&place]["responses"]["200"];
    let types: Vec<_> = done["content"].as_object().expect("types").keys().collect();
    assert_eq!(types, ["application/json", "text/csv"]);
    assert!(done["headers"].get("x-next-page-token").is_some());
    let tables = OPERATIONS.values().filter(|operation| operation.to_string().contains("text/csv"));
    assert_eq!(tables.count(), 1);
}

#[tokio::test]
async fn what_tenants_chose_stays_in_its_cell_and_runs_nothing() {
    let server = Server::start().await;
    let user = server.kit.machine("=cmd|' /C calc'!A0").await;
    for label in ["@SUM(1,2)", "say \"hi\"", "-1+1"] {
        server.kit.ok("credential/AddSecret", json!({ "userId": user, "label": label })).await;
    }
    let answer = table(&server, &format!("userId={user}&sort=CREDENTIAL_SORT_CREATION")).await;
    assert_eq!((answer.status, answer.header(CONTENT_TYPE.as_str())), (200, "text/csv; charset=utf-8; header=present"));
    assert_eq!((answer.header("cache-control"), answer.header("x-content-type-options")), ("no-store", "nosniff"));
    let text = answer.text();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0], lines[4]), (5, HEAD, ""));
    for (line, label) in lines[1..4].iter().zip(["\"'@SUM(1,2)\"", "\"say \"\"hi\"\"\"", "'-1+1"]) {
        assert!(line.contains(&format!(",CREDENTIAL_TYPE_SECRET,{label},")), "{line}");
        assert!(line.contains(&format!(",{user},'=cmd|' /C calc'!A0,")), "{line}");
        assert!(line.ends_with(",never,CREDENTIAL_STATE_ACTIVE,,,,,,,,"), "{line}");
    }
}

#[tokio::test]
async fn a_table_has_pages_and_refusals_stay_json() {
    let server = Server::start().await;
    let user = server.kit.machine("many").await;
    for number in 0..5 {
        let body = json!({ "userId": user, "label": format!("secret {number}") });
        server.kit.ok("credential/AddSecret", body).await;
    }
    let (mut rows, mut token) = (Vec::new(), String::new());
    for page in 1..=3 {
        let answer = table(&server, &format!("user_id={user}&limit=2&page_token={token}")).await;
        rows.extend(answer.text().lines().skip(1).map(|line| line.split(',').nth(2).expect("a label").to_owned()));
        token = answer.header("x-next-page-token").to_owned();
        assert_eq!(token.is_empty(), page == 3);
    }
    assert_eq!(rows, ["secret 0", "secret 1", "secret 2", "secret 3", "secret 4"]);
    let refused = table(&server, "page_token=x").await;
    assert_eq!((refused.status, refused.header(CONTENT_TYPE.as_str())), (400, "application/json"));
    let path = format!("/v1/organizations/{}/credentials", server.kit.org);
    let nobody = server.ask(Ask::get(&path).header(ACCEPT.as_str(), "text/csv")).await;
    assert_eq!(nobody.status, 401);
    // Whoever does not ask for a table gets what the protos say.
    let query = format!("{path}?user_id={user}&limit=2&older_than=0s&expires_within={}s", 400 * DAY);
    assert_eq!(server.admin(Ask::get(query)).await.ok(), json!({}));
    let first = server.admin(Ask::get(format!("{path}?user_id={user}&limit=2"))).await;
    assert_eq!((first.ok()["credentials"].as_array().map(Vec::len), first.header("x-next-page-token")), (Some(2), ""));
    text(&first.json()["nextPageToken"]);
}
