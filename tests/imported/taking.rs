use super::*;
use crate::common::refused_with;
use countersign::{app::import, error::Kind, limits::FREE_TAKEN_SECRETS};
use std::io::Cursor;

#[tokio::test]
async fn a_secret_in_plain_is_like_one_that_was_made_here() {
    let kit = Kit::new().await;
    let user = kit.machine("ci").await;
    let request = json!({
        "userId": user, "plain": SECRET, "label": " keycloak ", "expires": "2027-01-31T12:00:00Z",
        "bounds": { "networks": ["192.0.2.0/24"] },
    });
    let imported = kit.ok("credential/ImportSecret", request).await;
    assert_eq!(imported["clientId"], "ci");
    let shown = &imported["credential"];
    assert_eq!((&shown["label"], &shown["hint"]), (&json!("keycloak"), &json!("3cR9")));
    assert_eq!(
        (&shown["expires"], &shown["bounds"]["networks"][0]),
        (&json!("2027-01-31T12:00:00Z"), &json!("192.0.2.0/24"))
    );
    assert!(!imported.to_string().contains(SECRET));
    assert!(takes(&kit, "ci", SECRET).await && takes(&kit, &user, SECRET).await);
    assert!(!takes(&kit, "ci", "Zx8kQ2vB7nM4pL0sT6wY3cR8").await);
    assert_eq!(checks(&kit, "upgraded") + checks(&kit, "refused"), 0, "nothing slow is left, so nothing slow is done");
    assert_eq!(events(&kit, &user).await, ["user.machine.added", "user.machine.secret.added"]);
    kit.events_after_check();
}

#[tokio::test]
async fn no_two_have_the_same_secret() {
    let kit = Kit::new().await;
    let (one, other) = (kit.machine("one").await, kit.machine("other").await);
    let import = |user: &str| json!({ "userId": user, "plain": SECRET });
    kit.ok("credential/ImportSecret", import(&one)).await;
    for user in [&one, &other] {
        kit.refused("credential/ImportSecret", import(user), Kind::AlreadyExists, "COUNTERSIGN-secret-taken").await;
    }
    kit.ok("management/RemoveMachineSecret", json!({ "userId": one })).await;
    kit.ok("credential/ImportSecret", import(&other)).await;
    assert!(takes(&kit, "other", SECRET).await && !takes(&kit, "one", SECRET).await);
}

/// Each refusal tells that somebody has the secret, in whatever organisation.
#[tokio::test]
async fn whoever_tries_others_secrets_has_to_wait() {
    let kit = Kit::new().await;
    let (one, other) = (kit.machine("one").await, kit.machine("other").await);
    let token = kit.token(&other).await;
    kit.ok("credential/ImportSecret", json!({ "userId": one, "plain": SECRET })).await;
    let import = async |plain: &str| {
        let answer = kit.call("credential/ImportSecret", &token, json!({ "userId": other, "plain": plain })).await;
        answer.map_err(|(_, fault, _)| fault.unwrap_or_default())
    };
    for _ in 0..=FREE_TAKEN_SECRETS {
        assert_eq!(import(SECRET).await.expect_err("refused"), "COUNTERSIGN-secret-taken");
    }
    let own = "Q7-kd93.mXw20_vTnB6sLp8~Rj";
    for plain in [SECRET, own] {
        assert_eq!(import(plain).await.expect_err("refused"), "COUNTERSIGN-imports");
    }
    // Others do not wait for it.
    kit.refused(
        "credential/ImportSecret",
        json!({ "userId": one, "plain": SECRET }),
        Kind::AlreadyExists,
        "COUNTERSIGN-secret-taken",
    )
    .await;
    kit.clock.advance(std::time::Duration::from_secs(2));
    import(own).await.expect("its own");
}

