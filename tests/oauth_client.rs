//! Client authentication: who is let in, and the one answer for everybody else.

use crate::common::{
    Kit,
    web::{Answer, Auth, INTROSPECT, REVOKE, TOKEN, basic, request},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::model::{AccessTokenType, OrgFact, UserFact};
use http::Method;
use std::time::{Duration, Instant};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const FAILED: (u16, &str, &str) = (401, "invalid_client", "client authentication failed");

async fn raw(kit: &Kit, header: &[u8]) -> Answer {
    kit.post_form(TOKEN, Auth::Raw(header), &GRANT).await
}

fn assert_failed(answer: &Answer) {
    let (status, error, description) = FAILED;
    answer.refuses(status, error, description);
    assert_eq!(answer.header("www-authenticate"), r#"Basic realm="countersign""#);
}

#[tokio::test]
async fn a_client_is_called_by_name_in_any_case_or_by_id() {
    let kit = Kit::new().await;
    for id in ["demo", "DEMO", "Demo", kit.demo.as_str()] {
        assert_eq!(kit.ask_token(Auth::Basic(id, &kit.demo_secret), "").await.status, 200, "{id}");
        assert_eq!(kit.ask_token(Auth::Post(id, &kit.demo_secret), "").await.status, 200, "{id}");
    }
}

#[tokio::test]
async fn basic_may_be_encoded_raw_or_both() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "a+b %41@ü:", AccessTokenType::Bearer).await;
    // Its name cannot be sent raw because of the colon; form-encoded it can.
    assert_eq!(kit.ask_token(Auth::Basic("a+b %41@ü:", &secret), "").await.status, 200);
    let (_, secret) = kit.add_machine(&kit.org, "a+b %41@ü", AccessTokenType::Bearer).await;
    assert_eq!(kit.ask_token(Auth::Basic("a+b %41@ü", &secret), "").await.status, 200);
    assert_eq!(raw(&kit, basic("a+b %41@ü", &secret).as_bytes()).await.status, 200);
    // The same in ISO 8859-1.
    let latin = [b"a+b %41@\xfc:".as_slice(), secret.as_bytes()].concat();
    assert_eq!(raw(&kit, format!("Basic {}", BASE64_STANDARD.encode(latin)).as_bytes()).await.status, 200);
    // Underscores and dashes as some clients escape them, and the scheme in lower case.
    let escaped = basic("demo", &kit.demo_secret.replace('_', "%5F")).replace("Basic", "basic");
    assert_eq!(raw(&kit, escaped.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn headers_that_are_none_fail_like_wrong_ones() {
    let kit = Kit::new().await;
    let latin = format!("Basic {}", BASE64_STANDARD.encode(b"\xe9\xff:\xfe"));
    let no_colon = format!("Basic {}", BASE64_STANDARD.encode("demo"));
    let bearer = format!("Bearer {}", kit.demo_secret);
    for header in ["Basic", "Basic ", "Basic !", "", "Basic Og==", "Digest x", &latin, &no_colon, &bearer] {
        assert_failed(&raw(&kit, header.as_bytes()).await);
    }
    assert_failed(&raw(&kit, b"Basic \xff\xfe").await);
    assert_failed(&raw(&kit, b"\xe9").await);
}

#[tokio::test]
async fn exactly_one_method() {
    let kit = Kit::new().await;
    let two = "client authentication must not use more than one method";
    let secret = kit.demo_secret.as_str();
    let ask = async |auth, more: &[(&str, &str)]| kit.post_form(TOKEN, auth, &[&GRANT[..], more].concat()).await;
    let both = ask(kit.demo_auth(), &[("client_id", "demo"), ("client_secret", secret)]).await;
    both.refuses(400, "invalid_request", two);
    ask(kit.demo_auth(), &[("client_secret", secret)]).await.refuses(400, "invalid_request", two);
    ask(kit.demo_auth(), &[("client_assertion", "x")]).await.refuses(400, "invalid_request", two);
    ask(Auth::Post("demo", secret), &[("client_assertion", "x")]).await.refuses(400, "invalid_request", two);
    ask(kit.demo_auth(), &[("client_id", "other")]).await.refuses(400, "invalid_request", two);
    // Its own name is no second method, and what is empty is not there.
    assert_eq!(ask(kit.demo_auth(), &[("client_id", "Demo")]).await.status, 200);
    assert_eq!(ask(kit.demo_auth(), &[("client_secret", ""), ("client_id", "")]).await.status, 200);

    let none = ask(Auth::None, &[]).await;
    none.refuses(401, "invalid_client", "client authentication is missing");
    assert!(none.header("www-authenticate").starts_with("Basic "));
    ask(Auth::None, &[("client_id", "demo")]).await.refuses(401, "invalid_client", "client authentication is missing");
    let empty = ask(Auth::None, &[("client_id", "demo"), ("client_secret", "")]).await;
    empty.refuses(401, "invalid_client", "client authentication is missing");
    assert_failed(&ask(Auth::None, &[("client_secret", secret)]).await);
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_failed(&ask(Auth::None, &[kind, ("client_assertion", "x")]).await);
}

#[tokio::test]
async fn two_headers_are_one_too_many() {
    let kit = Kit::new().await;
    let mut request = request(Method::POST, TOKEN, kit.demo_auth(), &GRANT);
    let header = request.headers()["authorization"].clone();
    request.headers_mut().append("authorization", header);
    let description = "there must not be more than one Authorization header";
    kit.send(request).await.refuses(400, "invalid_request", description);
}

#[tokio::test]
async fn credentials_in_the_url_are_refused_whether_right_or_wrong() {
    let kit = Kit::new().await;
    for path in [TOKEN, INTROSPECT, REVOKE] {
        for query in [
            format!("client_id=demo&client_secret={}", kit.demo_secret),
            "client_secret=x".into(),
            "client%5Fsecret=x".into(),
            "token=x".into(),
        ] {
            let answer = kit.post_form(&format!("{path}?{query}"), kit.demo_auth(), &GRANT).await;
            answer.refuses(400, "invalid_request", "credentials must not be sent in the URL");
        }
    }
    assert_eq!(kit.post_form(&format!("{TOKEN}?trace=1"), kit.demo_auth(), &GRANT).await.status, 200);
}

#[tokio::test]
async fn a_name_that_is_anothers_id_keeps_nobody_out() {
    let kit = Kit::new().await;
    let (squatter, squatters_secret) = kit.add_machine(&kit.org, &kit.demo, AccessTokenType::Bearer).await;
    for (secret, user) in [(&kit.demo_secret, &kit.demo), (&squatters_secret, &squatter)] {
        let token = kit.ask_token(Auth::Basic(&kit.demo, secret), "").await.ok();
        let seen = kit.introspect(kit.demo_auth(), &crate::common::text(&token["access_token"])).await;
        assert_eq!(&crate::common::text(&seen["sub"]), user);
    }
}

/// Everything that can be wrong with a client: a name, and what to send as its secret.
async fn wrong_clients(kit: &Kit) -> Vec<(&'static str, String, String)> {
    let right = kit.demo_secret.clone();
    let other_org = kit.add_org("Other").await;
    let (locked, locked_secret) = kit.add_machine(&kit.org, "locked", AccessTokenType::Bearer).await;
    kit.happens(&kit.org, &locked, UserFact::Locked).await;
    let (inactive, inactive_secret) = kit.add_machine(&kit.org, "inactive", AccessTokenType::Bearer).await;
    kit.happens(&kit.org, &inactive, UserFact::Deactivated).await;
    let (removed, removed_secret) = kit.add_machine(&kit.org, "removed", AccessTokenType::Bearer).await;
    kit.happens(&kit.org, &removed, UserFact::Removed).await;
    let (_, elsewhere_secret) = kit.add_machine(&other_org, "elsewhere", AccessTokenType::Bearer).await;
    kit.happens_to_org(&other_org, OrgFact::Deactivated).await;
    let (bare, bare_secret) = kit.add_machine(&kit.org, "bare", AccessTokenType::Bearer).await;
    let credential = kit.secret_id(&bare);
    kit.happens(&kit.org, &bare, UserFact::SecretRemoved { credential }).await;
    let mut typo = right.clone();
    typo.replace_range(20..21, if &right[20..21] == "x" { "y" } else { "x" });
    vec![
        ("unknown client", "nobody".into(), right.clone()),
        ("unknown id", "123456789012345678".into(), right.clone()),
        ("no id at all", "a/b\0".into(), right.clone()),
        ("wrong secret", "demo".into(), locked_secret.clone()),
        ("wrong checksum", "demo".into(), typo),
        ("no shape of a secret", "demo".into(), "x".into()),
        ("longer than any", "demo".into(), "x".repeat(4000)),
        ("longer than any name", "x".repeat(4000), right.clone()),
        ("a token for a secret", "admin".into(), kit.admin_token.clone()),
        ("locked", "locked".into(), locked_secret),
        ("inactive", "inactive".into(), inactive_secret),
        ("removed", "removed".into(), removed_secret),
        ("organisation inactive", "elsewhere".into(), elsewhere_secret),
        ("secret removed", "bare".into(), bare_secret),
        ("never had one", "admin".into(), right),
    ]
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let kit = Kit::new().await;
    let mut answers = Vec::new();
    for (what, id, secret) in wrong_clients(&kit).await {
        for path in [TOKEN, INTROSPECT, REVOKE] {
            for auth in [Auth::Basic(&id, &secret), Auth::Post(&id, &secret)] {
                let form = [("grant_type", "client_credentials"), ("token", "x")];
                answers.push((what, kit.post_form(path, auth, &form).await));
            }
        }
    }
    assert_failed(&answers[0].1);
    for (what, answer) in &answers {
        assert_eq!(answer, &answers[0].1, "{what}");
    }
}

/// Not a proof, but a net for the coarse mistake: a slow path that only some accounts take. The rounds go around, and the
/// fastest of many counts, so that a busy machine is busy for all alike.
#[tokio::test]
async fn whatever_is_wrong_the_answer_takes_as_long() {
    const ROUNDS: usize = 300;
    let kit = Kit::new().await;
    let (web, mut clients) = (kit.web(), wrong_clients(&kit).await);
    let of_interest = ["unknown client", "wrong secret", "wrong checksum", "locked", "secret removed"];
    clients.retain(|(what, ..)| of_interest.contains(what));
    let mut fastest = vec![Duration::MAX; clients.len()];
    for round in 0..ROUNDS * clients.len() {
        let at = round % clients.len();
        let (_, id, secret) = &clients[at];
        let request = request(Method::POST, TOKEN, Auth::Basic(id, secret), &GRANT);
        let started = Instant::now();
        crate::common::web::send(&web, request).await;
        fastest[at] = fastest[at].min(started.elapsed());
    }
    let (shortest, longest) = (fastest.iter().min().expect("some"), fastest.iter().max().expect("some"));
    assert!(*longest < *shortest * 3, "{of_interest:?} {fastest:?}");
}
