//! While changes wait for the writer: nobody takes all the places.

use crate::common::{
    Kit, Refusal,
    client::Ask,
    server::{Server, assert_refused},
    web::REVOKE,
};
use countersign::error::Kind;
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};
use std::{future::Future, pin::Pin};

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Value, Refusal>> + 'a>>;

const OWN_SHARE: &str = "Too many changes of this caller are waiting; try again when some are answered";

/// A call that has been sent, and waits.
fn sent<'a>(kit: &'a Kit, procedure: &'a str, token: &'a str, body: Value) -> Waiting<'a> {
    let mut call: Waiting<'a> = Box::pin(kit.call(procedure, token, body));
    let answer = call.as_mut().now_or_never();
    assert!(answer.is_none(), "{procedure} was answered at once: {answer:?}");
    call
}

/// Sends as many calls as get a place, and returns them with the refusal of the next one.
fn flood<'a>(kit: &'a Kit, token: &'a str) -> (Vec<Waiting<'a>>, Refusal) {
    let mut waiting = Vec::new();
    loop {
        let mut call: Waiting<'a> = Box::pin(kit.call("user.v2/AddSecret", token, json!({ "userId": kit.demo })));
        match call.as_mut().now_or_never() {
            None => waiting.push(call),
            Some(answer) => return (waiting, answer.expect_err("the writer is halted")),
        }
    }
}

#[tokio::test]
async fn a_caller_that_floods_the_queue_leaves_room_for_the_others() {
    let server = Server::start().await;
    let kit = &server.kit;
    let token = kit.token(&kit.demo).await;
    let halted = kit.halt_writer().await;

    let (flood, refusal) = flood(kit, &token);
    assert!(flood.len() > 64, "room for a burst: {}", flood.len());
    assert_eq!(refusal, (Kind::ResourceExhausted, None, OWN_SHARE.into()));
    let again = Ask::post(format!("/v2/users/{}/secret", kit.demo)).bearer(&token);
    let again = server.ask(again).await;
    assert_refused(&again, 429, 8, "", OWN_SHARE);
    assert_eq!(again.header("retry-after"), "1");
    // RFC 7009 section 2.2.1 has 503 for it.
    let revoke = kit.post_form(REVOKE, kit.demo_auth(), &[("token", &token)]).await;
    revoke.refuses(503, "temporarily_unavailable", "the server cannot answer now; try again");
    assert_eq!(revoke.header("retry-after"), "1");

    let burst = (0..64).map(|n| {
        let body = json!({ "userName": format!("robot-{n}"), "name": "Robot" });
        sent(kit, "management/AddMachineUser", &kit.admin_token, body)
    });
    let burst: Vec<_> = burst.collect();
    drop(halted);
    assert!(join_all(burst).await.iter().all(Result::is_ok), "nobody else has to do without");
    assert!(join_all(flood).await.iter().all(Result::is_ok), "what got a place is done");
    kit.call("user.v2/AddSecret", &token, json!({ "userId": kit.demo })).await.expect("there is room again");
}