/// Of hashes it does not show until somebody uses the secret: the first has it then.
#[tokio::test]
async fn of_two_hashes_of_one_secret_the_first_use_counts() {
    let kit = Kit::new().await;
    let (one, other) = (with_hash(&kit, "one", BCRYPT).await, with_hash(&kit, "other", SHA512_CRYPT).await);
    assert!(takes(&kit, "other", SECRET).await);
    for _ in 0..3 {
        assert!(!takes(&kit, "one", SECRET).await);
    }
    assert_eq!((checks(&kit, "kept"), checks(&kit, "refused")), (1, 0), "that it is the other's is computed once");
    assert!(takes(&kit, "other", SECRET).await);
    assert!(!events(&kit, &one).await.contains(&"user.credential.upgraded".to_owned()));
    kit.ok("management/RemoveMachineSecret", json!({ "userId": other })).await;
    assert!(takes(&kit, "one", SECRET).await);
    kit.events_after_check();
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let kit = Kit::new().await;
    let user = kit.machine("ci").await;
    let refused = async |more: Value| {
        let mut request = json!({ "userId": user });
        request.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = kit.call("credential/ImportSecret", &kit.admin_token, request).await;
        let (kind, _, message) = answer.expect_err("a refusal");
        assert_eq!(kind, Kind::InvalidArgument, "{message}");
        message
    };
    for (request, said) in [
        (json!({}), "either plain or hash"),
        (json!({ "plain": SECRET, "hash": BCRYPT }), "either plain or hash"),
        (json!({ "plain": &SECRET[1..] }), "from 24 to 1024 characters"),
        (json!({ "plain": "passwordpasswordpasswordpassword" }), "80 bits"),
        (json!({ "plain": "Zx8kQ2vB7nM4pL0sT6wY3c\u{e4}" }), "visible ASCII"),
        (json!({ "hash": "5f4dcc3b5aa765d61d8327deb882cf99" }), "argon2id"),
        (json!({ "hash": "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/" }), "hash must be bcrypt"),
        (json!({ "hash": &BCRYPT[1..] }), "hash must be bcrypt"),
        (json!({ "hash": format!("{BCRYPT} ") }), "hash is not what bcrypt writes"),
        (json!({ "hash": BCRYPT.replace("$04$", "$15$") }), "the cost of bcrypt is 15, and may be 14 at most"),
        (json!({ "hash": ARGON2ID.replace("m=256", "m=1048576") }), "too costly"),
        (json!({ "hash": SCRYPT.replace("ln=4", "ln=20") }), "too costly"),
        (json!({ "hash": PBKDF2.replace("i=1000", "i=10000000") }), "too costly"),
        (json!({ "hash": SHA512_CRYPT.replace("rounds=1000", "rounds=999999999") }), "too costly"),
        (json!({ "hash": BCRYPT, "label": "a\nb" }), "label"),
        (json!({ "hash": BCRYPT, "expires": "tomorrow" }), "expires"),
    ] {
        let message = refused(request.clone()).await;
        assert!(message.contains(said) && !message.contains(SECRET), "{request}: {message}");
    }
    refused(json!({ "plain": "x9Q-z2".repeat(200) })).await;
    refused(json!({ "hash": "$".repeat(500) })).await;
    let past = json!({ "userId": user, "hash": BCRYPT, "expires": "2026-01-01T00:00:00Z" });
    kit.refused("credential/ImportSecret", past, Kind::InvalidArgument, "COUNTERSIGN-past").await;
    let nobody = json!({ "userId": "1", "hash": BCRYPT });
    kit.refused("credential/ImportSecret", nobody, Kind::NotFound, "COUNTERSIGN-user").await;
    assert!(credentials(&kit, &user).await.is_empty());
}

/// Until its first use a hash makes refusals slow for everybody: so whoever has no role cannot bring one for itself.
#[tokio::test]
async fn nobody_imports_a_hash_for_itself_alone() {
    let kit = Kit::new().await;
    let user = kit.machine("robot").await;
    let token = kit.token(&user).await;
    let (hash, plain) = (json!({ "userId": user, "hash": BCRYPT }), json!({ "userId": user, "plain": SECRET }));
    let refused = kit.call("credential/ImportSecret", &token, hash.clone()).await;
    assert_eq!(refused_with(refused), (Kind::NotFound, "AUTHZ-cdgFk".into()));
    kit.call("credential/ImportSecret", &token, plain).await.expect("its own secret in plain");
    kit.ok("management/AddOrgMember", json!({ "userId": user, "roles": ["ORG_USER_MANAGER"] })).await;
    kit.call("credential/ImportSecret", &token, hash).await.expect("it may run accounts");
}

