//! OAuth 2.0 and OpenID Connect, as far as machines need them: forms in, values out, no HTTP.
//!
//! ```text
//! token       parse once -> authenticate the client -> grant -> scope policy -> issue                   grant/, issue
//! introspect  parse once -> authenticate the client -> is the token alive? -> may the client know?      introspect
//! revoke      parse once -> authenticate the client -> is it the client's own? -> write                 revoke
//! userinfo    parse once -> is the token alive?                                                         userinfo
//! ```
//!
//! A secret whose hash is another system's is settled in between, before the request is judged for good      imported
//!
//! A grant fills in what is its own and cannot skip what is shared. Every endpoint asks [`crate::authn::alive`], at the gate
//! ([`App::at_gate`]), where the time is taken before the snapshot: so a token minted while its account was being locked is
//! older than the lock's end, and dies with the rest. What has no end is not judged by time: of a credential that was killed,
//! every token is dead, as one may have been minted between the decision and its commit, and be younger than the first.

mod assertion;
mod claims;
mod client;
mod discovery;
mod error;
pub mod form;
mod grant;
mod imported;
mod introspect;
mod issue;
mod revoke;
mod roles;
mod scope;
mod stand_in;
mod userinfo;

pub use discovery::{Discovery, Endpoint};
pub use error::{Code, OAuthError, OAuthResult};
pub use grant::{Answer, token};
pub use introspect::{Introspection, introspect};
pub use issue::TokenResponse;
pub use revoke::revoke;
pub use userinfo::{UserInfo, userinfo};

use crate::{
    app::App,
    authn::{Gate, SlowChecks},
};
use form::Form;
use std::{cell::RefCell, net::IpAddr, ops::Deref};

/// What was sent to an OAuth endpoint. It has no `Debug`, as it holds secrets.
pub struct Request<'a> {
    form: Form<'a>,
    /// The `Authorization` header.
    authorization: Option<&'a [u8]>,
    /// Where it comes from, if anybody knows.
    remote: Option<IpAddr>,
    /// What the client says of itself.
    agent: &'a str,
}

/// What a request is judged by: one moment, one state.
struct RequestContext<'a> {
    gate: Gate<'a>,
    /// What the verdict uses up, should it be a success.
    once: RefCell<Vec<assertion::Once>>,
    slow_checks: &'a SlowChecks,
    /// What the verdict waits for, if there is something; `None` when it waited already.
    unsettled: Option<RefCell<Vec<imported::Check>>>,
}

/// What came of looking at a request.
enum Look<T> {
    Settled(T, Vec<assertion::Once>),
    /// A secret that the fast hash does not find is to be compared with slow ones first.
    Unsettled(Vec<imported::Check>),
}

/// What must not stand in a URL, where logs and proxies keep it (RFC 6749 section 2.3.1, RFC 6750 section 2.3).
const SECRETS: [&str; 6] = ["access_token", "assertion", "client_assertion", "client_id", "client_secret", "token"];

impl<'a> Request<'a> {
    /// Reads a request. Parameters come from the body alone; others in the query are ignored, credentials refused.
    pub fn read(
        authorization: Option<&'a [u8]>,
        query: Option<&str>,
        body: &'a [u8],
        remote: Option<IpAddr>,
    ) -> OAuthResult<Self> {
        if form::parse(query.unwrap_or_default().as_bytes())?.has_any(&SECRETS) {
            return Err(OAuthError::invalid_request("credentials must not be sent in the URL"));
        }
        Ok(Self { form: form::parse(body)?, authorization, remote, agent: "" })
    }

    /// The same, sent by a client that calls itself so.
    pub fn said_by(self, agent: &'a str) -> Self {
        Self { agent, ..self }
    }

    /// What follows `scheme` in the header. Schemes have no case (RFC 9110 section 11.1).
    fn authorization(&self, scheme: &str) -> Option<&'a [u8]> {
        let (found, rest) = self.authorization?.split_at_checked(scheme.len())?;
        let is_it = found.eq_ignore_ascii_case(scheme.as_bytes());
        rest.strip_prefix(b" ").filter(|_| is_it)
    }
}

/// Judges a request. The verdict knows no wait, as neither snapshot nor keys are to be kept; after it, what counts only
/// once is used up.
///
/// While there are imported secrets, one that is not found is looked at up to three times (see [`imported`]), and every
/// look is asked for anew whether the client has to wait for its failures.
async fn judge<T>(
    app: &App,
    request: &Request<'_>,
    verdict: impl Fn(&RequestContext<'_>) -> OAuthResult<T>,
) -> OAuthResult<T> {
    let (mut turn, mut is_last) = (None, false);
    loop {
        let checks = match look(app, request, &verdict, is_last)? {
            Look::Settled(verdict, once) => {
                assertion::consume(app, once).await?;
                return Ok(verdict);
            }
            Look::Unsettled(checks) => checks,
        };
        match turn.take() {
            None => turn = Some(app.slow_checks().turn().await.inspect_err(|_| app.metrics.imported_secret("busy"))?),
            Some(turn) => {
                imported::settle(app, turn, checks).await?;
                is_last = true;
            }
        }
    }
}

fn look<T>(
    app: &App,
    request: &Request<'_>,
    verdict: impl Fn(&RequestContext<'_>) -> OAuthResult<T>,
    is_last: bool,
) -> OAuthResult<Look<T>> {
    app.at_gate(request.remote, request.agent, |gate| {
        let unsettled = (!is_last).then(RefCell::default);
        let context = RequestContext { gate, once: RefCell::default(), slow_checks: app.slow_checks(), unsettled };
        let verdict = verdict(&context);
        let checks = context.unsettled.map(RefCell::into_inner).unwrap_or_default();
        match checks.is_empty() {
            true => Ok(Look::Settled(verdict?, context.once.into_inner())),
            false => Ok(Look::Unsettled(checks)),
        }
    })?
}

impl<'a> Deref for RequestContext<'a> {
    type Target = Gate<'a>;

    fn deref(&self) -> &Gate<'a> {
        &self.gate
    }
}
