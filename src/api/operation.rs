//! The glue: from a call's bytes to a use case and back, with every step that no operation may skip.

use crate::{
    api::{has_few_values, has_known_fields, to_json, unreadable},
    app::App,
    authn,
    authz::{Evidence, Proof},
    error::{Error, Fault, Result},
    exchange::user_agent,
    limits::MAX_MESSAGE_ELEMENT_BYTES,
    permission::Permission,
    proto::{ROUTES, Schema, Validate, from_json, is_own},
};
use buffa::{DecodeOptions, MessageName};
use bytes::Bytes;
use http::{HeaderMap, header::AUTHORIZATION};
use std::{future::Future, net::IpAddr, pin::Pin};

pub use crate::authz::Target;

/// One call, as a face hands it over.
pub struct Call {
    pub headers: HeaderMap,
    pub body: Bytes,
    pub format: Format,
    /// Where it comes from, if anybody knows.
    pub remote: Option<IpAddr>,
}

/// How the messages of a call are written. The answer is written as the request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ProtoJSON.
    Json,
    /// The protobuf binary format.
    Proto,
}

/// An operation that any face can run.
pub struct Operation {
    /// The permission that its use case demands, as the protos spell it.
    pub permission: &'static str,
    run: Run,
}

type Run = Box<dyn Fn(App, Call) -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send>> + Send + Sync>;

/// A message that can be read from both formats.
pub trait Request: buffa::Message + MessageName + serde::de::DeserializeOwned + Validate + Send + 'static {}
impl<M: buffa::Message + MessageName + serde::de::DeserializeOwned + Validate + Send + 'static> Request for M {}

/// A message that can be written in both formats.
pub trait Reply: buffa::Message + serde::Serialize + Send + 'static {}
impl<M: buffa::Message + serde::Serialize + Send + 'static> Reply for M {}

/// What an operation does: it takes the application, the proof that it needs, and the request.
pub trait UseCase<A, Q, R>: Copy + Send + Sync + 'static {
    fn run(self, app: App, proof: A, request: Q) -> impl Future<Output = Result<R>> + Send + 'static;
}

impl<A, Q, R, F, Fut> UseCase<A, Q, R> for F
where
    F: Fn(App, A, Q) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<R>> + Send + 'static,
{
    fn run(self, app: App, proof: A, request: Q) -> impl Future<Output = Result<R>> + Send + 'static {
        self(app, proof, request)
    }
}

/// The header that names the context organisation.
const CONTEXT_ORG: &str = "x-zitadel-orgid";

impl Operation {
    /// Runs the operation.
    pub async fn run(&self, app: App, call: Call) -> Result<Bytes> {
        (self.run)(app, call).await
    }
}

/// An operation on what belongs to the context organisation.
pub fn op<A: Proof, Q: Request, R: Reply>(use_case: impl UseCase<A, Q, R>) -> Operation {
    on(|_| Target::Context, use_case)
}

/// An operation on what belongs to the instance.
pub fn on_instance<A: Proof, Q: Request, R: Reply>(use_case: impl UseCase<A, Q, R>) -> Operation {
    on(|_| Target::Instance, use_case)
}

/// An operation on an organisation that the request names; `unknown` is the answer if there is none.
pub fn on_org<A: Proof, Q: Request, R: Reply>(
    id: fn(&Q) -> &str,
    unknown: Fault,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    on(move |request| Target::Org(id(request), unknown), use_case)
}

/// An operation on a project that the request names, in whatever organisation it is.
pub fn on_project<A: Proof, Q: Request, R: Reply>(id: fn(&Q) -> &str, use_case: impl UseCase<A, Q, R>) -> Operation {
    on(move |request| Target::Project(id(request)), use_case)
}

/// An operation on a user grant that the request names, whichever organisation gave it.
pub fn on_user_grant<A: Proof, Q: Request, R: Reply>(id: fn(&Q) -> &str, use_case: impl UseCase<A, Q, R>) -> Operation {
    on(move |request| Target::UserGrant(id(request)), use_case)
}

/// An operation on a user that the request names, in whatever organisation it is.
pub fn on_user<A: Proof, Q: Request, R: Reply>(
    id: fn(&Q) -> &str,
    unknown: Fault,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    on(move |request| Target::User(id(request), unknown), use_case)
}

/// An operation on a user that the request names, and that the user itself may do without any role.
pub fn on_user_or_self<A: Proof, Q: Request, R: Reply>(
    id: fn(&Q) -> &str,
    unknown: Fault,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    on(move |request| Target::UserOrSelf(id(request), unknown), use_case)
}

