//! Warnings before credentials expire: each once, whatever happens in between; and the numbers in the metrics.

use super::Holder;
use crate::common::{Kit, binary::Binary, client::Ask, server::Server, text};
use countersign::{
    app::credentials,
    id::{OrgId, UserId},
    limits::MAX_EXPIRY_BATCH,
    model::{Draft, UserFact},
    time::Clock,
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    process::Stdio,
    time::Duration,
};

const DAY: u64 = 24 * 3600;

fn after(holder: &Holder, days: u64) -> String {
    (holder.kit.clock.present() + Duration::from_secs(days * DAY)).to_rfc3339()
}

async fn pass(kit: &Kit, days: u64) {
    kit.clock.advance(Duration::from_secs(days * DAY));
    look(kit).await;
}

async fn look(kit: &Kit) {
    credentials::expiry_warnings::look(&kit.app).await.expect("looked");
}

/// The warnings given so far, oldest first.
async fn warnings(kit: &Kit) -> Vec<Value> {
    let asked = json!({ "eventTypes": ["user.credential.expiry.near"], "asc": true });
    let listed = kit.ok("admin/ListEvents", asked).await;
    listed["events"].as_array().cloned().unwrap_or_default()
}

async fn days(kit: &Kit) -> Vec<u64> {
    warnings(kit).await.iter().map(|event| event["payload"]["days"].as_f64().expect("a number") as u64).collect()
}

#[tokio::test]
async fn each_warning_is_given_once_when_its_time_comes() {
    let holder = Holder::new().await;
    let (id, _) = holder.add(json!({ "expires": after(&holder, 40) })).await;
    look(&holder.kit).await;
    assert!(days(&holder.kit).await.is_empty());
    for (passed, expected) in [
        (9, &[][..]),
        (1, &[30]),
        (15, &[30]),
        (1, &[30, 14]),
        (7, &[30, 14, 7]),
        (6, &[30, 14, 7, 1]),
        (2, &[30, 14, 7, 1]),
    ] {
        pass(&holder.kit, passed).await;
        look(&holder.kit).await;
        assert_eq!(days(&holder.kit).await, expected, "{passed} days later");
    }
    let warning = &warnings(&holder.kit).await[0];
    assert_eq!(warning["payload"]["credentialId"], id);
    assert_eq!(
        (&warning["aggregate"]["id"], &warning["editor"]),
        (&json!(holder.user), &json!({ "service": "countersign" }))
    );
    holder.kit.events_after_check();
}

#[tokio::test]
async fn of_those_that_are_late_only_the_last_is_given() {
    let holder = Holder::new().await;
    holder.add(json!({ "expires": after(&holder, 10) })).await;
    look(&holder.kit).await;
    assert_eq!(days(&holder.kit).await, [14], "it never had thirty days");
    pass(&holder.kit, 9).await;
    assert_eq!(days(&holder.kit).await, [14, 1], "the server slept");
}

#[tokio::test]
async fn another_end_is_warned_of_anew() {
    let holder = Holder::new().await;
    let (id, _) = holder.add(json!({ "expires": after(&holder, 7) })).await;
    look(&holder.kit).await;
    assert_eq!(days(&holder.kit).await, [7]);
    holder.on("SetCredentialExpiry", &id, json!({ "expires": after(&holder, 60) })).await;
    look(&holder.kit).await;
    assert_eq!(days(&holder.kit).await, [7]);
    pass(&holder.kit, 30).await;
    assert_eq!(days(&holder.kit).await, [7, 30]);
    holder.on("SetCredentialExpiry", &id, json!({ "expires": "never" })).await;
    pass(&holder.kit, 29).await;
    assert_eq!(days(&holder.kit).await, [7, 30]);
}

#[tokio::test]
async fn nobody_is_warned_of_what_is_suspended_until_it_is_resumed() {
    let holder = Holder::new().await;
    let (id, _) = holder.add(json!({ "expires": after(&holder, 14) })).await;
    holder.on("SuspendCredential", &id, json!({})).await;
    look(&holder.kit).await;
    assert!(days(&holder.kit).await.is_empty());
    assert!(!holder.kit.app.metrics.render().contains("countersign_credentials_expiring{"));
    pass(&holder.kit, 8).await;
    holder.on("ResumeCredential", &id, json!({})).await;
    look(&holder.kit).await;
    assert_eq!(days(&holder.kit).await, [7]);
}

