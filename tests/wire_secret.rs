//! The client secret of a machine user over REST: what success looks like, and every way to be refused.

use crate::common::{
    client::Ask,
    server::{Server, assert_refused},
    text,
};
use serde_json::{Value, json};
use std::time::Duration;

const UNAUTHENTICATED: (u16, u32) = (401, 16);
const FORBIDDEN: (u16, u32) = (403, 7);
const NOT_FOUND: (u16, u32) = (404, 5);
const PRECONDITION: (u16, u32) = (400, 9);
const INVALID: (u16, u32) = (400, 3);

fn put(user: &str) -> Ask {
    Ask::put(secret_of(user))
}

fn delete(user: &str) -> Ask {
    Ask::delete(secret_of(user))
}

fn secret_of(user: &str) -> String {
    format!("/management/v1/users/{user}/secret")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Every refusal that both calls share, in the order in which they are looked for.
async fn assert_refused_alike(server: &Server, ask: fn(&str) -> Ask) {
    let demo = &server.kit.demo;
    let missing = server.ask(ask(demo)).await;
    assert_refused(&missing, 401, 16, "", "auth header missing");
    assert_eq!(missing.header("www-authenticate"), "Bearer");
    for header in ["Basic YTpi", "bearer x", "BEARER x", "Bearer", "Token x", "x"] {
        let answer = server.ask(ask(demo).header("authorization", header)).await;
        assert_refused(&answer, 401, 16, "AUTH-toLo1", "invalid auth header");
    }
    for token in ["x", "", "a.b.c", " ", "cs_pat_", &format!("{}x", server.kit.admin_token)] {
        let answer = server.ask(ask(demo).header("authorization", format!("Bearer {token}"))).await;
        // A header's value loses the space at its end on the way.
        let expected = if token.trim().is_empty() {
            ("AUTH-toLo1", "invalid auth header")
        } else {
            ("AUTH-7fs1e", "Errors.Token.Invalid")
        };
        assert_refused(&answer, UNAUTHENTICATED.0, UNAUTHENTICATED.1, expected.0, expected.1);
    }
    for org in ["1", "no such", "../x", &"9".repeat(300)] {
        let answer = server.admin(ask(demo).header("x-zitadel-orgid", org)).await;
        assert_refused(&answer, FORBIDDEN.0, FORBIDDEN.1, "AUTH-Bs7Ds", "Organisation doesn't exist");
    }
    let stranger = server.caller("stranger", &[]).await;
    let answer = server.ask(ask(demo).bearer(&stranger)).await;
    assert_refused(&answer, NOT_FOUND.0, NOT_FOUND.1, "AUTHZ-cdgFk", "membership not found");
    let viewer = server.caller("viewer", &["ORG_OWNER_VIEWER"]).await;
    let answer = server.ask(ask(demo).bearer(&viewer)).await;
    assert_refused(&answer, FORBIDDEN.0, FORBIDDEN.1, "AUTH-5mWD2", "No matching permissions found");
}

#[tokio::test]
async fn a_new_secret_comes_with_client_id_and_details() {
    let server = Server::start().await;
    let answer = server.admin(put(&server.kit.demo).header("x-request-id", "mine-1")).await;
    for (name, value) in [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", "mine-1"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let first = answer.ok();
    assert_eq!(keys(&first), ["clientId", "clientSecret", "details"]);
    assert_eq!(first["clientId"], "demo");
    let secret = text(&first["clientSecret"]);
    let random = secret.strip_prefix("cs_sec_").expect("the prefix");
    assert!(random.len() == 49 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let details = &first["details"];
    assert_eq!(keys(details), ["changeDate", "creationDate", "resourceOwner", "sequence"]);
    assert_eq!(details["resourceOwner"], server.kit.org);
    assert_eq!(details["creationDate"], details["changeDate"]);
    assert!(
        text(&details["creationDate"]).starts_with("2026-11-23T00:00:00.")
            && text(&details["creationDate"]).ends_with('Z')
    );

    server.kit.clock.advance(Duration::from_secs(60));
    let second = server.admin(put(&server.kit.demo)).await.ok();
    assert_ne!(second["clientSecret"], first["clientSecret"]);
    assert!(text(&second["details"]["creationDate"]).starts_with("2026-11-23T00:01:00."));
    let sequence = |answer: &Value| text(&answer["details"]["sequence"]).parse::<u64>().expect("a number");
    assert_eq!(sequence(&second), sequence(&first) + 1);

    let view = server.admin(Ask::get(format!("/management/v1/users/{}", server.kit.demo))).await;
    assert_eq!(view.ok()["user"]["machine"]["hasSecret"], true);
    assert!(!view.text().contains(&text(&second["clientSecret"])));
}

#[tokio::test]
async fn a_removed_secret_is_gone_and_says_when() {
    let server = Server::start().await;
    let user = server.kit.machine("robot").await;
    assert_refused(
        &server.admin(delete(&user)).await,
        PRECONDITION.0,
        PRECONDITION.1,
        "COMMAND-coi82n",
        "Secret doesn't exist",
    );
    let set = server.admin(put(&user)).await.ok();
    let answer = server.admin(delete(&user)).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let removed = answer.ok();
    assert_eq!(keys(&removed), ["details"]);
    assert_eq!(keys(&removed["details"]), ["changeDate", "resourceOwner", "sequence"]);
    let sequence = |answer: &Value| text(&answer["details"]["sequence"]).parse::<u64>().expect("a number");
    assert_eq!(sequence(&removed), sequence(&set) + 1);

    let again = server.admin(delete(&user)).await;
    assert_refused(&again, PRECONDITION.0, PRECONDITION.1, "COMMAND-coi82n", "Secret doesn't exist");
    let view = server.admin(Ask::get(format!("/management/v1/users/{user}"))).await.ok();
    assert!(view["user"]["machine"].get("hasSecret").is_none());
}

#[tokio::test]
async fn a_secret_is_set_only_for_callers_that_may() {
    let server = Server::start().await;
    assert_refused_alike(&server, put).await;
}

#[tokio::test]
async fn a_secret_is_removed_only_for_callers_that_may() {
    let server = Server::start().await;
    assert_refused_alike(&server, delete).await;
}

#[tokio::test]
async fn dead_tokens_are_refused_at_once() {
    let server = Server::start().await;
    let (kit, demo) = (&server.kit, &server.kit.demo);
    let owner = kit.machine("owner").await;
    server.member(&kit.org, &owner, &["ORG_OWNER"]).await;
    let expires = json!({ "userId": owner, "expirationDate": "2026-11-23T01:00:00Z" });
    let short = text(&kit.ok("management/AddPersonalAccessToken", expires).await["token"]);
    let removed = kit.ok("management/AddPersonalAccessToken", json!({ "userId": owner })).await;
    let lasting = kit.token(&owner).await;
    let works = async |token: &str| {
        let answer = server.ask(put(demo).bearer(token)).await;
        if answer.status != 200 {
            assert_refused(&answer, 401, 16, "AUTH-7fs1e", "Errors.Token.Invalid");
        }
        answer.status == 200
    };
    assert!(works(&short).await && works(&text(&removed["token"])).await && works(&lasting).await);

    kit.clock.advance(Duration::from_secs(3600));
    assert!(!works(&short).await && works(&lasting).await);
    let gone = json!({ "userId": owner, "tokenId": removed["tokenId"] });
    kit.ok("management/RemovePersonalAccessToken", gone).await;
    assert!(!works(&text(&removed["token"])).await && works(&lasting).await);
    for (end, begin) in [("Deactivate", "Reactivate"), ("Lock", "Unlock")] {
        kit.ok(&format!("management/{end}User"), json!({ "id": owner })).await;
        assert!(!works(&lasting).await, "{end}");
        kit.ok(&format!("management/{begin}User"), json!({ "id": owner })).await;
        assert!(works(&lasting).await, "{begin}");
    }
    kit.ok("management/RemoveUser", json!({ "id": owner })).await;
    assert!(!works(&lasting).await);
}

#[tokio::test]
async fn users_out_of_reach_are_told_apart_only_where_zitadel_does() {
    let server = Server::start().await;
    let kit = &server.kit;
    let removed = kit.machine("removed").await;
    kit.ok("management/RemoveUser", json!({ "id": removed })).await;
    let other = server.kit.org_called("Other").await;
    let elsewhere = server.kit.machine_in(&other, "elsewhere").await;
    // No limit to the length of the id that is asked for here.
    for user in ["1", &removed, &"9".repeat(201)] {
        let answer = server.admin(put(user)).await;
        assert_refused(&answer, NOT_FOUND.0, NOT_FOUND.1, "QUERY-Dfbg2", "User could not be found");
    }
    let answer = server.admin(put(&elsewhere)).await;
    assert_refused(&answer, NOT_FOUND.0, NOT_FOUND.1, "MANAG-fpo4B", "User could not be found");
    for user in ["1", &removed, &elsewhere] {
        let answer = server.admin(delete(user)).await;
        assert_refused(&answer, PRECONDITION.0, PRECONDITION.1, "COMMAND-x7s802", "Errors.User.NotExisting");
    }
    // With the header the administrator of the instance reaches it, and no longer its own organisation's users.
    let set = server.admin(put(&elsewhere).header("x-zitadel-orgid", &other)).await.ok();
    assert_eq!((&set["details"]["resourceOwner"], &set["clientId"]), (&json!(other), &json!("elsewhere")));
    let home = server.admin(put(&kit.demo).header("x-zitadel-orgid", &other)).await;
    assert_refused(&home, NOT_FOUND.0, NOT_FOUND.1, "MANAG-fpo4B", "User could not be found");
    assert_eq!(server.admin(delete(&elsewhere).header("x-zitadel-orgid", &other)).await.status, 200);
    // An owner of one organisation is nobody in another, whatever the header says.
    let owner = server.caller("owner", &["ORG_OWNER"]).await;
    let answer = server.ask(put(&elsewhere).bearer(&owner).header("x-zitadel-orgid", &other)).await;
    assert_refused(&answer, NOT_FOUND.0, NOT_FOUND.1, "AUTHZ-cdgFk", "membership not found");
    assert_eq!(server.ask(put(&elsewhere).bearer(&owner)).await.status, 404);
    assert_eq!(server.ask(put(&kit.demo).bearer(&owner).header("x-zitadel-orgid", "")).await.status, 200);
}

#[tokio::test]
async fn nobody_mints_a_secret_for_a_higher_account() {
    let server = Server::start().await;
    let manager = server.caller("manager", &["ORG_USER_MANAGER"]).await;
    assert_eq!(server.ask(put(&server.kit.demo).bearer(&manager)).await.status, 200);
    let answer = server.ask(put(&server.kit.admin).bearer(&manager)).await;
    assert_refused(&answer, FORBIDDEN.0, FORBIDDEN.1, "AUTH-5mWD2", "No matching permissions found");
}

#[tokio::test]
async fn what_is_no_json_is_refused_before_anybody_asks_who_calls() {
    let server = Server::start().await;
    let before = server.next_sequence().await;
    for body in ["{", "nothing", "[]", "\"x\"", "1", "{}{}", "{\"a\":}", "\u{feff}{}", "{'a':1}"] {
        for token in ["", &server.kit.admin_token] {
            let ask = put(&server.kit.demo).body(body.as_bytes().to_vec());
            let answer = server.ask(if token.is_empty() { ask } else { ask.bearer(token) }).await;
            let json = answer.json();
            assert_eq!((answer.status, &json["code"], &json["details"]), (400, &json!(3), &json!([])), "{body}");
        }
    }
    assert_eq!(server.next_sequence().await, before + 1);
}

#[tokio::test]
async fn what_is_ill_formed_is_told_only_to_those_who_may_call() {
    let server = Server::start().await;
    let long = delete(&"9".repeat(201));
    assert_refused(&server.ask(long.clone()).await, 401, 16, "", "auth header missing");
    let viewer = server.caller("viewer", &["ORG_OWNER_VIEWER"]).await;
    let answer = server.ask(long.clone().bearer(&viewer)).await;
    assert_refused(&answer, FORBIDDEN.0, FORBIDDEN.1, "AUTH-5mWD2", "No matching permissions found");
    let words = "invalid RemoveMachineSecretRequest.UserId: value length must be between 1 and 200 runes, inclusive";
    assert_refused(&server.admin(long).await, INVALID.0, INVALID.1, "", words);
}

#[tokio::test]
async fn the_path_names_the_user_and_the_body_may_say_anything() {
    let server = Server::start().await;
    let other = server.kit.machine("other").await;
    for body in [
        String::new(),
        "{}".into(),
        " \r\n{ }\t".into(),
        json!({ "unknown": [1, { "deep": null }], "": 0 }).to_string(),
        json!({ "userId": other }).to_string(),
        json!({ "user_id": other }).to_string(),
        json!({ "userId": other, "user_id": other }).to_string(),
        json!({ "userId": null }).to_string(),
    ] {
        for content_type in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
            let ask = put(&server.kit.demo).header("content-type", content_type).body(body.clone());
            assert_eq!(server.admin(ask).await.ok()["clientId"], "demo", "{content_type} {body}");
        }
    }
    let query = Ask::put(format!("{}?userId={other}&x=%ff&clientSecret=chosen", secret_of(&server.kit.demo)));
    assert_eq!(server.admin(query).await.ok()["clientId"], "demo");
    let view = server.admin(Ask::get(format!("/management/v1/users/{other}"))).await.ok();
    assert!(view["user"]["machine"].get("hasSecret").is_none());
    // A name that is percent-encoded is the same name.
    let encoded: String = server.kit.demo.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(server.admin(put(&encoded)).await.ok()["clientId"], "demo");
}

#[tokio::test]
async fn a_locked_or_inactive_user_gets_a_secret_all_the_same() {
    let server = Server::start().await;
    for state in ["Lock", "Deactivate"] {
        let user = server.kit.machine(&format!("{state}ed")).await;
        server.kit.ok(&format!("management/{state}User"), json!({ "id": user })).await;
        assert_eq!(server.admin(put(&user)).await.status, 200, "{state}");
        assert_eq!(server.admin(delete(&user)).await.status, 200, "{state}");
    }
}

#[tokio::test]
async fn the_client_id_is_the_user_name_as_it_is_now() {
    let server = Server::start().await;
    let user = server.kit.machine("Old.Name@example").await;
    assert_eq!(server.admin(put(&user)).await.ok()["clientId"], "Old.Name@example");
    server.kit.ok("management/UpdateUserName", json!({ "userId": user, "userName": "Neü" })).await;
    assert_eq!(server.admin(put(&user)).await.ok()["clientId"], "Neü");
}
