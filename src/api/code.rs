//! A refusal's codes on each wire.

use crate::error::Kind;

/// The gRPC status code.
pub const fn grpc_code(kind: Kind) -> u32 {
    match kind {
        Kind::InvalidArgument => 3,
        Kind::NotFound => 5,
        Kind::AlreadyExists => 6,
        Kind::PermissionDenied => 7,
        Kind::ResourceExhausted => 8,
        Kind::FailedPrecondition => 9,
        Kind::Unimplemented => 12,
        Kind::Internal => 13,
        Kind::Unavailable => 14,
        Kind::Unauthenticated => 16,
    }
}

/// The HTTP status of the REST face, as grpc-gateway maps codes. A failed precondition is 400, never 412.
pub const fn http_status(kind: Kind) -> u16 {
    match kind {
        Kind::InvalidArgument | Kind::FailedPrecondition => 400,
        Kind::Unauthenticated => 401,
        Kind::PermissionDenied => 403,
        Kind::NotFound => 404,
        Kind::AlreadyExists => 409,
        Kind::ResourceExhausted => 429,
        Kind::Internal => 500,
        Kind::Unimplemented => 501,
        Kind::Unavailable => 503,
    }
}

/// The name in Connect's JSON, in metrics and in logs.
pub const fn snake_name(kind: Kind) -> &'static str {
    match kind {
        Kind::AlreadyExists => "already_exists",
        Kind::FailedPrecondition => "failed_precondition",
        Kind::Internal => "internal",
        Kind::InvalidArgument => "invalid_argument",
        Kind::NotFound => "not_found",
        Kind::PermissionDenied => "permission_denied",
        Kind::ResourceExhausted => "resource_exhausted",
        Kind::Unauthenticated => "unauthenticated",
        Kind::Unavailable => "unavailable",
        Kind::Unimplemented => "unimplemented",
    }
}
