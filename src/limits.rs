//! Every limit has a name, and stands here.

use std::time::Duration;

// How long tokens live.
/// The shortest life of a token, in seconds.
pub const MIN_TOKEN_SECONDS: u64 = 60;
/// The longest life of an access or ID token, in seconds.
pub const MAX_TOKEN_SECONDS: u64 = 30 * 24 * 3600;
/// The longest life of a refresh token that can be set, in seconds.
pub const MAX_REFRESH_SECONDS: u64 = 3650 * 24 * 3600;

// What a request may hold.
/// The longest id, in bytes. ZITADEL allows 200 characters.
pub const MAX_ID_BYTES: usize = 200;

/// The largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// The largest form body at the OAuth endpoints, in bytes.
pub const MAX_FORM_BYTES: usize = 64 << 10;
/// How much memory the elements of one request message may take once decoded, in bytes.
pub const MAX_MESSAGE_ELEMENT_BYTES: usize = 8 << 20;
/// How many values the JSON of one request may have: more than a list of [`MAX_V1_PAGE`] names.
pub const MAX_JSON_VALUES: usize = 16_384;
/// How many parameters a form or a query string may have.
pub const MAX_PARAMETERS: usize = 64;
/// The longest value of one parameter, in bytes.
pub const MAX_PARAMETER_BYTES: usize = 16 << 10;
/// How deep JSON objects and arrays may nest in a JWT. In the messages of the API serde_json stops at 127, which leaves
/// room for [`MAX_QUERY_NESTING`].
pub const MAX_JSON_DEPTH: usize = 64;
/// How deep `and`, `or` and `not` may nest in a list query.
pub const MAX_QUERY_NESTING: usize = 20;
/// How many conditions a list query may have in all.
pub const MAX_QUERY_CONDITIONS: usize = 256;

// What the OAuth endpoints and tokens may hold.
/// How many scopes a token request may name.
pub const MAX_SCOPES: usize = 64;
/// The longest single scope, in bytes.
pub const MAX_SCOPE_BYTES: usize = 512;
/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 << 10;
/// How long ago an assertion may have been made, and how long it may live. ZITADEL's clients make them for an hour.
pub const MAX_ASSERTION_AGE: Duration = Duration::from_secs(3600);
/// How far the clock of the client that makes an assertion may be ahead.
pub const ASSERTION_SKEW: Duration = Duration::from_secs(30);
/// The longest client id or secret that is looked at, in bytes.
pub const MAX_CREDENTIAL_BYTES: usize = 1 << 10;

// Guessing.
/// For how many networks and accounts at once it is remembered how often credentials failed. They take 48 bytes each.
pub const FAILURE_PLACES: usize = 1 << 16;
/// How long a client waits after its first failure that is not free. The wait doubles with each further one.
pub const FIRST_FAILURE_WAIT: Duration = Duration::from_secs(1);
/// How many failures may be free in all for one account, wherever they come from.
pub const FREE_ACCOUNT_FAILURES: u32 = 100;
/// After how long one of an account's failures is forgotten.
pub const ACCOUNT_FAILURE_MEMORY: Duration = Duration::from_secs(60);
/// After how long one of a network's failures is forgotten. A network may hold many clients, of which some fail.
pub const NETWORK_FAILURE_MEMORY: Duration = Duration::from_secs(10);

// Credentials and their uses.
/// How many secrets, keys and tokens one user may have.
pub const MAX_CREDENTIALS: usize = 1000;
/// How much longer than its tokens can live a removed credential is remembered: a request that was under way when it was
/// removed may have minted one a little later.
pub const ENDED_CREDENTIAL_SLACK: Duration = Duration::from_secs(3600);
/// How much is kept of what a client says of itself (its user agent), in bytes.
pub const MAX_AGENT_BYTES: usize = 64;
/// How often the last uses of credentials are written down. A crash loses the uses of one such interval.
pub const USE_FLUSH_INTERVAL: Duration = Duration::from_secs(5);
/// How many credentials' uses are remembered until they are written down. Those of further ones are forgotten.
pub const MAX_NOTED_USES: usize = 65_536;
/// How many client secrets of one user may be valid at once.
pub const MAX_LIVE_SECRETS: usize = 10;

