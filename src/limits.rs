//! Every limit has a name, and stands here.

use std::time::Duration;

/// The longest id, in bytes. ZITADEL allows 200 characters.
pub const MAX_ID_BYTES: usize = 200;
/// The longest user name, display name and organisation name, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// The largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// The largest form body at the OAuth endpoints, in bytes.
pub const MAX_FORM_BYTES: usize = 64 << 10;
/// How many parameters a form or a query string may have.
pub const MAX_PARAMETERS: usize = 64;
/// The longest value of one parameter, in bytes.
pub const MAX_PARAMETER_BYTES: usize = 16 << 10;
/// How many scopes a token request may name.
pub const MAX_SCOPES: usize = 64;
/// The longest single scope, in bytes.
pub const MAX_SCOPE_BYTES: usize = 512;
/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 << 10;
/// The longest client id or secret that is looked at, in bytes.
pub const MAX_CREDENTIAL_BYTES: usize = 1 << 10;
/// How deep JSON objects and arrays may nest in a request.
pub const MAX_JSON_DEPTH: usize = 64;
/// How deep `and`, `or` and `not` may nest in a list query.
pub const MAX_QUERY_NESTING: usize = 20;
/// How many conditions a list query may have in all.
pub const MAX_QUERY_CONDITIONS: usize = 256;
/// How many roles one membership may name.
pub const MAX_ROLES: usize = 64;

/// The most rows that a v2 list answers at once.
pub const MAX_PAGE: usize = 1000;
/// The most rows that a v1 list answers at once, and what one without a limit gets.
pub const MAX_V1_PAGE: usize = 10_000;
/// What a v2 list without a limit gets.
pub const DEFAULT_PAGE: usize = 100;

/// The largest header section of a request, in bytes.
pub const MAX_HEADER_BYTES: usize = 32 << 10;
/// How many headers a request may have.
pub const MAX_HEADERS: usize = 100;
/// How long a client may take for the TLS handshake.
pub const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's headers.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a client may take to send a request's body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How many requests one HTTP/2 connection may have in flight.
pub const MAX_CONCURRENT_STREAMS: u32 = 256;

/// The largest file with a private key in it, in bytes.
pub const MAX_PRIVATE_FILE_BYTES: u64 = 1 << 20;
/// How long a request waits for a signing key that is being made.
pub const SIGNING_KEY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many commands one commit takes at most.
pub const MAX_BATCH: usize = 256;
/// How many commands may wait for the writer. Further ones are refused at once, so that a slow disk does not eat memory.
pub const MAX_QUEUED_COMMANDS: usize = 4096;
/// The largest stored record, in bytes.
pub const MAX_RECORD_BYTES: u64 = 1 << 20;
