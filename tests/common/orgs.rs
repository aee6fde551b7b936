//! Several organisations, their users, and who may do what in them.

use super::{Kit, Refusal, text};
use countersign::{
    error::Kind,
    id::{OrgId, UserId},
    model::{AccessTokenType, Draft, UserFact},
    store::check,
};
use serde_json::{Value, json};

/// A caller: a user, and a token of its own.
pub struct Who {
    pub id: String,
    pub token: String,
}

impl Kit {
    /// Adds an organisation as the administrator; returns its id.
    pub async fn org_called(&self, name: &str) -> String {
        text(&self.ok("management/AddOrg", json!({ "name": name })).await["id"])
    }

    /// Adds a machine user to an organisation; returns its id.
    pub async fn machine_in(&self, org: &str, user_name: &str) -> String {
        let org = OrgId::parse(org).expect("an id");
        let user: UserId = self.app.new_id();
        let added = UserFact::MachineAdded {
            user_name: user_name.into(),
            name: format!("The {user_name}"),
            description: String::new(),
            access_token_type: AccessTokenType::Bearer,
        };
        let id = user.to_string();
        self.happen(vec![Draft::user(&org, &user, added)]).await;
        id
    }

    /// Adds a machine user to an organisation with a token, and with roles there if any are named.
    pub async fn caller_in(&self, org: &str, user_name: &str, roles: &[&str]) -> Who {
        let id = self.machine_in(org, user_name).await;
        if !roles.is_empty() {
            self.ok_in(org, "management/AddOrgMember", json!({ "userId": id, "roles": roles })).await;
        }
        let token = self.ok_in(org, "management/AddPersonalAccessToken", json!({ "userId": id })).await;
        Who { id, token: text(&token["token"]) }
    }

    /// Calls an operation as the administrator in the context of `org`, and expects it to work.
    pub async fn ok_in(&self, org: &str, procedure: &str, body: Value) -> Value {
        let answer = self.call_in(procedure, &self.admin_token, org, body).await;
        answer.unwrap_or_else(|e| panic!("{procedure}: {e:?}"))
    }

    /// Calls an operation as the administrator in the context of `org`, and expects this error id.
    pub async fn refused_in(&self, org: &str, procedure: &str, body: Value, kind: Kind, id: &str) {
        expect(self.call_in(procedure, &self.admin_token, org, body).await, kind, id, procedure);
    }

    /// Calls an operation as somebody in the context of `org`, and expects this error id.
    pub async fn refused_to(&self, who: &Who, org: &str, procedure: &str, body: Value, kind: Kind, id: &str) {
        expect(self.call_in(procedure, &who.token, org, body).await, kind, id, procedure);
    }

    /// Replays the log, expects what requests read, and returns how many events there are.
    pub fn events_after_check(&self) -> u64 {
        let scratch = tempfile::tempdir().expect("a folder");
        let report = check(&self.app.store, &scratch.path().join("replayed"), |_| {}).expect("checked");
        assert_eq!(report.findings, Vec::<String>::new());
        report.events
    }
}

/// The fields of a list's rows.
pub fn column(list: &Value, field: &str) -> Vec<String> {
    list["result"].as_array().map_or_else(Vec::new, |rows| rows.iter().map(|row| text(&row[field])).collect())
}

/// Whether `details` has a creation date, and whether it has a change date.
pub fn dates(answer: &Value) -> (bool, bool) {
    let details = &answer["details"];
    (details.get("creationDate").is_some(), details.get("changeDate").is_some())
}

fn expect(answer: Result<Value, Refusal>, kind: Kind, id: &str, procedure: &str) {
    let (found_kind, found_id, message) = answer.expect_err(procedure);
    assert_eq!((found_kind, found_id.unwrap_or_default()), (kind, id), "{procedure}: {message}");
}
