//! AddMachineUser and CreateUser.

use crate::common::{Kit, refused_with, text};
use countersign::error::Kind;
use serde_json::json;

const ADD: &str = "management/AddMachineUser";
const CREATE: &str = "user.v2/CreateUser";

#[tokio::test]
async fn an_added_machine_answers_like_a_change() {
    let kit = Kit::new().await;
    let added = kit.ok(ADD, json!({ "userName": "bot", "name": "Bot" })).await;
    assert_eq!(text(&added["userId"]).len(), 18);
    let details = added["details"].as_object().expect("details");
    assert_eq!(details["resourceOwner"], kit.org);
    assert!(details.contains_key("changeDate") && !details.contains_key("creationDate"));
    assert!(text(&details["sequence"]).parse::<u64>().expect("a number") > 0);
}

#[tokio::test]
async fn all_that_was_said_of_a_machine_is_kept() {
    let kit = Kit::new().await;
    let said = json!({
        "userName": " Bot@example.org\n", "name": "Bot", "description": "Deploys", "userId": "ci-bot",
        "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
    });
    assert_eq!(kit.ok(ADD, said).await["userId"], "ci-bot");
    let user = &kit.ok("management/GetUserByID", json!({ "id": "ci-bot" })).await["user"];
    assert_eq!(user["userName"], "Bot@example.org");
    let machine = json!({ "name": "Bot", "description": "Deploys", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT" });
    assert_eq!(user["machine"], machine);
}

#[tokio::test]
async fn a_user_name_is_taken_whatever_the_case_and_the_organisation() {
    let kit = Kit::new().await;
    kit.machine("bot").await;
    kit.refused(ADD, json!({ "userName": " BOT ", "name": "Bot" }), Kind::AlreadyExists, "V3-DKcYh").await;
    let (org, token) = kit.other_org().await;
    let answer = kit.call_in(ADD, &token, &org, json!({ "userName": "Bot", "name": "Bot" })).await;
    assert_eq!(refused_with(answer), (Kind::AlreadyExists, "V3-DKcYh".into()));
}

#[tokio::test]
async fn of_two_that_want_one_name_at_once_one_gets_it() {
    let kit = Kit::new().await;
    let want = |user_name| kit.call(ADD, &kit.admin_token, json!({ "userName": user_name, "name": "Bot" }));
    let (one, other) = tokio::join!(want("bot"), want("BOT"));
    let refused = if one.is_ok() { other } else { one };
    assert_eq!(refused_with(refused), (Kind::AlreadyExists, "V3-DKcYh".into()));
}

#[tokio::test]
async fn a_user_name_is_not_blank_and_prints_on_one_line() {
    let kit = Kit::new().await;
    kit.refused(ADD, json!({ "userName": " \t", "name": "Bot" }), Kind::InvalidArgument, "COMMAND-bm9Ds").await;
    for user_name in ["a\nb", "a\u{0}b", "a\u{1b}[31mb", "a\u{85}b"] {
        let answer = kit.call(ADD, &kit.admin_token, json!({ "userName": user_name, "name": "Bot" })).await;
        let text = "invalid AddMachineUserRequest.UserName: value must not contain control characters";
        assert_eq!(refused_with(answer), (Kind::InvalidArgument, text.into()));
    }
}

#[tokio::test]
async fn what_the_proto_declares_is_checked() {
    let kit = Kit::new().await;
    let range = |field| {
        let text =
            format!("invalid AddMachineUserRequest.{field}: value length must be between 1 and 200 runes, inclusive");
        (Kind::InvalidArgument, text)
    };
    for (body, expected) in [
        (json!({ "name": "Bot" }), range("UserName")),
        (json!({ "userName": "bot" }), range("Name")),
        (json!({ "userName": "bot", "name": "é".repeat(201) }), range("Name")),
        (json!({ "userName": "bot", "name": "Bot", "userId": "" }), range("UserId")),
    ] {
        assert_eq!(refused_with(kit.call(ADD, &kit.admin_token, body).await), expected);
    }
    kit.ok(ADD, json!({ "userName": "é".repeat(200), "name": "é".repeat(200), "description": "é".repeat(500) })).await;
}

#[tokio::test]
async fn a_chosen_id_must_be_one_and_new() {
    let kit = Kit::new().await;
    let with_id = |id: &str| json!({ "userName": format!("named-{id}"), "name": "Bot", "userId": id });
    for id in ["a/b", "-a", "a b", "ä", ".."] {
        let (kind, text) = refused_with(kit.call(ADD, &kit.admin_token, with_id(id)).await);
        assert_eq!(kind, Kind::InvalidArgument);
        assert!(text.starts_with("invalid AddMachineUserRequest.UserId: value must begin with"), "{text}");
    }
    kit.ok(ADD, with_id("one")).await;
    let again = || json!({ "userName": "other", "name": "Bot", "userId": "one" });
    kit.refused(ADD, again(), Kind::FailedPrecondition, "COMMAND-k2una").await;
    let (org, token) = kit.other_org().await;
    let elsewhere = refused_with(kit.call_in(ADD, &token, &org, again()).await);
    assert_eq!(elsewhere, (Kind::FailedPrecondition, "COMMAND-k2una".into()));
    kit.ok("management/RemoveUser", json!({ "id": "one" })).await;
    kit.refused(ADD, again(), Kind::FailedPrecondition, "COMMAND-k2una").await;
}

#[tokio::test]
async fn one_client_id_never_means_two_users() {
    let kit = Kit::new().await;
    kit.machine("victim").await;
    let squatter = json!({ "userName": "squatter", "name": "Bot", "userId": "Victim" });
    kit.refused(ADD, squatter, Kind::FailedPrecondition, "COMMAND-k2una").await;
    let squatter = json!({ "userName": kit.demo, "name": "Bot" });
    kit.refused(ADD, squatter, Kind::AlreadyExists, "V3-DKcYh").await;
    let squatter = json!({ "userId": kit.admin, "userName": kit.demo });
    kit.refused("management/UpdateUserName", squatter, Kind::AlreadyExists, "V3-DKcYh").await;
    kit.ok("management/UpdateUserName", json!({ "userId": kit.demo, "userName": kit.demo })).await;
}

#[tokio::test]
async fn v2_creates_in_the_organisation_that_it_names() {
    let kit = Kit::new().await;
    let (org, token) = kit.other_org().await;
    let machine = json!({ "name": "Bot", "description": "Deploys", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT" });
    let body = json!({ "organizationId": org, "username": "bot", "userId": "ci-bot", "machine": machine });
    let created = kit.ok(CREATE, body).await;
    assert_eq!(created["id"], "ci-bot");
    assert!(created["creationDate"].is_string());
    let user =
        kit.call("user.v2/GetUserByID", &token, json!({ "userId": "ci-bot" })).await.expect("a user")["user"].take();
    assert_eq!(user["details"]["resourceOwner"], org);
    assert_eq!((&user["username"], &user["machine"]), (&json!("bot"), &machine));
}

#[tokio::test]
async fn v2_calls_a_user_without_a_name_by_its_id() {
    let kit = Kit::new().await;
    let body = json!({ "organizationId": kit.org, "machine": { "name": "Bot" } });
    let id = text(&kit.ok(CREATE, body).await["id"]);
    let user = &kit.ok("user.v2/GetUserByID", json!({ "userId": id })).await["user"];
    assert_eq!(user["username"], id);
}

#[tokio::test]
async fn v2_refuses_what_it_cannot_create() {
    let kit = Kit::new().await;
    let machine = json!({ "name": "Bot" });
    for (body, kind, id) in [
        (json!({ "organizationId": kit.org, "human": {} }), Kind::Unimplemented, "COUNTERSIGN-human"),
        (json!({ "organizationId": "1", "machine": machine }), Kind::FailedPrecondition, "COMMAND-QXPGs"),
        (json!({ "organizationId": "a/b", "machine": machine }), Kind::FailedPrecondition, "COMMAND-QXPGs"),
        (json!({ "organizationId": kit.org, "username": "Demo", "machine": machine }), Kind::AlreadyExists, "V3-DKcYh"),
        (
            json!({ "organizationId": kit.org, "userId": kit.demo, "machine": machine }),
            Kind::FailedPrecondition,
            "COMMAND-k2una",
        ),
        (
            json!({ "organizationId": kit.org, "username": " ", "machine": machine }),
            Kind::InvalidArgument,
            "COMMAND-bm9Ds",
        ),
    ] {
        kit.refused(CREATE, body, kind, id).await;
    }
    let nothing = kit.call(CREATE, &kit.admin_token, json!({ "organizationId": kit.org })).await;
    assert_eq!(
        refused_with(nothing),
        (Kind::InvalidArgument, "invalid CreateUserRequest.UserType: value is required".into())
    );
}
