//! `recover`: in again, when no administrator can act.

use super::{Site, mode};
use crate::common::{
    Kit,
    binary::{Binary, complaint, run},
    client::{Ask, Http},
    text,
};
use countersign::{
    app::recovery,
    model::{OrgFact, UserFact},
};
use serde_json::json;
use std::{fs, process::Stdio};

#[tokio::test]
async fn who_has_the_files_gets_in_again() {
    let site = Site::new();
    site.init();
    let serve = || Binary::serve(&site.path("countersign.toml"), &site.path("countersign.redb"), Stdio::null());
    let recover = ["recover", "--config", &site.config()];
    let mut server = serve();
    let me = server.admin(Ask::get("/auth/v1/users/me")).await.ok();
    let tokens = format!("/management/v1/users/{}/pats", text(&me["user"]["id"]));
    let list = server.admin(Ask::post(format!("{tokens}/_search")).body("{}")).await.ok();
    let last = format!("{tokens}/{}", text(&list["result"][0]["id"]));
    assert_eq!(server.admin(Ask::delete(last)).await.status, 200);
    assert!(complaint(&recover).contains("another process has this database open"));
    server.signal("TERM");
    server.end();

    let output = run(&recover);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success() && said.contains("recovery.pat") && !said.contains("cs_pat_"), "{said}");
    assert_eq!(mode(site.path("recovery.pat")), 0o600);
    let first = fs::read_to_string(site.path("recovery.pat")).expect("a token");
    assert!(complaint(&recover).contains("recovery.pat: this file is there already"));
    // A user that is there already is taken; and whoever asks sees the token.
    let output = run(&[recover.as_slice(), &["--print"]].concat());
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let printed = said.split_whitespace().find(|word| word.starts_with("cs_pat_")).expect("a token");

    let server = serve();
    for token in [first.as_str(), printed] {
        let ask = Ask::post("/admin/v1/members/_search").bearer(token).body("{}");
        let members = server.client.send(Http::One, ask).await.ok();
        assert_eq!(members["details"]["totalResult"], "2", "the first administrator and the new one: {members}");
    }
}

#[tokio::test]
async fn whatever_keeps_an_administrator_out_is_mended() {
    for name in ["admin", "demo", "someone-new"] {
        let kit = Kit::new().await;
        kit.happens(&kit.org, &kit.admin, UserFact::Locked).await;
        kit.happens(&kit.org, &kit.demo, UserFact::Deactivated).await;
        kit.happens_to_org(&kit.org, OrgFact::Deactivated).await;
        let (app, mut token) = (kit.app.clone(), String::new());
        let recovered = tokio::task::spawn_blocking(move || {
            let keep = |recovered: &recovery::Recovered| {
                token = recovered.token.expose().to_owned();
                Ok(())
            };
            recovery::recover(&app, name, keep).map(|()| token).map_err(|e| e.message)
        });
        let token = recovered.await.expect("no panic").expect("recovered");
        let members = kit.call("admin/ListIAMMembers", &token, json!({})).await.expect("an owner again");
        let owners = members["result"].as_array().expect("a list").iter();
        assert!(owners.filter(|member| member["roles"] == json!(["IAM_OWNER"])).count() > 0, "{members}");
        kit.events_after_check();
        kit.clock.advance(std::time::Duration::from_secs(24 * 3600 + 1));
        assert!(kit.call("admin/ListIAMMembers", &token, json!({})).await.is_err(), "good for a day");
    }
}
