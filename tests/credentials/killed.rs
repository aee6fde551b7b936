//! What a credential minted is dead once it is killed, whenever that was, and can be killed for as long as it could live.

use super::Holder;
use crate::{common::Kit, common::text, oauth_assertion, waiting::sent};
use countersign::{
    error::Kind,
    id::{CredentialId, UserId},
    keys::Algorithm,
    limits::{ENDED_CREDENTIAL_SLACK, MAX_TOKEN_SECONDS},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const UNKNOWN: &str = "COUNTERSIGN-credential";
/// As long as a removed credential is remembered.
const MEMORY: Duration = Duration::from_secs(MAX_TOKEN_SECONDS + ENDED_CREDENTIAL_SLACK.as_secs());

impl Holder {
    /// The ways to kill its first secret: an operation and what to ask it for.
    fn kills(&self) -> [(&'static str, Value); 3] {
        let (user, id) = (&self.user, &self.id);
        [
            ("credential/RotateSecret", json!({ "userId": user, "compromised": true })),
            ("credential/RemoveCredential", json!({ "userId": user, "credentialId": id, "endTokens": true })),
            ("credential/ReportLeakedCredential", json!({ "credential": self.secret })),
        ]
    }

    async fn end_tokens(&self, id: &str) {
        self.on("EndCredentialTokens", id, json!({})).await;
    }

    /// Until when the tokens of a credential that is gone are dead.
    fn ended(&self, id: &str) -> Option<Timestamp> {
        let (user, id) = (UserId::parse(&self.user).expect("an id"), CredentialId::parse(id).expect("an id"));
        self.kit.app.store.snapshot().expect("a snapshot").state().tokens_ended(&user, &id).expect("read")
    }
}

/// A token minted while `procedure` is decided and not on disk: by the state before it, at a time after it.
async fn minted_in_between(holder: &Holder, procedure: &str, body: Value) -> String {
    let kit = &holder.kit;
    let halted = kit.halt_writer().await;
    let kill = sent(kit, procedure, &kit.admin_token, body);
    let halted = kit.halt_before_commit(halted).await;
    let token = holder.mint(&holder.secret).await;
    drop(halted);
    kill.await.expect("killed");
    token
}

#[tokio::test]
async fn a_token_minted_while_the_kill_is_written_is_dead_too() {
    for way in 0..3 {
        let holder = Holder::new().await;
        let (procedure, body) = holder.kills()[way].clone();
        let token = minted_in_between(&holder, procedure, body).await;
        assert!(!holder.lives(&token).await, "{procedure}");
    }
    let holder = Holder::new().await;
    holder.on_first("SetCredentialBounds", json!({ "bounds": { "networks": ["192.0.2.0/24"] } })).await;
    let body = json!({ "userId": holder.user, "credentialId": holder.id });
    let token = minted_in_between(&holder, "credential/RemoveCredential", body).await;
    assert!(!holder.lives(&token).await, "narrowed and removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_survives_a_kill_by_racing_it() {
    for round in 0..6 {
        let holder = Arc::new(Holder::new().await);
        let minters = (0..3).map(|_| {
            let holder = holder.clone();
            tokio::spawn(async move {
                let mut tokens = Vec::new();
                // More than are minted until the kill is through.
                for _ in 0..10_000 {
                    let auth = crate::common::web::Auth::Basic("holder", &holder.secret);
                    let answer = holder.kit.ask_token(auth, crate::common::web::API).await;
                    if answer.status != 200 {
                        break;
                    }
                    tokens.push(text(&answer.json()["access_token"]));
                }
                tokens
            })
        });
        let minters: Vec<_> = minters.collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        let (procedure, body) = holder.kills()[round % 3].clone();
        holder.kit.ok(procedure, body).await;
        for minter in minters {
            for token in minter.await.expect("no panic").iter().rev().take(50) {
                assert!(!holder.kit.api_takes(token).await, "{procedure} in round {round}");
            }
        }
    }
}

#[tokio::test]
async fn a_compromised_user_loses_what_its_expired_secrets_minted() {
    let holder = Holder::new().await;
    let token = holder.mint(&holder.secret).await;
    let body = json!({ "userId": holder.user, "grace": "60s" });
    holder.kit.ok("credential/RotateSecret", body).await;
    holder.kit.clock.advance(Duration::from_secs(61));
    assert!(!holder.takes(&holder.secret).await && holder.lives(&token).await);
    let body = json!({ "userId": holder.user, "compromised": true });
    let rotated = holder.kit.ok("credential/RotateSecret", body).await;
    assert!(!holder.lives(&token).await);
    assert_eq!(rotated["replaced"][0]["credential"]["id"], holder.id);
    assert_eq!((rotated["replaced"].as_array().map(Vec::len), holder.secrets().await.len()), (Some(2), 1));
}

#[tokio::test]
async fn what_a_removed_secret_minted_can_be_ended_later() {
    for way in ["replaced", "rotated", "removed", "all removed", "run out"] {
        let holder = Holder::new().await;
        let (other, secret) = holder.add(json!({})).await;
        let token = holder.mint(&holder.secret).await;
        let body = json!({ "userId": holder.user });
        match way {
            "replaced" => holder.kit.ok("management/GenerateMachineSecret", body).await,
            "rotated" => holder.kit.ok("credential/RotateSecret", body).await,
            "removed" => holder.on_first("RemoveCredential", json!({})).await,
            "all removed" => holder.kit.ok("management/RemoveMachineSecret", body).await,
            _ => {
                holder.on_first("SetCredentialExpiry", json!({ "expires": "2026-11-23T00:01:00Z" })).await;
                holder.kit.clock.advance(Duration::from_secs(61));
                holder.kit.ok("credential/AddSecret", body).await
            }
        };
        assert!(holder.secrets().await.iter().all(|secret| secret["id"] != holder.id), "{way}");
        assert!(holder.lives(&token).await, "{way}");
        // Nobody else's end.
        holder.end_tokens(&other).await;
        assert!(holder.lives(&token).await, "{way}");
        for _ in 0..2 {
            holder.end_tokens(&holder.id).await;
            assert!(!holder.lives(&token).await, "{way}");
        }
        assert_eq!(holder.takes(&secret).await, ["removed", "run out"].contains(&way), "{way}");
    }
}

#[tokio::test]
async fn so_can_what_a_removed_key_minted_and_nothing_of_what_never_was() {
    let holder = Holder::new().await;
    let (kit, user) = (&holder.kit, &holder.user);
    let key = kit.add_key(&kit.org, user, Algorithm::EdDsa, Timestamp::NEVER).await;
    let token = text(&kit.by_grant(&oauth_assertion::assertion(&key, user)).await.ok()["access_token"]);
    let id = key.public().kid();
    kit.ok("management/RemoveMachineKey", json!({ "userId": user, "keyId": id })).await;
    assert!(holder.lives(&token).await);
    holder.end_tokens(id).await;
    assert!(!holder.lives(&token).await);

    let added = kit.ok("management/AddPersonalAccessToken", json!({ "userId": user })).await;
    let id = text(&added["tokenId"]);
    kit.ok("management/RemovePersonalAccessToken", json!({ "userId": user, "tokenId": id })).await;
    holder.end_tokens(&id).await;

    let end = "credential/EndCredentialTokens";
    for (user, id) in [(user, "1"), (user, "no id"), (&kit.demo, holder.id.as_str()), (&kit.demo, id.as_str())] {
        kit.refused(end, json!({ "userId": user, "credentialId": id }), Kind::NotFound, UNKNOWN).await;
    }
}

#[tokio::test]
async fn removed_credentials_are_remembered_while_they_can_have_tokens_and_no_longer() {
    let holder = Holder::new().await;
    let mut removed = Vec::new();
    for number in 0..20 {
        let (id, _) = holder.add(json!({})).await;
        holder.on("RemoveCredential", &id, json!({ "endTokens": number % 2 == 0 })).await;
        removed.push(id);
    }
    holder.end_tokens(&removed[1]).await;
    let ended = removed.iter().map(|id| holder.ended(id)).collect::<Vec<_>>();
    assert_eq!(ended[..4], [Timestamp::NEVER, Timestamp::NEVER, Timestamp::NEVER, Timestamp::from_micros(0)].map(Some));
    holder.kit.clock.advance(MEMORY - Duration::from_secs(60));
    let (id, _) = holder.add(json!({})).await;
    holder.on("RemoveCredential", &id, json!({})).await;
    assert!(removed.iter().all(|id| holder.ended(id).is_some()));
    holder.kit.clock.advance(Duration::from_secs(61));
    // Each one forgets several, so that they do not pile up.
    for _ in 0..3 {
        let (id, _) = holder.add(json!({})).await;
        holder.on("RemoveCredential", &id, json!({})).await;
    }
    assert!(removed.iter().all(|id| holder.ended(id).is_none()));
    assert!(holder.ended(&id).is_some());
    let body = json!({ "userId": holder.user, "credentialId": removed[0] });
    holder.kit.refused("credential/EndCredentialTokens", body, Kind::NotFound, UNKNOWN).await;
}

#[tokio::test]
async fn a_removed_user_leaves_no_memory_of_its_credentials() {
    let holder = Holder::new().await;
    let kit: &Kit = &holder.kit;
    kit.ok("management/RemoveUser", json!({ "id": holder.user })).await;
    assert_eq!(holder.ended(&holder.id), None);
}
