//! How the OAuth endpoints refuse (RFC 6749 section 5.2, RFC 6750 section 3).

use crate::{
    error::{Error, Kind},
    model::fault,
    oauth::form::FormError,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{borrow::Cow, time::Duration};

/// Why an OAuth endpoint did not do what it was asked.
///
/// Every text for the log is the program's own, so that nothing that a client sent, least of all a secret, can be in it.
#[derive(Debug)]
pub struct OAuthError {
    pub code: Code,
    /// For the caller; and for the log, if there is no cause.
    pub description: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// The `WWW-Authenticate` header.
    pub challenge: Option<&'static str>,
    /// How long the client is to wait before it asks again.
    pub wait: Option<Duration>,
    /// For the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything at an OAuth endpoint that can be refused.
pub type OAuthResult<T> = Result<T, OAuthError>;

/// The error codes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    AccessDenied,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    ServerError,
    TemporarilyUnavailable,
    UnauthorizedClient,
    UnsupportedGrantType,
}

const BASIC: &str = r#"Basic realm="countersign""#;
const BEARER: &str = r#"Bearer realm="countersign""#;
const BEARER_INVALID: &str =
    r#"Bearer realm="countersign", error="invalid_token", error_description="access token invalid""#;

impl Code {
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

impl OAuthError {
    /// A refusal with status 400.
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), status: 400, challenge: None, wait: None, cause: None }
    }

    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidScope, description)
    }

    /// The client did not prove who it is. HTTP wants a challenge in every 401 (RFC 9110 section 15.5.2), so there is
    /// one also for clients that tried it otherwise than with Basic.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 401, challenge: Some(BASIC), ..Self::new(Code::InvalidClient, description) }
    }

    /// The token is no good. The body is what ZITADEL's clients know, the header what RFC 6750 demands.
    pub fn invalid_token() -> Self {
        let invalid = Self::new(Code::AccessDenied, "access token invalid");
        Self { status: 401, challenge: Some(BEARER_INVALID), ..invalid }
    }

    /// There is no token: the challenge names no error then (RFC 6750 section 3.1).
    pub fn missing_token() -> Self {
        Self { status: 401, challenge: Some(BEARER), ..Self::invalid_request("access token missing") }
    }

    /// With something for the log.
    pub fn because(self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }
}

/// What goes wrong below is the server's fault: everything that a client can do wrong is refused before.
impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let refusal = match error.kind {
            _ if error.id == Some(fault::TOO_MANY_FAILURES.id) => {
                let guessing = Self::new(Code::TemporarilyUnavailable, fault::TOO_MANY_FAILURES.text);
                Self { status: 429, wait: error.wait, ..guessing }
            }
            Kind::ResourceExhausted | Kind::Unavailable => {
                let busy = Self::new(Code::TemporarilyUnavailable, "the server cannot answer now; try again");
                Self { status: 503, wait: Some(Duration::from_secs(1)), ..busy }
            }
            _ => Self { status: 500, ..Self::new(Code::ServerError, "an internal error occurred") },
        };
        let cause = error.cause.unwrap_or_else(|| error.message.into());
        refusal.because(cause)
    }
}

impl From<FormError> for OAuthError {
    fn from(error: FormError) -> Self {
        Self::invalid_request(match error {
            FormError::Encoding => "the parameters are not form-encoded UTF-8",
            FormError::Repeated => "a parameter must not be repeated",
            FormError::TooLarge => "the parameters are too many or too long",
        })
    }
}

/// As the response body shows it.
impl Serialize for OAuthError {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut body = to.serialize_struct("OAuthError", 2)?;
        body.serialize_field("error", self.code.name())?;
        body.serialize_field("error_description", &self.description)?;
        body.end()
    }
}
