//! Credentials under `countersign.v1`: several secrets for one user, and what can be done to a credential.

mod adding;
mod changes;
mod fleet;
mod killed;
mod last_use;
mod leaked;
mod rotation;
mod search;
mod several;
mod table;
mod warnings;

use crate::common::{
    Kit, text,
    web::{API, Auth},
};
use serde_json::{Value, json};

/// A user with one secret.
struct Holder {
    kit: Kit,
    user: String,
    secret: String,
    id: String,
}

impl Holder {
    async fn new() -> Self {
        Self::of(Kit::new().await).await
    }

    async fn of(kit: Kit) -> Self {
        kit.give_instance_role(&kit.demo, "IAM_OWNER_VIEWER").await;
        let user = kit.machine("holder").await;
        let added = kit.ok("credential/AddSecret", json!({ "userId": user, "label": "blue" })).await;
        Self { kit, user, secret: text(&added["clientSecret"]), id: text(&added["credential"]["id"]) }
    }

    /// Calls an operation on the first secret as the administrator.
    async fn on_first(&self, method: &str, more: Value) -> Value {
        self.on(method, &self.id, more).await
    }

    async fn on(&self, method: &str, id: &str, more: Value) -> Value {
        let mut body = json!({ "userId": self.user, "credentialId": id });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.kit.ok(&format!("credential/{method}"), body).await
    }

    /// Another secret; its id and text.
    async fn add(&self, more: Value) -> (String, String) {
        let mut body = json!({ "userId": self.user });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let added = self.kit.ok("credential/AddSecret", body).await;
        (text(&added["credential"]["id"]), text(&added["clientSecret"]))
    }

    async fn secrets(&self) -> Vec<Value> {
        let body = json!({ "userId": self.user, "type": "CREDENTIAL_TYPE_SECRET" });
        let listed = self.kit.ok("credential/ListCredentials", body).await;
        listed["credentials"].as_array().cloned().unwrap_or_default()
    }

    /// Whether the token endpoint takes the secret.
    async fn takes(&self, secret: &str) -> bool {
        let answer = self.kit.ask_token(Auth::Basic("holder", secret), API).await;
        if answer.status != 200 {
            answer.refuses(401, "invalid_client", "client authentication failed");
        }
        answer.status == 200
    }

    /// An access token for the API, minted with the secret.
    async fn mint(&self, secret: &str) -> String {
        text(&self.kit.ask_token(Auth::Basic("holder", secret), API).await.ok()["access_token"])
    }

    /// Whether introspection, userinfo and the API take the token. They must agree.
    async fn lives(&self, token: &str) -> bool {
        let is_active = self.kit.introspect(self.kit.demo_auth(), token).await["active"] == true;
        assert_eq!(self.kit.userinfo(token).await.status == 200, is_active, "userinfo");
        assert_eq!(self.kit.api_takes(token).await, is_active, "the API");
        is_active
    }
}