// Secrets of other systems.
/// The shortest secret in plain that is taken from elsewhere, in characters.
pub const MIN_PLAIN_CHARS: usize = 24;
/// How many different characters a secret in plain that is taken from elsewhere must have.
pub const MIN_PLAIN_VARIETY: usize = 10;
/// How many bits a secret in plain that is taken from elsewhere must look worth.
pub const MIN_PLAIN_BITS: f64 = 80.0;
/// The longest hash that is imported, in characters.
pub const MAX_HASH_CHARS: usize = 400;
/// The shortest result of hashing in an imported hash, in bytes: as hard to guess as a secret itself.
pub const MIN_HASH_OUTPUT: usize = 16;
/// The longest result of hashing in an imported hash, in bytes.
pub const MAX_HASH_OUTPUT: usize = 64;
/// The longest salt of an imported hash, in bytes.
pub const MAX_HASH_SALT: usize = 64;
/// How much memory it may take to check an imported hash, in bytes. These limits are twice or more of what OWASP's
/// cheat sheet on password storage asks for, and a check takes about half a second with any of them, or a second with bcrypt.
pub const MAX_HASH_MEMORY: u64 = 64 << 20;
/// The highest cost of a bcrypt hash: the binary logarithm of its rounds. High enough for secrets that were once hashed like
/// passwords.
pub const MAX_BCRYPT_COST: u32 = 14;
/// How much memory an argon2id hash may go over in all its passes, in bytes. RFC 9106 section 4 proposes three passes
/// over 64 MiB.
pub const MAX_ARGON2_WORK: u64 = 192 << 20;
/// How many lanes the memory of an argon2id hash may have.
pub const MAX_ARGON2_LANES: u32 = 16;
/// How much memory an scrypt hash may go over in all its passes, in bytes.
pub const MAX_SCRYPT_WORK: u64 = 128 << 20;
/// How many iterations a PBKDF2 hash with SHA-256 may have.
pub const MAX_PBKDF2_SHA256_ITERATIONS: u32 = 1_000_000;
/// How many iterations a PBKDF2 hash with SHA-512 may have.
pub const MAX_PBKDF2_SHA512_ITERATIONS: u32 = 500_000;
/// How many rounds a SHA-crypt hash may have. passlib makes 656,000.
pub const MAX_SHA_CRYPT_ROUNDS: u32 = 700_000;
/// The longest secret that is compared with one, in bytes: each round goes over the whole secret.
pub const MAX_SHA_CRYPT_SECRET: usize = 128;

// Import files.
/// The longest user name, name or organisation name in an import file, in characters. The API's protos say the same.
pub const MAX_NAME_CHARS: usize = 200;
/// The longest description in an import file, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 500;
/// The longest line of an import file, in bytes.
pub const MAX_IMPORT_LINE_BYTES: usize = 64 << 10;
/// How many lines an import file may have.
pub const MAX_IMPORT_LINES: u64 = 1_000_000;
/// How many lines of an import file one change applies.
pub const MAX_IMPORT_BATCH: usize = 200;
/// How many wrong lines of an import file are named.
pub const MAX_SHOWN_IMPORT_ERRORS: usize = 50;

// Checking imported hashes.
/// How many requests check imported hashes at once.
pub const MAX_SLOW_CHECKS: usize = 2;
/// How many requests may wait for their imported hash to be checked. Further ones are refused at once.
pub const MAX_WAITING_SLOW_CHECKS: usize = 64;
/// How many wrong guesses are remembered, so that none is computed twice. They take eight bytes each.
pub const WRONG_GUESS_PLACES: usize = 1 << 14;