#[tokio::test]
async fn imported_secrets_count_among_the_ten() {
    let kit = Kit::new().await;
    let user = with_hash(&kit, "ci", BCRYPT).await;
    for _ in 1..10 {
        kit.ok("credential/AddSecret", json!({ "userId": user })).await;
    }
    let one_more = json!({ "userId": user, "plain": SECRET });
    kit.refused("credential/ImportSecret", one_more, Kind::FailedPrecondition, "COUNTERSIGN-secrets").await;
    assert!(takes(&kit, "ci", SECRET).await);
}

#[tokio::test]
async fn the_longest_life_that_an_organisation_allows_holds_for_imported_secrets() {
    let kit = Kit::new().await;
    kit.ok("policy/SetCredentialPolicy", json!({ "organizationId": kit.org, "maxLifetime": "86400s" })).await;
    let user = kit.machine("ci").await;
    let too_long = json!({ "userId": user, "hash": BCRYPT, "expires": "never" });
    kit.refused("credential/ImportSecret", too_long, Kind::InvalidArgument, "COUNTERSIGN-lifetime").await;
    let open = kit.ok("credential/ImportSecret", json!({ "userId": user, "hash": BCRYPT })).await;
    assert!(text(&open["credential"]["expires"]).starts_with("2026-11-24T00:00:0"), "{open}");

    let check = |expires: &str| {
        let secret = json!({ "hash": ARGON2ID, "expires": expires });
        let line = json!({ "user": { "userName": "robot", "secrets": [secret] } }).to_string();
        match import::check(&kit.app, &mut Cursor::new(line), |_| {}) {
            Err(import::Refused::Lines { wrong, more: 0, done: 0 }) => wrong.into_iter().next().map(|(_, said)| said),
            Err(refused) => panic!("{refused:?}"),
            Ok(_) => None,
        }
    };
    assert_eq!(check(""), None);
    assert_eq!(check("2026-11-23T12:00:00Z"), None);
    assert!(check("never").is_some_and(|said| said.contains("live for 1 day at most")));
}

/// A secret that has expired by the time somebody starts the import again is taken as it is: nobody can use it.
#[tokio::test]
async fn what_expires_while_an_import_is_interrupted_does_not_stop_the_rest() {
    let kit = Kit::new().await;
    let mut lines: String = (0..200).map(|user| format!("{{\"user\":{{\"userName\":\"m-{user}\"}}}}\n")).collect();
    let secret = json!({ "hash": BCRYPT, "expires": "2026-11-23T12:00:00Z" });
    lines += &json!({ "user": { "userName": "late", "secrets": [secret] } }).to_string();
    let apply = |cut: bool| {
        let (app, mut file) = (kit.app.clone(), Cursor::new(lines.clone()));
        tokio::task::spawn_blocking(move || {
            let checked = import::check(&app, &mut file, |_| {}).unwrap_or_else(|refused| panic!("{refused:?}"));
            let on_batch = |_| assert!(!cut, "cut off");
            import::apply(&app, &mut file, &checked, on_batch).unwrap_or_else(|refused| panic!("{refused:?}"));
            (checked.done, checked.lines)
        })
    };
    assert!(apply(true).await.is_err(), "cut off after a batch");
    kit.clock.advance(std::time::Duration::from_secs(24 * 3600));
    assert_eq!(apply(false).await.expect("it goes on"), (200, 201));
    assert_eq!(apply(false).await.expect("it is done"), (201, 201));
    assert!(!takes(&kit, "late", SECRET).await);
    kit.events_after_check();
}
