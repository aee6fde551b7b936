//! One error for the whole server. It knows no transport: each face maps a [`Kind`] to its own codes.
//!
//! An error carries two texts. `message` is for the caller and is written to be read by one; `cause` is for the log
//! and never leaves the process. There is deliberately no `Display`, so that neither can stand in for the other.

use std::{borrow::Cow, time::Duration};

/// What kind of refusal an [`Error`] is. The faces turn it into HTTP, gRPC and Connect codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Something unique is taken.
    AlreadyExists,
    /// The request is well formed, but the object's state does not allow it.
    FailedPrecondition,
    /// A defect or a failing disk. The caller learns nothing else.
    Internal,
    /// The request itself is wrong.
    InvalidArgument,
    /// No such object, or none that the caller may know of.
    NotFound,
    /// The caller is known and may not do this.
    PermissionDenied,
    /// A limit was reached; trying again later may help.
    ResourceExhausted,
    /// The server cannot answer now; trying again later may help.
    Unavailable,
    /// Who calls is not known.
    Unauthenticated,
    /// This server does not offer the operation.
    Unimplemented,
}

/// A refusal that has a name on the wire: ZITADEL's error id and its English text.
///
/// All of them stand in [`crate::model::fault`], so that an id has one place and one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    pub id: &'static str,
    pub text: &'static str,
}

/// Why an operation did not happen.
#[derive(Debug)]
pub struct Error {
    /// The class of the refusal.
    pub kind: Kind,
    /// ZITADEL's error id, for refusals that have one.
    pub id: Option<&'static str>,
    /// For the caller. Holds no secret, no internals, no id.
    pub message: Cow<'static, str>,
    /// How long the caller is to wait before it asks again, where that is known.
    pub wait: Option<Duration>,
    /// For the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A refusal without an error id, such as a failed validation.
    pub fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, id: None, message: message.into(), wait: None, cause: None }
    }

    /// The request is wrong, in words for the caller.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::InvalidArgument, message)
    }

    /// A defect or a failing disk: the caller sees one fixed text, the log sees the cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Kind::Internal, "An internal error occurred") }
    }

    /// The server cannot answer now.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    /// Adds how long the caller must wait before it may try again.
    pub fn with_wait(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    /// How long the caller must wait, in whole seconds, as `Retry-After` has them (RFC 9110 section 10.2.3); one second if
    /// nothing is known.
    pub fn retry_after(&self) -> u64 {
        self.wait.map_or(1, whole_seconds)
    }

    /// The text for whoever runs the server: the cause, where there is one, says more than the text for callers.
    pub fn reason(&self) -> String {
        self.cause.as_ref().map_or_else(|| self.message.to_string(), ToString::to_string)
    }

    /// The text as the wire shows it: with its id in parentheses where it has one.
    pub fn wire_message(&self) -> Cow<'_, str> {
        match self.id {
            Some(id) => Cow::Owned(format!("{} ({id})", self.message)),
            None => Cow::Borrowed(&self.message),
        }
    }
}

/// A wait in whole seconds: rounded up, and at least one.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
}

impl Fault {
    pub const fn new(kind: Kind, id: &'static str, text: &'static str) -> Self {
        Self { kind, id, text }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { id: Some(fault.id), ..Self::new(fault.kind, fault.text) }
    }
}
