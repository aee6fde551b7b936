//! Hostile input: each piece is refused clearly, in the shape of the wire that it came by, and leaves nothing behind.

use crate::common::{
    client::{Answer, Ask, Http},
    full_name, grpc,
    server::{Server, assert_refused},
    text,
};
use countersign::{limits, proto::zitadel::management::v1::AddMachineUserRequest};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;

const USERS: &str = "/management/v1/users/machine";
const SEARCH: &str = "/management/v1/users/_search";

/// Asserts that an answer is a refusal of REST with code 3.
fn assert_invalid(answer: &Answer, about: &str) {
    assert_eq!(answer.status, 400, "{about}: {:?}", answer.body);
    let json = answer.json();
    assert_eq!((&json["code"], &json["details"]), (&json!(3), &json!([])), "{about}: {json}");
}

/// Runs hostile requests and then asserts that nothing was written by them.
async fn writes_nothing(server: &Server, hostile: impl AsyncFnOnce(&Server)) {
    let before = server.next_sequence().await;
    hostile(server).await;
    assert_eq!(server.next_sequence().await, before + 1);
}

fn padded_user(bytes: usize) -> Value {
    json!({ "userName": "large", "name": "Large", "unknown": "x".repeat(bytes) })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

#[tokio::test]
async fn bodies_have_a_size() {
    let server = Server::start().await;
    let add = full_name("management/AddMachineUser");
    writes_nothing(&server, async |server| {
        for http in [Http::One, Http::Two] {
            let rest = Ask::post(USERS).bearer(&server.kit.admin_token).json(&padded_user(limits::MAX_BODY_BYTES));
            let answer = server.client.send(http, rest).await;
            assert_invalid(&answer, "REST");
            assert_eq!(answer.json()["message"], format!("the body is larger than {} bytes", limits::MAX_BODY_BYTES));

            let connect = Ask::post(format!("/{add}")).bearer(&server.kit.admin_token);
            let answer = server.client.send(http, connect.json(&padded_user(limits::MAX_BODY_BYTES))).await;
            assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("resource_exhausted")));
        }
        let large = AddMachineUserRequest {
            user_name: "large".into(),
            name: "x".repeat(limits::MAX_BODY_BYTES),
            ..Default::default()
        };
        for content_type in ["application/grpc", "application/grpc-web+proto"] {
            let call = grpc::call(&add, content_type, &large).bearer(&server.kit.admin_token);
            assert_eq!(grpc::refusal(&server.client.send(Http::Two, call).await).code, 8, "{content_type}");
        }
        // A frame that promises four gigabytes and sends none.
        let lying = Ask::post(format!("/{add}")).header("content-type", "application/grpc").header("te", "trailers");
        let lying = lying.bearer(&server.kit.admin_token).body([0, 0xff, 0xff, 0xff, 0xff].as_slice());
        let code = grpc::refusal(&server.client.send(Http::Two, lying).await).code;
        assert!([3, 8, 13].contains(&code), "{code}");
    })
    .await;
    let fits = padded_user(limits::MAX_BODY_BYTES - 200);
    assert_eq!(server.admin(Ask::post(USERS).json(&fits)).await.status, 200);
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_large_one_is_refused() {
    let server = Server::start().await;
    let add = full_name("management/AddMachineUser");
    let bomb = gzip(padded_user(4 << 20).to_string().as_bytes());
    assert!(bomb.len() < limits::MAX_BODY_BYTES);
    writes_nothing(&server, async |server| {
        let connect = Ask::post(format!("/{add}")).bearer(&server.kit.admin_token);
        let connect = connect.header("content-type", "application/json").header("content-encoding", "gzip");
        let answer = server.ask(connect.clone().body(bomb.clone())).await;
        assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("resource_exhausted")));
        let garbage = server.ask(connect.body(b"not gzip".as_slice())).await;
        assert!((400..500).contains(&garbage.status), "{garbage:?}");

        let call = Ask::post(format!("/{add}")).header("content-type", "application/grpc").header("te", "trailers");
        let call = call.header("grpc-encoding", "gzip").bearer(&server.kit.admin_token).body(grpc::frame(1, &bomb));
        assert_eq!(grpc::refusal(&server.client.send(Http::Two, call).await).code, 8);

        let rest = Ask::post(USERS).header("content-encoding", "gzip").bearer(&server.kit.admin_token);
        assert_invalid(&server.ask(rest.body(bomb.clone())).await, "REST takes no compressed bodies");
        for encoding in ["br", "zstd", "gzip, gzip", "x"] {
            let rest = Ask::post(USERS).header("content-encoding", encoding).bearer(&server.kit.admin_token);
            assert_invalid(&server.ask(rest.body("{}")).await, encoding);
        }
    })
    .await;
    let small = gzip(json!({ "userName": "packed", "name": "Packed" }).to_string().as_bytes());
    let connect = Ask::post(format!("/{add}")).header("content-type", "application/json");
    assert_eq!(server.admin(connect.header("content-encoding", "gzip").body(small)).await.status, 200);
}