/// An operation on a user that the request names, and that the user itself may do without any role. A caller without a
/// role in the user's organisation does not learn whether there is such a user.
pub fn on_hidden_user_or_self<A: Proof, Q: Request, R: Reply>(
    id: fn(&Q) -> &str,
    unknown: Fault,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    on(move |request| Target::HiddenUserOrSelf(id(request), unknown), use_case)
}

/// An operation on a user that the request names, and for which the user itself needs only the permission `other`.
pub fn on_user_or_permitted_self<A: Proof, Q: Request, R: Reply>(
    id: fn(&Q) -> &str,
    unknown: Fault,
    other: Permission,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    on(move |request| Target::UserOrPermittedSelf(id(request), unknown, other), use_case)
}

/// An operation on what belongs to the caller's own organisation.
pub fn at_home<A: Proof, Q: Request, R: Reply>(use_case: impl UseCase<A, Q, R>) -> Operation {
    on(|_| Target::Home, use_case)
}

/// An operation on whatever the request says.
pub fn on<A: Proof, Q: Request, R: Reply>(
    target: impl for<'q> Fn(&'q Q) -> Target<'q> + Copy + Send + Sync + 'static,
    use_case: impl UseCase<A, Q, R>,
) -> Operation {
    let run = move |app: App, call: Call| -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send>> {
        Box::pin(async move {
            let (request, proof): (Q, A) = call.admit(&app, target)?;
            let reply = use_case.run(app, proof, request).await?;
            call.format.encode(&reply)
        })
    };
    Operation { permission: A::PERMISSION, run: Box::new(run) }
}

/// Whether a request is looked at before its caller's permission. ZITADEL asks for the permission of a v1 request as it
/// comes in, and for that of a v2 request where it knows what the request is about.
fn is_validated_first<Q: Request>() -> bool {
    Q::PACKAGE.ends_with(".v2")
}

/// Of what a request must be made, where it must not be made of anything else: ZITADEL's calls ignore fields that they do not
/// know, but one of this server's own must not answer that all is well because somebody misspelt what it shall end.
fn strict_schema<Q: Request>() -> Option<&'static Schema> {
    let own = ROUTES.iter().filter(|_| is_own(Q::FULL_NAME));
    own.map(|route| route.request).find(|request| request.name == Q::FULL_NAME)
}

impl Call {
    /// What the call asks for, and the proof that its caller may. Nothing is made of the body for somebody unknown.
    fn admit<Q: Request, A: Proof>(&self, app: &App, target: impl for<'q> Fn(&'q Q) -> Target<'q>) -> Result<(Q, A)> {
        app.at_gate(self.remote, &user_agent(&self.headers), |gate| {
            let mut caller = self.header(AUTHORIZATION.as_str()).and_then(|header| authn::bearer(&gate, header));
            if A::NEEDS_CALLER {
                caller = Ok(caller?);
            }
            let context = self.header(CONTEXT_ORG)?;
            let request: Q = self.decode()?;
            let validate = || request.validate().map_err(|violation| Error::invalid(violation.to_string()));
            if is_validated_first::<Q>() {
                validate()?;
            }
            let (state, roles, target) = (gate.state, &app.roles, target(&request));
            let proof = A::prove(Evidence { state, roles, caller, remote: self.remote, context, target })?;
            if !is_validated_first::<Q>() {
                validate()?;
            }
            Ok((request, proof))
        })?
    }

    fn decode<Q: Request>(&self) -> Result<Q> {
        match self.format {
            // An empty body is an empty message.
            Format::Json if self.body.is_empty() => Ok(Q::default()),
            Format::Json => {
                has_few_values(&self.body)?;
                if let Some(schema) = strict_schema::<Q>() {
                    has_known_fields(&self.body, schema)?;
                }
                from_json(&self.body).map_err(|e| unreadable(&self.body, &e))
            }
            Format::Proto => DecodeOptions::new()
                .with_element_memory_limit(MAX_MESSAGE_ELEMENT_BYTES)
                .decode_from_slice(&self.body)
                .map_err(|e| Error::invalid(format!("proto: {e}"))),
        }
    }

    fn header(&self, name: &str) -> Result<Option<&str>> {
        let text = self.headers.get(name).map(|value| value.to_str());
        text.transpose().map_err(|_| Error::invalid(format!("the {name} header is not text")))
    }
}

impl Format {
    fn encode(self, reply: &impl Reply) -> Result<Bytes> {
        match self {
            Self::Json => to_json(reply).map(Into::into),
            Self::Proto => Ok(reply.encode_to_vec().into()),
        }
    }
}
