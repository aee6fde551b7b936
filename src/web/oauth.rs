//! The OAuth endpoints: from HTTP to a form, and from a value or a refusal back.

use super::{Web, reply, route::Route};
use crate::{
    app::App,
    exchange::{Body, BodyError, read_body},
    limits::MAX_FORM_BYTES,
    oauth::{self, OAuthError, OAuthResult},
};
use bytes::Bytes;
use http::{
    HeaderMap, Request, Response,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT},
};
use std::net::IpAddr;

/// What the authorization endpoint says.
pub(super) const NO_LOGINS: &str = "This server knows machines, not people: there is nobody to log in. Machines get \
    their tokens at the token endpoint, with grant_type=client_credentials.\n";

const FORM: &str = "application/x-www-form-urlencoded";

/// The public keys of this moment.
pub(super) fn keys(app: &App) -> Response<Body> {
    let now = app.clock.now();
    reply::keys(app.keys.load().jwks(now))
}

impl Web {
    pub(super) async fn oauth<B>(&self, route: Route, request: Request<B>, client: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        // Only userinfo does without: its token may stand in the header alone.
        let takes_form = route != Route::Userinfo || is_form(&parts.headers);
        let body = match takes_form {
            true => form_body(&parts.headers, body).await,
            false => Ok(Bytes::new()),
        };
        let answered = match body {
            Ok(body) => self.judge(route, &parts, &body, client).await,
            Err(refusal) => Err(refusal),
        };
        answered.unwrap_or_else(|refusal| {
            if refusal.status == 429 {
                self.app.metrics.throttled();
            }
            log(route, &refusal);
            reply::refusal(&refusal)
        })
    }

    async fn judge(
        &self,
        route: Route,
        parts: &http::request::Parts,
        body: &[u8],
        client: Option<IpAddr>,
    ) -> OAuthResult<Response<Body>> {
        let agent = parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let agent = agent.unwrap_or_default();
        let request = oauth::Request::read(authorization(&parts.headers)?, parts.uri.query(), body, client)?;
        let request = request.said_by(&agent);
        Ok(match route {
            Route::Introspect => reply::json(200, &oauth::introspect(&self.app, &request).await?),
            Route::Userinfo => reply::json(200, &oauth::userinfo(&self.app, &request).await?),
            Route::Revoke => {
                oauth::revoke(&self.app, &request).await?;
                reply::done()
            }
            _ => {
                let answer = oauth::token(&self.app, &request).await;
                let result = answer.outcome.as_ref().map_or_else(|refusal| refusal.code.name(), |_| "ok");
                self.app.metrics.token(answer.grant, result);
                reply::json(200, &answer.outcome?)
            }
        })
    }
}

async fn form_body<B>(headers: &HeaderMap, body: B) -> OAuthResult<Bytes>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let is_plain = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !is_plain(coding.as_bytes())) {
        return Err(refused(415, "the body must not be compressed"));
    }
    if !is_form(headers) {
        return Err(OAuthError::invalid_request("the content type must be application/x-www-form-urlencoded"));
    }
    read_body(body, MAX_FORM_BYTES).await.map_err(|error| match error {
        BodyError::Broken => refused(400, "the body could not be read"),
        BodyError::TooLarge => refused(413, "the body is too large"),
        BodyError::TooSlow => refused(408, "the body took too long to arrive"),
    })
}

fn is_form(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    // Parameters such as `charset` change nothing: the format is UTF-8.
    let kind = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(FORM.as_bytes())
}

/// The header. Of two, nobody can say which one counts.
fn authorization(headers: &HeaderMap) -> OAuthResult<Option<&[u8]>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(OAuthError::invalid_request("there must not be more than one Authorization header"));
    }
    Ok(first.map(|value| value.as_bytes()))
}

fn refused(status: u16, description: &'static str) -> OAuthError {
    OAuthError { status, ..OAuthError::invalid_request(description) }
}

/// What the caller must not be told stands in the log: why a client was refused, and what broke.
fn log(route: Route, refusal: &OAuthError) {
    let (endpoint, error) = (route.name(), refusal.code.name());
    match &refusal.cause {
        Some(cause) if refusal.status >= 500 => {
            tracing::error!(endpoint, error, ?cause, "an OAuth request failed");
        }
        Some(cause) => tracing::info!(endpoint, error, %cause, "an OAuth request was refused"),
        None => tracing::debug!(endpoint, error, reason = %refusal.description, "an OAuth request was refused"),
    }
}
