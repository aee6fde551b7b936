//! The search over a fleet: every condition, every order, and pages while others write.

use crate::common::{
    Kit, refused_with, text,
    web::{API, Auth},
};
use countersign::{
    app::credentials,
    error::Kind::{InvalidArgument, NotFound},
    id::{OrgId, UserId},
    limits::{DEFAULT_PAGE, MAX_PAGE, MAX_SEARCHED_CREDENTIALS},
    model::{Draft, UserFact},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

pub const DAY: u64 = 24 * 3600;
const SEARCH: &str = "credential/SearchCredentials";

/// An organisation with six credentials, fifty days after its first one was made.
pub struct Fleet {
    pub kit: Kit,
    pub org: String,
    pub alpha: String,
    pub beta: String,
    /// By label.
    ids: BTreeMap<&'static str, String>,
}

/// So many days after the clock began.
fn day(days: u64) -> String {
    (crate::common::START + Duration::from_secs(days * DAY)).to_rfc3339()
}

fn days(count: u64) -> String {
    format!("{}s", count * DAY)
}

impl Fleet {
    pub async fn new() -> Self {
        let kit = Kit::new().await;
        let org = kit.org_called("Fleet").await;
        let (alpha, beta) = (kit.machine_in(&org, "alpha").await, kit.machine_in(&org, "beta").await);
        let mut fleet = Self { kit, org, alpha: alpha.clone(), beta: beta.clone(), ids: BTreeMap::new() };
        let old = fleet.secret(&alpha, "old", "never").await;
        fleet.pass(10);
        let pat = json!({ "userId": beta, "expirationDate": day(45) });
        let pat = fleet.kit.ok_in(&fleet.org, "management/AddPersonalAccessToken", pat).await;
        fleet.label(&beta, text(&pat["tokenId"]), "pat").await;
        fleet.pass(10);
        fleet.mint("alpha", &old).await;
        let soon = fleet.secret(&alpha, "soon", &day(60)).await;
        let expires = Timestamp::from_rfc3339(&day(70)).expect("an instant");
        let key = fleet.key(&beta, expires).await;
        fleet.label(&beta, key, "key").await;
        fleet.pass(30);
        fleet.mint("alpha", &soon).await;
        fleet.secret(&alpha, "new", &day(200)).await;
        fleet.secret(&beta, "sus", &day(100)).await;
        let suspended = json!({ "userId": beta, "credentialId": fleet.ids["sus"] });
        fleet.kit.ok("credential/SuspendCredential", suspended).await;
        // None of it is anybody else's business.
        fleet.kit.ok("credential/AddSecret", json!({ "userId": fleet.kit.demo, "expires": day(55) })).await;
        fleet
    }

    fn pass(&self, days: u64) {
        self.kit.clock.advance(Duration::from_secs(days * DAY));
    }

    async fn mint(&self, client: &str, secret: &str) {
        assert_eq!(self.kit.ask_token(Auth::Basic(client, secret), API).await.status, 200);
    }

    /// Adds a secret; returns its text.
    pub async fn secret(&mut self, user: &str, label: &'static str, expires: &str) -> String {
        let body = json!({ "userId": user, "label": label, "expires": expires });
        let added = self.kit.ok("credential/AddSecret", body).await;
        self.ids.insert(label, text(&added["credential"]["id"]));
        text(&added["clientSecret"])
    }

    async fn label(&mut self, user: &str, id: String, label: &'static str) {
        let body = json!({ "userId": user, "credentialId": id, "label": label });
        self.kit.ok("credential/RenameCredential", body).await;
        self.ids.insert(label, id);
    }

    /// Adds a key that nobody has the other half of; returns its id.
    async fn key(&self, user: &str, expires: Timestamp) -> String {
        let key = added(&self.kit, expires);
        let UserFact::KeyAdded { credential, .. } = &key else { panic!("a key") };
        let id = credential.to_string();
        let (org, user) = (OrgId::parse(&self.org).expect("an id"), UserId::parse(user).expect("an id"));
        self.kit.happen(vec![Draft::user(&org, &user, key)]).await;
        id
    }

    async fn search(&self, more: Value) -> Value {
        self.kit.ok(SEARCH, self.request(more)).await
    }

    fn request(&self, more: Value) -> Value {
        let mut body = json!({ "organizationId": self.org });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    }

    async fn finds(&self, more: Value, expected: &[&str]) {
        assert_eq!(labels(&self.search(more.clone()).await), expected, "{more}");
    }

    /// All pages; `between` happens after each of them, and is told which it was and what it showed.
    async fn pages(&self, more: Value, mut between: impl AsyncFnMut(usize, Vec<String>)) -> Vec<String> {
        let (mut found, mut token, mut count) = (Vec::new(), String::new(), 0);
        loop {
            let mut request = self.request(more.clone());
            request["pageToken"] = json!(token);
            let page = self.kit.ok(SEARCH, request).await;
            found.extend(ids(&page));
            count += 1;
            token = page["nextPageToken"].as_str().unwrap_or_default().into();
            if token.is_empty() {
                return found;
            }
            between(count, ids(&page)).await;
        }
    }
}

fn added(kit: &Kit, expires: Timestamp) -> UserFact {
    UserFact::KeyAdded { credential: kit.app.new_id(), public_key: vec![0x30], algorithm: "EdDSA".into(), expires }
}

fn found<'a>(page: &'a Value, field: &'a str) -> impl Iterator<Item = String> + 'a {
    let all = page["credentials"].as_array().into_iter().flatten();
    all.map(move |found| found["credential"][field].as_str().unwrap_or_default().to_owned())
}

fn labels(page: &Value) -> Vec<String> {
    found(page, "label").collect()
}

fn ids(page: &Value) -> Vec<String> {
    found(page, "id").collect()
}

#[tokio::test]
async fn each_condition_leaves_what_meets_it_and_all_must_be_met() {
    let fleet = Fleet::new().await;
    for round in ["noted", "written down"] {
        fleet.finds(json!({}), &["pat", "soon", "key", "sus", "new", "old"]).await;
        fleet.finds(json!({ "expiresWithin": days(10) }), &["soon"]).await;
        fleet.finds(json!({ "expiresWithin": days(20) }), &["soon", "key"]).await;
        fleet.finds(json!({ "expiresWithin": days(1_000_000) }), &["soon", "key", "sus", "new"]).await;
        fleet.finds(json!({ "expiresWithin": "0s" }), &[]).await;
        fleet.finds(json!({ "olderThan": days(39) }), &["pat", "old"]).await;
        fleet.finds(json!({ "olderThan": days(29) }), &["pat", "soon", "key", "old"]).await;
        fleet.finds(json!({ "unusedFor": days(29) }), &["pat", "key", "old"]).await;
        fleet.finds(json!({ "unusedFor": days(31) }), &["pat"]).await;
        fleet.finds(json!({ "unusedFor": "0s" }), &["pat", "soon", "key", "sus", "new", "old"]).await;
        fleet.finds(json!({ "type": "CREDENTIAL_TYPE_SECRET" }), &["soon", "sus", "new", "old"]).await;
        fleet.finds(json!({ "type": "CREDENTIAL_TYPE_KEY" }), &["key"]).await;
        fleet.finds(json!({ "type": "CREDENTIAL_TYPE_PERSONAL_ACCESS_TOKEN" }), &["pat"]).await;
        fleet.finds(json!({ "userId": fleet.beta }), &["pat", "key", "sus"]).await;
        fleet.finds(json!({ "userId": fleet.kit.demo }), &[]).await;
        fleet.finds(json!({ "userId": "../x" }), &[]).await;
        fleet.finds(json!({ "state": "CREDENTIAL_STATE_EXPIRED" }), &["pat"]).await;
        fleet.finds(json!({ "state": "CREDENTIAL_STATE_SUSPENDED" }), &["sus"]).await;
        fleet.finds(json!({ "state": "CREDENTIAL_STATE_ACTIVE" }), &["soon", "key", "new", "old"]).await;
        fleet.finds(json!({ "state": "CREDENTIAL_STATE_EXPIRED", "expiresWithin": days(20) }), &[]).await;
        let several = json!({ "type": 1, "expiresWithin": days(60), "olderThan": days(1) });
        fleet.finds(several, &["soon"]).await;
        let several = json!({ "userId": fleet.alpha, "unusedFor": days(20), "state": "CREDENTIAL_STATE_ACTIVE" });
        fleet.finds(several, &["old"]).await;
        credentials::last_use::write_down(&fleet.kit.app).await.expect(round);
    }
}

#[tokio::test]
async fn orders_run_both_ways_whoever_is_asked_for() {
    let fleet = Fleet::new().await;
    let creation = |more: Value| {
        let mut body = json!({ "sort": "CREDENTIAL_SORT_CREATION" });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    fleet.finds(json!({ "descending": true }), &["old", "new", "sus", "key", "soon", "pat"]).await;
    fleet.finds(creation(json!({})), &["old", "pat", "soon", "key", "new", "sus"]).await;
    fleet.finds(creation(json!({ "descending": true })), &["sus", "new", "key", "soon", "pat", "old"]).await;
    fleet.finds(creation(json!({ "descending": true, "olderThan": days(29) })), &["key", "soon", "pat", "old"]).await;
    fleet.finds(creation(json!({ "expiresWithin": days(60) })), &["soon", "key", "sus"]).await;
    fleet.finds(creation(json!({ "userId": fleet.alpha })), &["old", "soon", "new"]).await;
    fleet.finds(creation(json!({ "userId": fleet.alpha, "descending": true })), &["new", "soon", "old"]).await;
    fleet.finds(json!({ "userId": fleet.beta, "descending": true }), &["sus", "key", "pat"]).await;
}

#[tokio::test]
async fn a_row_says_who_has_it_and_when_it_was_used() {
    let fleet = Fleet::new().await;
    let page = fleet.search(json!({ "expiresWithin": days(10) })).await;
    let row = &page["credentials"][0];
    assert_eq!((&row["userName"], page.get("nextPageToken")), (&json!("alpha"), None));
    let credential = &row["credential"];
    assert_eq!(credential["userId"], fleet.alpha);
    assert_eq!(credential["organizationId"], fleet.org);
    assert_eq!(credential["type"], "CREDENTIAL_TYPE_SECRET");
    assert_eq!(credential["expires"], day(60));
    assert_eq!(credential["state"], "CREDENTIAL_STATE_ACTIVE");
    assert_eq!(credential["creatorId"], fleet.kit.admin);
    assert_eq!(credential["lastUse"]["accepted"], true);
    assert!(text(&credential["hint"]).len() == 4 && credential["creationDate"].is_string());
}

#[tokio::test]
async fn what_changes_finds_its_new_place() {
    let fleet = Fleet::new().await;
    let later = json!({ "userId": fleet.alpha, "credentialId": fleet.ids["soon"], "expires": day(150) });
    fleet.kit.ok("credential/SetCredentialExpiry", later).await;
    fleet.finds(json!({}), &["pat", "key", "sus", "soon", "new", "old"]).await;
    fleet.finds(json!({ "expiresWithin": days(10) }), &[]).await;
    let rotated = json!({ "userId": fleet.alpha, "label": "next", "grace": days(5) });
    fleet.kit.ok("credential/RotateSecret", rotated).await;
    fleet.finds(json!({ "expiresWithin": days(10) }), &["old", "soon", "new"]).await;
    fleet.finds(json!({ "sort": 2, "userId": fleet.alpha }), &["old", "soon", "new", "next"]).await;
    fleet.kit.ok("user.v2/DeleteUser", json!({ "userId": fleet.alpha })).await;
    fleet.finds(json!({}), &["pat", "key", "sus"]).await;
    fleet.finds(json!({ "sort": 2 }), &["pat", "key", "sus"]).await;
    fleet.kit.events_after_check();
}

#[tokio::test]
async fn pages_of_one_give_the_whole_in_every_order() {
    let fleet = Fleet::new().await;
    for user in ["", fleet.alpha.as_str()] {
        for sort in [1, 2] {
            for descending in [false, true] {
                let asked = json!({ "sort": sort, "descending": descending, "userId": user });
                let whole = ids(&fleet.search(asked.clone()).await);
                let mut by_one = asked.clone();
                by_one["limit"] = json!(1);
                assert_eq!(fleet.pages(by_one, async |_, _| {}).await, whole, "{asked}");
            }
        }
    }
}

/// Many of the same instant, while what was shown is removed, and more is added on both sides of where the page ended.
#[tokio::test]
async fn nothing_is_shown_twice_or_missing_while_others_write() {
    for sort in [1, 2] {
        for descending in [false, true] {
            let fleet = Fleet::new().await;
            let (org, user) = (OrgId::parse(&fleet.org).expect("an id"), UserId::parse(&fleet.beta).expect("an id"));
            let near = Timestamp::from_rfc3339(&day(80)).expect("an instant");
            let same = |count: usize| (0..count).map(|_| added(&fleet.kit, near)).collect::<Vec<_>>();
            let happen = async |facts: Vec<UserFact>| {
                fleet.kit.happen(facts.into_iter().map(|fact| Draft::user(&org, &user, fact)).collect()).await;
            };
            happen(same(9)).await;
            let asked = json!({ "sort": sort, "descending": descending, "limit": 2 });
            let whole = ids(&fleet.search(json!({ "sort": sort, "descending": descending })).await);
            let paged = fleet.pages(asked, async |count, shown| {
                if count > 3 {
                    return;
                }
                let all = fleet.search(json!({})).await;
                let all = all["credentials"].as_array().expect("a list");
                // The one that the page ended with, too.
                for gone in shown {
                    let found = all.iter().find(|found| found["credential"]["id"] == gone).expect("still there");
                    let body = json!({ "userId": found["credential"]["userId"], "credentialId": gone });
                    fleet.kit.ok("credential/RemoveCredential", body).await;
                }
                let early = Timestamp::from_rfc3339(&day(51)).expect("an instant");
                happen(vec![added(&fleet.kit, near), added(&fleet.kit, early), added(&fleet.kit, Timestamp::NEVER)])
                    .await;
            });
            let paged = paged.await;
            let there: Vec<_> = paged.iter().filter(|id| whole.contains(id)).cloned().collect();
            assert_eq!(there, whole, "sort {sort}, descending {descending}");
            let mut once = paged.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), paged.len(), "sort {sort}, descending {descending}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let fleet = Fleet::new().await;
    let refusal =
        async |more: Value| refused_with(fleet.kit.call(SEARCH, &fleet.kit.admin_token, fleet.request(more)).await);
    let first = text(&fleet.search(json!({ "limit": 1 })).await["nextPageToken"]);
    for (more, about) in [
        (json!({ "pageToken": "x" }), "page_token: "),
        (json!({ "pageToken": first, "descending": true }), "page_token: "),
        (json!({ "pageToken": first, "sort": 2 }), "page_token: "),
        (json!({ "pageToken": "x".repeat(251) }), "invalid SearchCredentialsRequest.PageToken"),
        (json!({ "limit": MAX_PAGE + 1 }), "QUERY-4M0fs"),
        (json!({ "expiresWithin": "-1s" }), "expires_within: negative"),
        (json!({ "olderThan": "-1s" }), "older_than: negative"),
        (json!({ "unusedFor": "-0.5s" }), "unused_for: negative"),
        (json!({ "type": 77 }), "type: "),
        (json!({ "state": 77 }), "state: "),
        (json!({ "sort": 77 }), "sort: "),
    ] {
        let (kind, said) = refusal(more.clone()).await;
        assert!(kind == InvalidArgument && said.starts_with(about), "{more}: {kind:?} {said}");
    }
    fleet.finds(json!({ "limit": MAX_PAGE, "type": "CREDENTIAL_TYPE_KEY" }), &["key"]).await;
}

#[tokio::test]
async fn another_organisation_is_nobodys_to_search() {
    let fleet = Fleet::new().await;
    let (_, stranger) = fleet.kit.other_org().await;
    let itself = fleet.kit.token_in(&fleet.org, &fleet.alpha).await;
    for token in [stranger, itself] {
        let (kind, id) = refused_with(fleet.kit.call(SEARCH, &token, fleet.request(json!({}))).await);
        assert_eq!((kind, id.as_str()), (NotFound, "AUTHZ-cdgFk"));
    }
    let own = fleet.kit.caller_in(&fleet.org, "own", &["ORG_OWNER_VIEWER"]).await;
    let page = fleet.kit.call(SEARCH, &own.token, fleet.request(json!({ "userId": fleet.beta }))).await;
    assert_eq!(labels(&page.expect("a page")).len(), 3);
    let elsewhere = json!({ "organizationId": fleet.kit.org });
    let (kind, id) = refused_with(fleet.kit.call(SEARCH, &own.token, elsewhere).await);
    assert_eq!((kind, id.as_str()), (NotFound, "AUTHZ-cdgFk"));
    let nowhere = json!({ "organizationId": "1" });
    let (kind, id) = refused_with(fleet.kit.call(SEARCH, &fleet.kit.admin_token, nowhere).await);
    assert_eq!((kind, id.as_str()), (NotFound, "COUNTERSIGN-org"));
}

/// What the index answers costs as much as is shown; what it does not is looked for so far, and no further.
#[tokio::test]
async fn a_page_costs_what_it_shows_or_a_limit() {
    let fleet = Fleet::new().await;
    let (org, user) = (OrgId::parse(&fleet.org).expect("an id"), UserId::parse(&fleet.beta).expect("an id"));
    let expires = Timestamp::from_rfc3339(&day(300)).expect("an instant");
    let many = (0..MAX_SEARCHED_CREDENTIALS + 50).map(|_| Draft::user(&org, &user, added(&fleet.kit, expires)));
    fleet.kit.happen(many.collect()).await;
    let cost = async |more: Value| {
        let before = fleet.kit.app.store.rows_read();
        let page = fleet.search(more).await;
        (fleet.kit.app.store.rows_read() - before, page)
    };
    for more in
        [json!({}), json!({ "sort": 2 }), json!({ "descending": true }), json!({ "sort": 2, "descending": true })]
    {
        let (rows, page) = cost(more.clone()).await;
        assert!(rows < 1000 && ids(&page).len() == DEFAULT_PAGE, "{more}: {rows}");
    }
    let (rows, page) = cost(json!({ "expiresWithin": days(10) })).await;
    assert!(rows < 100 && labels(&page) == ["soon"], "{rows}");
    let unused = json!({ "unusedFor": days(29), "descending": true });
    let (_, page) = cost(unused.clone()).await;
    assert_eq!(labels(&page), ["old"]);
    assert!(page["nextPageToken"].is_string(), "it gave up in the middle");
    assert_eq!(fleet.pages(unused, async |_, _| {}).await.len(), 3);
}