// Rotation, expiry and leaks.
/// The shortest maximum that an organisation may set for the life of its users' credentials, in seconds.
pub const MIN_CREDENTIAL_LIFETIME: u64 = 3600;
/// The longest maximum that an organisation may set for the life of its users' credentials, in seconds.
pub const MAX_CREDENTIAL_LIFETIME: u64 = 3650 * 24 * 3600;
/// How long a secret may stay valid after another one has replaced it.
pub const MAX_ROTATION_GRACE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long secrets still count at least that a fleet's rotation replaces: long enough to ask again if the answer is lost.
pub const MIN_FLEET_GRACE: Duration = Duration::from_secs(60);
/// How many users one page of a fleet's rotation has at most. They are one change, and every other change waits for it.
pub const MAX_ROTATED_USERS: usize = 100;
/// How many secrets one page of a fleet's rotation looks at before it asks for the next.
pub const MAX_ROTATION_SCAN: usize = 1000;
/// How many credentials one page of a search over a fleet looks at before it asks for the next.
pub const MAX_SEARCHED_CREDENTIALS: usize = 10_000;
/// How many days before a credential expires somebody is warned.
pub const EXPIRY_WARNING_DAYS: [u16; 4] = [1, 7, 14, 30];
/// How often the running server looks for credentials that expire soon.
pub const EXPIRY_LOOK_INTERVAL: Duration = Duration::from_secs(15 * 60);
/// How many credentials that expire soon are read at once.
pub const MAX_EXPIRY_BATCH: usize = 1000;
/// How many warnings of credentials that expire soon one change records. Every other change waits for it.
pub const MAX_EXPIRY_WARNINGS: usize = 100;
/// How many organisations have numbers of their own in the metrics. Those of further ones are counted together.
pub const MAX_EXPIRY_SERIES: usize = 1000;
/// How many reports of leaked credentials are taken a second from everywhere, on average.
pub const LEAK_REPORTS_PER_SECOND: u32 = 200;
/// How many reports of leaked credentials may come at once from everywhere.
pub const LEAK_REPORT_BURST: u32 = 1000;
/// How many reports of leaked credentials may come at once from one network; after that it is one a second.
pub const LEAK_REPORTS_PER_NETWORK: u32 = 50;
/// How many secrets that are somebody's already one caller may import before it has to wait.
pub const FREE_TAKEN_SECRETS: u32 = 5;
/// The longest that a caller waits who imports secrets that are somebody's already.
pub const MAX_TAKEN_SECRET_WAIT: Duration = Duration::from_secs(300);
/// After how long the import of a secret that is somebody's already is forgotten.
pub const TAKEN_SECRET_MEMORY: Duration = Duration::from_secs(300);
/// How many networks and callers are remembered that report leaks or import others' secrets. They take 48 bytes each.
pub const PACE_PLACES: usize = 1 << 12;

// What one object may have.
/// The longest label of a credential, in characters.
pub const MAX_LABEL_CHARS: usize = 200;
/// How many roles one membership or user grant may name.
pub const MAX_ROLES: usize = 64;
/// User grants that one request removes.
pub const MAX_BULK_GRANTS: usize = 1000;
/// How many metadata entries one user or organisation may have.
pub const MAX_METADATA_ENTRIES: u64 = 1000;
/// How much metadata one user or organisation may have, keys and values together, in bytes.
pub const MAX_METADATA_BYTES: u64 = 2 << 20;
/// How many projects one organisation may have. It also bounds how many grants an organisation can give to one user.
pub const MAX_PROJECTS: usize = 1000;
/// How many roles one project may have.
pub const MAX_PROJECT_ROLES: usize = 1000;
/// How many grants the removal of a project, of one of its roles or of a project grant may touch. They are one change,
/// and every other change waits for it.
pub const MAX_PROJECT_CASCADE: usize = 10_000;
/// How many events the removal of an organisation may take, with all that it owns. They are one change, and every other
/// change waits for it.
pub const MAX_ORG_CASCADE: usize = 10_000;

// Lists and searches.
/// The most rows that a v1 list answers at once, and what one without a limit gets.
pub const MAX_V1_PAGE: usize = 10_000;
/// The most rows that a v2 list answers at once.
pub const MAX_PAGE: usize = 1000;
/// How many a v2 list without a limit answers.
pub const DEFAULT_PAGE: usize = 100;

/// The most events that a list of them answers at once, and what one without a limit gets.
pub const MAX_EVENTS: usize = 1000;
/// How many rows of the database the answer to one request may take. Beyond it a list is refused that no index answers.
pub const MAX_READ_ROWS: u64 = 400_000;
/// How many rows a read may take before it counts as long and waits for other long ones: more than most pages take.
pub const QUICK_READ_ROWS: u64 = 4000;
/// Of how many organisations one list merges the users. A caller who may read more must ask for one organisation.
pub const MAX_MERGED_ORGS: usize = 1000;
/// How many objects a list sorts at most. More are read page by page in the order of an index.
pub const MAX_SORTED: u64 = 10_000;
/// How many events a search looks at before it gives up.
pub const MAX_SCANNED_EVENTS: usize = 100_000;

