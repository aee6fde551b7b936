use super::Holder;
use crate::common::{Kit, client::Ask, server::Server, text, web::API};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::{
    error::Kind,
    limits::{LEAK_REPORT_BURST, LEAK_REPORTS_PER_NETWORK},
};
use serde_json::{Value, json};
use std::time::Duration;

async fn report(kit: &Kit, pasted: &str) -> Value {
    kit.call("credential/ReportLeakedCredential", "", json!({ "credential": pasted })).await.expect("the same answer")
}

/// The types of the newest events, newest first.
pub async fn newest(kit: &Kit, limit: usize) -> Vec<String> {
    let events = kit.ok("admin/ListEvents", json!({ "limit": limit, "asc": false })).await;
    let types = events["events"].as_array().expect("events").iter().map(|event| text(&event["type"]["type"]));
    types.collect()
}

#[tokio::test]
async fn a_leaked_secret_ends_with_its_tokens_and_its_organisation_is_told() {
    let holder = Holder::new().await;
    let token = holder.mint(&holder.secret).await;
    assert_eq!(report(&holder.kit, &format!(" {}\n", holder.secret)).await, json!({}));
    assert!(!holder.takes(&holder.secret).await && !holder.lives(&token).await);
    assert_eq!(newest(&holder.kit, 2).await, ["user.machine.secret.removed", "user.credential.leaked"]);
}

#[tokio::test]
async fn so_do_leaked_personal_access_tokens_and_access_tokens() {
    let holder = Holder::new().await;
    let pat = holder.kit.token(&holder.user).await;
    report(&holder.kit, &pat).await;
    assert!(!holder.kit.api_takes(&pat).await);
    assert_eq!(newest(&holder.kit, 2).await, ["user.pat.removed", "user.credential.leaked"]);
    let (token, other) = (holder.mint(&holder.secret).await, holder.mint(&holder.secret).await);
    report(&holder.kit, &token).await;
    assert!(!holder.lives(&token).await && holder.lives(&other).await && holder.takes(&holder.secret).await);
    assert_eq!(newest(&holder.kit, 1).await, ["user.token.leaked"]);
    let events = holder.kit.app.store.event_count().expect("counted");
    report(&holder.kit, &token).await;
    assert_eq!(holder.kit.app.store.event_count().expect("counted"), events, "it is over");
    holder.kit.events_after_check();
}

#[tokio::test]
async fn a_key_file_ends_its_key_and_a_name_does_not() {
    let holder = Holder::new().await;
    let body = json!({ "userId": holder.user, "type": "KEY_TYPE_JSON" });
    let added = holder.kit.ok("management/AddMachineKey", body).await;
    let file = BASE64_STANDARD.decode(text(&added["keyDetails"])).expect("base64");
    let file = String::from_utf8(file).expect("text");
    let other = countersign::keys::ServiceAccountKey::generate("other").expect("a key");
    let mut forged: Value = serde_json::from_str(&file).expect("JSON");
    forged["key"] = other.private_pem().into();
    let is_there = async || {
        let ids = json!({ "userId": holder.user, "keyId": added["keyId"] });
        holder.kit.call("management/GetMachineKeyByIDs", &holder.kit.admin_token, ids).await.is_ok()
    };
    report(&holder.kit, &forged.to_string()).await;
    assert!(is_there().await);
    report(&holder.kit, &file).await;
    assert!(!is_there().await);
}

#[tokio::test]
async fn the_answer_is_the_same_byte_for_byte_whatever_was_pasted() {
    let server = Server::start().await;
    let pat = server.kit.token(&server.kit.demo).await;
    let token = server.kit.demo_token(API).await;
    let secret = server.kit.demo_secret.clone();
    let mut answers = Vec::new();
    for pasted in ["x", "{}", &pat, &pat, &token, &secret, &secret, "cs_at_AQ"] {
        let answer = server.ask(Ask::post("/v1/credentials/leaked").json(&json!({ "credential": pasted }))).await;
        let mut headers = answer.headers.clone();
        for changing in ["x-request-id", "date"] {
            headers.remove(changing);
        }
        answers.push((answer.status, format!("{headers:?}"), answer.body.clone()));
    }
    assert_eq!(answers[0].0, 200);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(!server.kit.api_takes(&pat).await);
}

#[tokio::test]
async fn whatever_else_is_pasted_changes_nothing() {
    let holder = Holder::new().await;
    let before = holder.kit.app.store.event_count().expect("counted");
    let wrong = format!("cs_sec_{}", "A".repeat(49));
    for pasted in [wrong.as_str(), "cs_at_AQ", "a.b.c", "{}", "{", "-----BEGIN", "x"] {
        assert_eq!(report(&holder.kit, pasted).await, json!({}), "{pasted}");
    }
    assert_eq!(holder.kit.app.store.event_count().expect("counted"), before);
    let empty = holder.kit.call("credential/ReportLeakedCredential", "", json!({})).await;
    assert_eq!(empty.expect_err("refused").0, Kind::InvalidArgument);
}

/// Whoever floods keeps nobody else from ending what leaked.
#[tokio::test]
async fn only_so_many_reports_are_taken_at_once_from_one_network() {
    let holder = Holder::new().await;
    let kit = &holder.kit;
    let from = async |network: &str, pasted: &str| {
        let body = json!({ "credential": pasted });
        kit.call_from(network, "credential/ReportLeakedCredential", "", "", body).await.map(|_| ())
    };
    for _ in 0..LEAK_REPORTS_PER_NETWORK {
        from("2001:db8::1", "x").await.expect("taken");
    }
    for _ in 0..1000 {
        let (kind, fault, _) = from("2001:db8::2", "x").await.expect_err("refused");
        assert_eq!((kind, fault), (Kind::ResourceExhausted, Some("COUNTERSIGN-reports")));
    }
    from("192.0.2.1", &holder.secret).await.expect("another network");
    assert!(!holder.takes(&holder.secret).await);
    // The clock moves a little with each reading, and was read often.
    kit.clock.advance(Duration::from_millis(1100));
    from("2001:db8::1", "x").await.expect("a second later");
    from("2001:db8::1", "x").await.expect_err("and one a second");
}

#[tokio::test]
async fn there_is_an_end_to_what_all_networks_report_together() {
    let kit = Kit::new().await;
    let report = async |number: u32| {
        let network = std::net::Ipv4Addr::from(number).to_string();
        let body = json!({ "credential": "x" });
        kit.call_from(&network, "credential/ReportLeakedCredential", "", "", body).await
    };
    let mut taken = 0;
    while report(taken).await.is_ok() {
        taken += 1;
    }
    assert!((LEAK_REPORT_BURST..2 * LEAK_REPORT_BURST).contains(&taken), "{taken}");
}