/// What is read may nest 127 deep; what nobody reads is skipped without recursion, however deep it is.
#[tokio::test]
async fn json_that_is_read_has_a_depth() {
    let server = Server::start().await;
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let add = format!("/{}", full_name("management/AddMachineUser"));
    let secret = format!("/management/v1/users/{}/secret", server.kit.demo);
    for (number, deep) in [lists(10_000), objects(10_000)].into_iter().enumerate() {
        let read = format!("{{\"userName\":{deep},\"name\":\"Deep\"}}");
        assert_invalid(&server.admin(Ask::post(USERS).body(read.clone())).await, "a text that is none");
        let connect = server.admin(Ask::post(&add).header("content-type", "application/json").body(read)).await;
        assert_eq!((connect.status, &connect.json()["code"]), (400, &json!("invalid_argument")));
        let unknown = format!("{{\"userName\":\"deep-{number}\",\"name\":\"Deep\",\"x\":{deep}}}");
        assert_eq!(server.admin(Ask::post(USERS).body(unknown.clone())).await.status, 200);
        // Here the path adds to the message, so all of it is read.
        assert_invalid(&server.admin(Ask::put(&secret).body(unknown)).await, "deep");
    }
    assert_eq!(server.admin(Ask::put(&secret).body(format!("{{\"x\":{}}}", lists(126)))).await.status, 200);
    assert_invalid(&server.admin(Ask::put(&secret).body(format!("{{\"x\":{}}}", lists(127)))).await, "deep");
}

#[tokio::test]
async fn list_queries_have_a_depth_a_number_and_a_page() {
    let server = Server::start().await;
    let leaf = json!({ "userNameQuery": { "userName": "demo" } });
    for (name, before, after) in [
        ("not", "{\"notQuery\":{\"query\":", "}}"),
        ("and", "{\"andQuery\":{\"queries\":[", "]}}"),
        ("or", "{\"orQuery\":{\"queries\":[", "]}}"),
    ] {
        let search = |depth| {
            let query = format!("{}{leaf}{}", before.repeat(depth), after.repeat(depth));
            server.admin(Ask::post(SEARCH).body(format!("{{\"queries\":[{query}]}}")))
        };
        assert_eq!(search(limits::MAX_QUERY_NESTING).await.status, 200, "{name}");
        let refused = search(limits::MAX_QUERY_NESTING + 1).await;
        assert_refused(&refused, 400, 3, "USER-zsQ97", "Too many query nesting levels (Max 20)");
        // As deep as the JSON reader goes, deeper than it goes, and deeper than any stack.
        for depth in [30, 40, 60, 1000, 10_000] {
            let refused = search(depth).await;
            assert_eq!((refused.status, &refused.json()["code"]), (400, &json!(3)), "{name} {depth}");
        }
    }
    let many = json!({ "queries": vec![leaf.clone(); limits::MAX_QUERY_CONDITIONS + 1] });
    assert_invalid(&server.admin(Ask::post(SEARCH).json(&many)).await, "conditions");
    let long = json!({ "queries": [{ "userNameQuery": { "userName": "x".repeat(201) } }] });
    assert_invalid(&server.admin(Ask::post(SEARCH).json(&long)).await, "a long name");

    let page = |query: Value| server.admin(Ask::post(SEARCH).json(&json!({ "query": query })));
    let limit = limits::MAX_V1_PAGE;
    assert_refused(&page(json!({ "limit": limit + 1 })).await, 400, 3, "QUERY-4M0fs", "Limit exceeded");
    for query in [
        json!({ "limit": 0 }),
        json!({ "limit": limit }),
        json!({ "offset": "18446744073709551615" }),
        json!({ "offset": "18446744073709551615", "limit": limit }),
    ] {
        assert_eq!(page(query.clone()).await.status, 200, "{query}");
    }
    for query in [json!({ "limit": -1 }), json!({ "offset": -1 }), json!({ "limit": "x" }), json!({ "limit": 1e99 })] {
        assert_invalid(&page(query.clone()).await, &query.to_string());
    }
}