#[tokio::test]
async fn the_metrics_tell_how_many_by_organisation() {
    let holder = Holder::new().await;
    for days in [1, 6, 7, 20, 31] {
        holder.add(json!({ "expires": after(&holder, days) })).await;
    }
    let other = holder.kit.org_called("Other").await;
    let user = holder.kit.machine_in(&other, "elsewhere").await;
    let expires = json!({ "userId": user, "expires": after(&holder, 14) });
    holder.kit.ok("credential/AddSecret", expires).await;
    let shown = || {
        let text = holder.kit.app.metrics.render();
        let lines =
            text.lines().filter_map(|line| line.strip_prefix("countersign_credentials_expiring{organization=\""));
        let lines = lines.map(|line| line.replace(&holder.kit.org, "home").replace(&other, "other"));
        let mut lines: Vec<_> = lines.map(|line| line.replace("\",within_days=\"", " ").replace("\"}", "")).collect();
        lines.sort();
        lines
    };
    assert!(shown().is_empty(), "nobody has looked");
    look(&holder.kit).await;
    let home = ["home 1 1", "home 14 3", "home 30 4", "home 7 3"];
    assert_eq!(shown(), [&home[..], &["other 1 0", "other 14 1", "other 30 1", "other 7 0"]].concat());
    pass(&holder.kit, 15).await;
    assert_eq!(shown(), ["home 1 0", "home 14 1", "home 30 2", "home 7 1"]);
}

/// More than one reads at once, and many of the same instant.
#[tokio::test]
async fn a_large_fleet_is_warned_of_in_batches_and_nobody_is_left_out() {
    let holder = Holder::new().await;
    let (org, user) = (OrgId::parse(&holder.kit.org).expect("an id"), UserId::parse(&holder.user).expect("an id"));
    let expires = holder.kit.clock.now() + Duration::from_secs(20 * DAY);
    let count = MAX_EXPIRY_BATCH + MAX_EXPIRY_BATCH / 2;
    let added = (0..count).map(|_| UserFact::KeyAdded {
        credential: holder.kit.app.new_id(),
        public_key: vec![0x30],
        algorithm: "EdDSA".into(),
        expires,
    });
    holder.kit.happen(added.map(|fact| Draft::user(&org, &user, fact)).collect()).await;
    let before = holder.kit.app.store.event_count().expect("counted");
    look(&holder.kit).await;
    look(&holder.kit).await;
    assert_eq!(holder.kit.app.store.event_count().expect("counted"), before + count as u64);
    let line = format!("{{organization=\"{}\",within_days=\"30\"}} {count}", holder.kit.org);
    assert!(holder.kit.app.metrics.render().contains(&line));
}

/// Nobody has to ask.
#[tokio::test]
async fn a_running_server_looks_by_itself() {
    let server = Server::start().await;
    let expires = (server.kit.clock.now() + Duration::from_secs(DAY)).to_rfc3339();
    server.kit.ok("credential/AddSecret", json!({ "userId": server.kit.demo, "expires": expires })).await;
    let again = tokio::spawn(credentials::expiry_warnings::warn_loop(server.kit.app.clone()));
    while warnings(&server.kit).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    again.abort();
    look(&server.kit).await;
    assert_eq!(warnings(&server.kit).await.len(), 1);
    assert_eq!(text(&warnings(&server.kit).await[0]["aggregate"]["id"]), server.kit.demo);
}

/// Killed at any moment: a warning is in the log and in the credential, or in neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_says_nothing_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let start = || {
        let stderr = File::options().create(true).append(true).open(&log).expect("a file");
        Binary::dev_with(&["--data-dir", data.to_str().expect("UTF-8")], Stdio::from(stderr))
    };
    let mut server = start();
    let user = text(&server.ready["user_id"]);
    let expires = (Clock::system().now() + Duration::from_secs(DAY / 2)).to_rfc3339();
    let added = Ask::post(format!("/v1/users/{user}/secrets")).json(&json!({ "expires": expires }));
    let secret = text(&server.admin(added).await.ok()["clientSecret"]);
    for _ in 0..2 {
        server.signal("KILL");
        server.end();
        server = start();
        // The numbers are told when all was looked at.
        let seen = async || server.admin(Ask::get("/debug/metrics")).await.text();
        while !seen().await.contains("within_days=\"1\"} 1") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let asked = json!({ "eventTypes": ["user.credential.expiry.near"] });
        let told = server.admin(Ask::post("/admin/v1/events/_search").json(&asked)).await.ok();
        assert_eq!(told["events"].as_array().expect("a list").len(), 1);
        assert_eq!(told["events"][0]["payload"]["days"], 1.0);
    }
    let log = fs::read_to_string(log).expect("the log");
    assert_eq!(log.matches("a credential expires soon").count(), 1, "{log}");
    assert!(log.contains(&user) && !log.contains(&secret), "{log}");
}
