//! What ends an account, an organisation or a credential ends it at every endpoint at once.

use crate::common::web::{API, REVOKE};
use crate::common::{Kit, web::Auth};
use countersign::model::{AccessTokenType, OrgFact, UserFact};
use serde_json::json;
use std::time::Duration;

/// A user of an organisation of its own, with everything that a user can present.
struct Victim {
    kit: Kit,
    org: String,
    user: String,
    secret: String,
    opaque: String,
    jwt: String,
    pat: String,
}

/// What of a victim is taken by everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lives {
    secret: bool,
    opaque: bool,
    jwt: bool,
    pat: bool,
}

const ALL: Lives = Lives { secret: true, opaque: true, jwt: true, pat: true };
const NONE: Lives = Lives { secret: false, opaque: false, jwt: false, pat: false };

impl Victim {
    async fn new() -> Self {
        let kit = Kit::new().await;
        kit.give_instance_role(&kit.demo, "IAM_OWNER_VIEWER").await;
        let org = kit.add_org("Victims").await;
        let (user, secret) = kit.add_machine(&org, "victim", AccessTokenType::Bearer).await;
        let opaque =
            crate::common::text(&kit.ask_token(Auth::Basic("victim", &secret), API).await.ok()["access_token"]);
        let changed = UserFact::MachineChanged {
            name: "victim".into(),
            description: String::new(),
            access_token_type: AccessTokenType::Jwt,
        };
        kit.happens(&org, &user, changed).await;
        let jwt = crate::common::text(&kit.ask_token(Auth::Basic("victim", &secret), API).await.ok()["access_token"]);
        let body = json!({ "userId": user });
        let added = kit.call_in("management/AddPersonalAccessToken", &kit.admin_token, &org, body).await;
        let pat = crate::common::text(&added.expect("a token")["token"]);
        Self { kit, org, user, secret, opaque, jwt, pat }
    }

    async fn happens(&self, fact: UserFact) {
        self.kit.happens(&self.org, &self.user, fact).await;
    }

    async fn happens_to_org(&self, fact: OrgFact) {
        self.kit.happens_to_org(&self.org, fact).await;
    }

    async fn lives(&self) -> Lives {
        Lives {
            secret: self.secret_is_taken(&self.secret).await,
            opaque: self.token_is_taken(&self.opaque).await,
            jwt: self.token_is_taken(&self.jwt).await,
            pat: self.token_is_taken(&self.pat).await,
        }
    }

    async fn secret_is_taken(&self, secret: &str) -> bool {
        let answer = self.kit.ask_token(Auth::Basic("victim", secret), API).await;
        if answer.status != 200 {
            answer.refuses(401, "invalid_client", "client authentication failed");
        }
        answer.status == 200
    }

    /// At introspection, userinfo and the API, which must agree.
    async fn token_is_taken(&self, token: &str) -> bool {
        let seen = self.kit.introspect(self.kit.demo_auth(), token).await;
        let userinfo = self.kit.userinfo(token).await;
        let verdicts = [seen["active"] == true, userinfo.status == 200, self.kit.api_takes(token).await];
        if !verdicts[0] {
            assert_eq!(seen, json!({ "active": false }));
            userinfo.refuses(401, "access_denied", "access token invalid");
        }
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "they disagree: {verdicts:?}");
        verdicts[0]
    }
}

#[tokio::test]
async fn everything_is_taken_to_begin_with() {
    assert_eq!(Victim::new().await.lives().await, ALL);
}

#[tokio::test]
async fn a_user_locked_or_deactivated_is_out_and_old_tokens_stay_out() {
    for (end, begin) in [(UserFact::Locked, UserFact::Unlocked), (UserFact::Deactivated, UserFact::Reactivated)] {
        let victim = Victim::new().await;
        victim.happens(end).await;
        assert_eq!(victim.lives().await, NONE);
        victim.happens(begin).await;
        assert_eq!(victim.lives().await, Lives { opaque: false, jwt: false, ..ALL });
        let auth = Auth::Basic("victim", &victim.secret);
        let new = crate::common::text(&victim.kit.ask_token(auth, API).await.ok()["access_token"]);
        assert!(victim.token_is_taken(&new).await);
    }
}

#[tokio::test]
async fn an_organisation_deactivated_is_out_with_all_its_users() {
    let victim = Victim::new().await;
    victim.happens_to_org(OrgFact::Deactivated).await;
    assert_eq!(victim.lives().await, NONE);
    victim.happens_to_org(OrgFact::Reactivated).await;
    assert_eq!(victim.lives().await, Lives { opaque: false, jwt: false, ..ALL });
}

#[tokio::test]
async fn what_was_removed_is_out() {
    let victim = Victim::new().await;
    victim.happens(UserFact::Removed).await;
    assert_eq!(victim.lives().await, NONE);
    victim.happens_to_org(OrgFact::Removed).await;
    assert_eq!(victim.lives().await, NONE);
}

/// Tokens outlive the secret that minted them, as they do at ZITADEL: whoever wants them dead locks the user.
#[tokio::test]
async fn a_secret_removed_or_replaced_is_out_and_its_tokens_are_not() {
    let victim = Victim::new().await;
    let new = victim.kit.set_secret(&victim.org, &victim.user).await;
    assert_eq!(victim.lives().await, Lives { secret: false, ..ALL });
    assert!(victim.secret_is_taken(&new).await);
    victim.happens(UserFact::SecretRemoved { credential: victim.kit.secret_id(&victim.user) }).await;
    assert_eq!(victim.lives().await, Lives { secret: false, ..ALL });
    assert!(!victim.secret_is_taken(&new).await);
}

#[tokio::test]
async fn a_token_ends_at_its_second() {
    let victim = Victim::new().await;
    victim.kit.clock.advance(Duration::from_secs(12 * 3600 - 1));
    assert_eq!(victim.lives().await, ALL);
    victim.kit.clock.advance(Duration::from_secs(2));
    assert_eq!(victim.lives().await, Lives { opaque: false, jwt: false, ..ALL });
}

#[tokio::test]
async fn a_token_revoked_is_out_and_no_other() {
    for kind in ["opaque", "jwt", "pat"] {
        let victim = Victim::new().await;
        let (token, left) = match kind {
            "opaque" => (&victim.opaque, Lives { opaque: false, ..ALL }),
            "jwt" => (&victim.jwt, Lives { jwt: false, ..ALL }),
            _ => (&victim.pat, Lives { pat: false, ..ALL }),
        };
        let auth = Auth::Basic("victim", &victim.secret);
        for _ in 0..2 {
            let answer = victim.kit.post_form(REVOKE, auth, &[("token", token)]).await;
            assert_eq!((answer.status, answer.body.len()), (200, 2), "{kind}");
            assert_eq!(victim.lives().await, left, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_caller_that_is_locked_learns_and_revokes_nothing() {
    let victim = Victim::new().await;
    let kit = &victim.kit;
    kit.happens(&kit.org, &kit.demo, UserFact::Locked).await;
    let refused = kit.post_form(crate::common::web::INTROSPECT, kit.demo_auth(), &[("token", &victim.opaque)]).await;
    refused.refuses(401, "invalid_client", "client authentication failed");
    victim.happens(UserFact::Locked).await;
    let refused = kit.post_form(REVOKE, Auth::Basic("victim", &victim.secret), &[("token", &victim.opaque)]).await;
    refused.refuses(401, "invalid_client", "client authentication failed");
}
