//! The operation table and its glue: what every face calls.

mod code;
mod json;
mod operation;
mod table;

pub use code::{grpc_code, http_status, snake_name};
pub use json::{has_few_values, unreadable};
use json::{has_known_fields, to_json};
pub use operation::{Call, Format, Operation, Target};
pub use table::operations;

use crate::{
    app::App,
    error::{Error, Kind, Result},
    model::fault,
};
use bytes::Bytes;
use std::{collections::HashMap, time::Instant};

/// The API: every operation by the name of its procedure.
pub struct Api {
    app: App,
    operations: HashMap<&'static str, Operation>,
}

impl Api {
    pub fn new(app: App) -> Self {
        Self { app, operations: operations().into_iter().collect() }
    }

    /// The table's own spelling of a procedure's name, if it is served.
    pub fn find(&self, procedure: &str) -> Option<&'static str> {
        self.operations.get_key_value(procedure).map(|(name, _)| *name)
    }

    /// Runs an operation: authenticate, decode, authorize, validate, do, encode; then count and log.
    pub async fn call(&self, procedure: &str, call: Call) -> Result<Bytes> {
        let Some((name, operation)) = self.operations.get_key_value(procedure) else {
            return Err(not_served(procedure));
        };
        let started = Instant::now();
        let answer = operation.run(self.app.clone(), call).await;
        let code = answer.as_ref().map_or_else(|refusal| snake_name(refusal.kind), |_| "ok");
        self.app.metrics.request(name, code, started.elapsed().as_secs_f64());
        if answer.as_ref().is_err_and(|refusal| refusal.id == Some(fault::TOO_MANY_FAILURES.id)) {
            self.app.metrics.throttled();
        }
        match &answer {
            Ok(_) => tracing::info!(operation = name, "done"),
            Err(Error { kind: Kind::Internal, cause, .. }) => tracing::error!(operation = name, ?cause, "failed"),
            Err(refusal) => tracing::info!(operation = name, code, reason = %refusal.wire_message(), "refused"),
        }
        answer
    }
}

/// What stands in the names of procedures by which people are kept or log in.
const HUMAN_WORDS: &[&str] = &[
    "Human",
    "Password",
    "Passkey",
    "Email",
    "Phone",
    "OTP",
    "U2F",
    "AuthFactor",
    "MultiFactor",
    "SecondFactor",
    "Session",
    "Login",
    "IDP",
    "IdentityProvider",
    "Avatar",
    "InviteCode",
    "OIDCService",
    "SAMLService",
];

/// Why a procedure is not served: ZITADEL has it for humans or for other ends, or nobody has it.
pub fn not_served(procedure: &str) -> Error {
    if !procedure.starts_with("zitadel.") {
        return Error::new(Kind::Unimplemented, "There is no such procedure");
    }
    if HUMAN_WORDS.iter().any(|word| procedure.contains(word)) {
        return fault::HUMANS_UNSUPPORTED.into();
    }
    let message = format!("This server does not serve {procedure}");
    Error { message: message.into(), ..fault::NOT_SERVED.into() }
}