#[tokio::test]
async fn query_strings_have_bounds() {
    let server = Server::start().await;
    let unique = |query: &str| server.admin(Ask::get(format!("/management/v1/users/_is_unique?{query}")));
    assert_eq!(unique("userName=new").await.ok(), json!({ "isUnique": true }));
    assert_invalid(&unique("userName=a&userName=b").await, "twice");
    assert_invalid(&unique("userName=a&user_name=b").await, "twice under two names");
    assert_invalid(&unique("userName=%ff").await, "no UTF-8");
    assert_invalid(&unique(&format!("userName={}", "x".repeat(201))).await, "too long a name");
    assert_invalid(&unique(&format!("x={}", "x".repeat(limits::MAX_PARAMETER_BYTES + 1))).await, "too long a value");
    assert_invalid(&unique(&vec!["x=1"; limits::MAX_PARAMETERS + 1].join("&")).await, "too many");
    assert_eq!(unique("userName=new&&&=&x&%00=%00&x=%zz").await.status, 200);
    assert_invalid(&unique("userName=demo%00").await, "a control character");
}

#[tokio::test]
async fn ids_are_names_and_nothing_else() {
    let server = Server::start().await;
    let demo = server.kit.demo.clone();
    writes_nothing(&server, async |server| {
        for id in [
            ".",
            "..",
            "%2e%2e",
            "%2E",
            "..%2f..%2fadmin",
            "a%2Fb",
            "%00",
            "1%00",
            "%0d%0a",
            "%20",
            "%F0%9F%98%80",
            "%u0031",
            "null",
            "undefined",
            "0",
            "-1",
            "1e3",
            "_",
            "*",
            "%25",
            "'%20or%201=1",
            "%3Cscript%3E",
            "%D9%A1",
            "%EF%BC%91",
        ] {
            let answer = server.admin(Ask::put(format!("/management/v1/users/{id}/secret"))).await;
            assert_eq!((answer.status, &answer.json()["code"]), (404, &json!(5)), "{id}");
            assert!(!answer.text().contains("script"), "{id}");
        }
        for id in ["%ff", "%c0%ae"] {
            assert_invalid(&server.admin(Ask::put(format!("/management/v1/users/{id}/secret"))).await, id);
        }
        let long = format!("/management/v1/users/{}/secret", "9".repeat(limits::MAX_PARAMETER_BYTES + 1));
        assert_invalid(&server.admin(Ask::put(long)).await, "a very long id");
        // Dots name no other path, and doubled slashes are not one.
        for path in [
            format!("/management/v1/users/x/../{demo}/secret"),
            format!("/management/v1/./users/{demo}/secret"),
            format!("//management/v1/users/{demo}/secret"),
            format!("/management//v1/users/{demo}/secret"),
            format!("/management/v1/users/{demo}/secret/"),
            format!("/management/v1/users/{demo}%2Fsecret"),
            format!("/Management/v1/users/{demo}/secret"),
            format!("/management/v1/users/{demo}/secret;x=1"),
            format!("/management/v1/users/{demo}/%73ecret"),
        ] {
            let status = server.admin(Ask::put(&path)).await.status;
            assert!(status == 404 || status == 405, "{path}: {status}");
        }
        for id in ["a/b", "a b", "\u{0}", "../x", "ä", "-x", "", &"9".repeat(201)] {
            let chosen = json!({ "userName": "chosen", "name": "Chosen", "userId": id });
            let answer = server.admin(Ask::post(USERS).json(&chosen)).await;
            assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)), "{id:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn names_hold_no_control_characters_and_come_back_as_they_were() {
    let server = Server::start().await;
    writes_nothing(&server, async |server| {
        for name in ["\u{0}", "a\u{0}b", "a\nb", "a\r\nb", "\u{1b}[31mred", "a\u{7f}", " ", "\t", ""] {
            let answer = server.admin(Ask::post(USERS).json(&json!({ "userName": name, "name": "Name" }))).await;
            assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)), "{name:?}");
        }
        assert_invalid(
            &server.admin(Ask::post(USERS).body(b"{\"userName\":\"\xff\",\"name\":\"x\"}".as_slice())).await,
            "no UTF-8",
        );
        assert_invalid(
            &server.admin(Ask::post(USERS).body(r#"{"userName":"\ud800","name":"x"}"#)).await,
            "half a character",
        );
    })
    .await;
    for name in ["Ünïcödé", "名前", "😀", "a'b\"c<d>&e", "%41", "\\n", "${x}", &"ß".repeat(200)] {
        let user =
            text(&server.admin(Ask::post(USERS).json(&json!({ "userName": name, "name": name }))).await.ok()["userId"]);
        let view = server.admin(Ask::get(format!("/management/v1/users/{user}"))).await.ok();
        assert_eq!((&view["user"]["userName"], &view["user"]["machine"]["name"]), (&json!(name), &json!(name)));
    }
}