// The server and its connections.
/// The largest header section of a request, in bytes.
pub const MAX_HEADER_BYTES: usize = 32 << 10;
/// How many networks of proxies can be trusted.
pub const MAX_TRUSTED_PROXIES: usize = 64;
/// How many proxies a request may have come through.
pub const MAX_FORWARDED_HOPS: usize = 32;
/// The longest header of the PROXY protocol, in bytes. Proxies put certificates into it.
pub const MAX_PROXY_HEADER_BYTES: usize = 4 << 10;
/// How many headers a request may have.
pub const MAX_HEADERS: usize = 100;
/// How long a client may take for the TLS handshake.
pub const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's headers.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a client may take to send a request's body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of a body is read and dropped that nobody wants, so that its sender is there for the answer, in bytes.
pub const MAX_LEFTOVER_BYTES: u64 = 8 << 20;
/// How long that may take.
pub const MAX_LEFTOVER_TIME: Duration = Duration::from_secs(2);
/// The longest deadline that an RPC may ask for.
pub const MAX_CALL_TIME: Duration = Duration::from_secs(120);
/// How many requests one HTTP/2 connection may have in flight.
pub const MAX_CONCURRENT_STREAMS: u32 = 256;
/// How many connections may be open at once, unless the configuration says otherwise. Further ones wait in the kernel's
/// queue.
pub const MAX_CONNECTIONS: usize = 4096;
/// How long a connection may stay open with no request. Longer than the pools of common clients and load balancers keep
/// theirs (60 to 90 s), so that it is they who close: a server that closes first can meet a request on its way.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(100);
/// How long a request may go on without a sign of progress: a byte over HTTP/1, a part of the response over HTTP/2.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a client may take to close a connection that it was told is over.
pub const CLOSING_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a silent HTTP/2 client is asked whether it is still there.
pub const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(30);
/// How long an HTTP/2 client may take to answer whether it is still there.
pub const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(15);
/// How many bytes of one request's body an HTTP/2 client may send ahead of what was read.
pub const HTTP2_STREAM_WINDOW: u32 = 128 << 10;
/// How many bytes of all request bodies together an HTTP/2 client may send ahead on one connection. With the number of
/// connections it bounds the memory for uploads.
pub const HTTP2_CONNECTION_WINDOW: u32 = 512 << 10;
/// How many bytes of one response HTTP/2 buffers for a client that reads slowly.
pub const HTTP2_SEND_BUFFER: usize = 128 << 10;
/// How long a stopping server waits for requests in flight, unless the configuration says otherwise. Below the 30 s after
/// which Kubernetes kills.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);
/// How often the TLS files are looked at for a change.
pub const TLS_POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The first pause after the kernel refused a new connection for want of resources; it doubles up to the longest.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause after the kernel refused a new connection for want of resources.
pub const MAX_ACCEPT_PAUSE: Duration = Duration::from_secs(1);

// Keys.
/// The largest file with a private key in it, in bytes.
pub const MAX_PRIVATE_FILE_BYTES: u64 = 1 << 20;
/// How long the token is valid that `countersign recover` makes for an administrator.
pub const RECOVERY_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// How long a request waits for a signing key that is being made.
pub const SIGNING_KEY_TIMEOUT: Duration = Duration::from_secs(5);

// The store.
/// How many commands one commit takes at most.
pub const MAX_BATCH: usize = 256;
/// How many commands may wait for the writer's answer. Further ones are refused at once, so that a slow disk does not eat
/// memory.
pub const MAX_QUEUED_COMMANDS: usize = 4096;
/// One account may hold one in so many of the places that are free in the writer's queue.
pub const QUEUE_SHARE: usize = 8;
/// How far the machine's clock may be behind the newest event, or jump between two looks at it, before somebody is told.
pub const MAX_CLOCK_STEP: Duration = Duration::from_secs(5 * 60);
/// How often the running server looks at the machine's clock.
pub const CLOCK_POLL_INTERVAL: Duration = Duration::from_secs(15);
/// The largest stored record, in bytes.
pub const MAX_RECORD_BYTES: u64 = 1 << 20;
