//! Who calls an OAuth endpoint (RFC 6749 section 2.3).
//!
//! A client is a machine user; it is called by its user name or its id. Whatever is wrong with its credentials, the
//! answer is one and the same, and so is the work: who asks must not learn which accounts exist, which have a secret,
//! and which are locked. The log tells.

use crate::{
    app::App,
    authn::{Account, BasicCredentials, By, Claimed, Gate, Presented, alive, basic, text_of},
    error::{Kind, Result},
    id::{CredentialId, UserId},
    limits::MAX_CREDENTIAL_BYTES,
    model::{Machine, fault, machine::normal_user_name},
    oauth::{
        Request, RequestContext,
        assertion::{self, CalledBy},
        claims::AMR_SECRET,
        error::{OAuthError, OAuthResult},
        form, imported, stand_in,
    },
    store::{Decision, State, Warrant},
    time::Timestamp,
};
use zeroize::Zeroizing;

/// A client that proved who it is.
pub(super) struct Client {
    /// Alive.
    pub account: Account,
    /// What it calls itself: its user name or its id.
    pub called: String,
    /// By what it proved it.
    pub credential: CredentialId,
    /// How (RFC 8176).
    pub amr: &'static [&'static str],
}

/// The ways in which a client can prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    SecretBasic,
    SecretPost,
    PrivateKeyJwt,
}

/// What a client says to prove who it is.
enum Proof<'a> {
    /// In the header: as it should be read, and as some clients mean it.
    SecretBasic(Vec<BasicCredentials>),
    /// In the form.
    SecretPost { id: &'a str, secret: &'a str },
    /// An assertion (RFC 7523 section 2.2).
    PrivateKeyJwt(&'a str),
}

/// Why a client was refused, from the least to the most that was right. For the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refused {
    Malformed,
    Unknown,
    NoSecret,
    WrongSecret,
    NotAlive,
}

/// The one type of client assertions that is served (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Method {
    pub const ALL: [Self; 3] = [Self::SecretBasic, Self::SecretPost, Self::PrivateKeyJwt];

    /// As in `token_endpoint_auth_methods_supported` (RFC 8414 section 2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// The client that sent the request.
pub(super) fn authenticate(context: &RequestContext<'_>, request: &Request<'_>) -> OAuthResult<Client> {
    match proof(request)? {
        Proof::SecretBasic(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|pair| (pair.user.as_str(), pair.password.as_str())).collect();
            by_secret(context, &pairs)
        }
        Proof::SecretPost { id, secret } => by_secret(context, &[(id, secret)]),
        Proof::PrivateKeyJwt(text) => {
            let client = assertion::prove(context, text, CalledBy::IdOrUserName, failed)?;
            match request.form.get("client_id") {
                Some(id) if !is_called(&client.account.machine, id) => Err(failed().because("client_id is another's")),
                _ => Ok(client),
            }
        }
    }
}

/// Changes something in the name of a client; `refusal` if by then it is not a client any more.
pub(super) async fn change<T, F>(
    app: &App,
    (user, credential): (UserId, CredentialId),
    refusal: fn() -> OAuthError,
    decide: F,
) -> OAuthResult<T>
where
    T: Send + 'static,
    F: FnOnce(&State<'_>, Timestamp) -> Result<Decision<T>> + Send + 'static,
{
    let warrant = Warrant::of(user.clone(), move |state, now| {
        let credential = state.credential(&user, &credential)?.ok_or(fault::TOKEN_INVALID)?;
        alive(state, now, Presented::Credential(&credential), By::Another)?.ok_or(fault::TOKEN_INVALID)?;
        Ok(())
    });
    match app.store.change(warrant, decide).await {
        Ok(changed) => Ok(changed.answer),
        Err(error) if error.kind == Kind::Unauthenticated => Err(refusal().because("no longer alive")),
        Err(error) => Err(error.into()),
    }
}

/// Whether the request says who its client is.
pub(super) fn is_named(request: &Request<'_>) -> bool {
    let named_in_form = ["client_secret", "client_assertion", "client_assertion_type"];
    request.authorization.is_some() || request.form.has_any(&named_in_form)
}

/// The one method that the request uses.
fn proof<'a>(request: &'a Request<'_>) -> OAuthResult<Proof<'a>> {
    let form = &request.form;
    let has_assertion = form.has_any(&["client_assertion", "client_assertion_type"]);
    match (request.authorization.is_some(), form.get("client_secret"), has_assertion) {
        (true, None, false) => basic_proof(request),
        (false, Some(secret), false) => {
            // A secret alone is nobody's.
            form.get("client_id").map(|id| Proof::SecretPost { id, secret }).ok_or_else(failed)
        }
        (false, None, true) => {
            // RFC 7521 section 4.2.
            let is_jwt = form.get("client_assertion_type") == Some(JWT_BEARER);
            form.get("client_assertion").filter(|_| is_jwt).map(Proof::PrivateKeyJwt).ok_or_else(failed)
        }
        (false, None, false) => Err(OAuthError::invalid_client("client authentication is missing")),
        _ => Err(more_than_one()),
    }
}

fn basic_proof<'a>(request: &Request<'_>) -> OAuthResult<Proof<'a>> {
    let sent = request.authorization("Basic").and_then(basic).ok_or_else(failed)?;
    let pairs: Vec<_> = form_decoded(&sent).into_iter().chain([sent]).collect();
    // Some clients name themselves in the form as well. That is no second method, unless it is another name.
    let is_other = |id: &str| pairs.iter().all(|pair| normal_user_name(&pair.user) != normal_user_name(id));
    if request.form.get("client_id").is_some_and(is_other) {
        return Err(more_than_one());
    }
    Ok(Proof::SecretBasic(pairs))
}

/// The pair as RFC 6749 section 2.3.1 wants it read. `None` if that changes nothing, or cannot be done.
fn form_decoded(sent: &BasicCredentials) -> Option<BasicCredentials> {
    let is_encoded = |text: &str| text.contains(['%', '+']);
    if !is_encoded(&sent.user) && !is_encoded(&sent.password) {
        return None;
    }
    let user = text_of(&form::decode(sent.user.as_bytes())?);
    let password = Zeroizing::new(text_of(&form::decode(sent.password.as_bytes())?));
    Some(BasicCredentials { user, password })
}

/// What is left when nothing is encoded any more. Some clients encode a secret for the header, some do not, and in a form
/// everybody does: so the same secret is the same guess, whichever way it comes.
fn decoded_to_the_end(secret: &str) -> Zeroizing<String> {
    let mut secret = Zeroizing::new(secret.to_owned());
    while secret.contains(['%', '+'])
        && let Some(decoded) = form::decode(secret.as_bytes())
    {
        secret = Zeroizing::new(text_of(&decoded));
    }
    secret
}

/// The client of which one of the pairs is id and secret.
fn by_secret(context: &RequestContext<'_>, pairs: &[(&str, &str)]) -> OAuthResult<Client> {
    let mut tried = Vec::new();
    for (id, secret) in pairs.iter().filter(|(_, secret)| is_readable(secret)) {
        tried.extend(candidates(&context.state, id)?.into_iter().map(|machine| (machine, *id, *secret)));
    }
    let (name, guess) = pairs.first().copied().unwrap_or_default();
    let claimed = claimed(tried.iter().map(|(machine, ..)| machine), name);
    context.guard.admit(context.now, context.remote, &claimed)?;
    let mut refused = (Refused::Malformed, None, None);
    for (machine, id, secret) in &tried {
        match examine(context, machine.as_ref(), id, secret)? {
            Ok(client) => {
                context.note(&client.account.machine.id, &client.credential, By::Holder(context.remote), true);
                return Ok(client);
            }
            Err((reason, blamed)) if reason > refused.0 => refused = (reason, machine.as_ref(), blamed),
            Err(_) => {}
        }
    }
    if is_put_off(context, pairs, &tried)? {
        return Err(failed());
    }
    context.guard.failed(context.now, context.remote, &claimed, &decoded_to_the_end(guess));
    let (reason, machine, blamed) = refused;
    // What counts against nobody is noted too, or it would show in the time that it takes.
    let blamed = machine.map(|machine| machine.id.clone()).zip(blamed);
    let (user, credential) = blamed.unwrap_or_else(|| (stand_in::nobody(), stand_in::no_credential()));
    context.note(&user, &credential, By::Holder(context.remote), false);
    // What was sent as the id is not logged: it may well be a secret in the wrong place.
    let user = machine.map_or("-", |machine| machine.id.as_str());
    Err(failed().because(format!("{reason:?}, user {user}")))
}

/// Whether something is to be computed before anybody can say that the secrets are wrong; nothing is counted until then.
fn is_put_off(
    context: &RequestContext<'_>,
    pairs: &[(&str, &str)],
    tried: &[(Option<Machine>, &str, &str)],
) -> Result<bool> {
    let mut checks = Vec::new();
    for &(id, secret) in pairs.iter().filter(|(_, secret)| is_readable(secret)) {
        let of_pair = tried.iter().filter(|(_, other, guess)| (*other, *guess) == (id, secret));
        let machines: Vec<_> = of_pair.map(|(machine, ..)| machine.as_ref()).collect();
        checks.extend(imported::checks(context, &machines, id, secret)?);
    }
    let Some(unsettled) = &context.unsettled else {
        imported::refused(context, &checks);
        return Ok(false);
    };
    let is_put_off = !checks.is_empty();
    unsettled.replace(checks);
    Ok(is_put_off)
}

/// Whose a credential is said to be: one of these users', or nobody's of this name.
pub(super) fn claimed<'a>(tried: impl Iterator<Item = &'a Option<Machine>>, name: &'a str) -> Vec<Claimed<'a>> {
    let mut users: Vec<_> = tried.flatten().map(|machine| Claimed::User(&machine.id)).collect();
    users.dedup();
    if users.is_empty() { vec![Claimed::Nobody(name)] } else { users }
}

/// The users that `id` may mean. Two, because nothing keeps one user from choosing another's id for its name, and it
/// must not keep that one out by it; what it proves itself with decides.
pub(super) fn candidates(state: &State<'_>, id: &str) -> Result<Vec<Option<Machine>>> {
    if !is_readable(id) {
        return Ok(Vec::new());
    }
    let by_name = state.machine_by_name(id)?;
    if by_name.is_none() {
        stand_in::read_machine(state)?;
    }
    Ok(vec![by_name, by_id(state, id)?])
}

/// The user with this id.
pub(super) fn by_id(state: &State<'_>, id: &str) -> Result<Option<Machine>> {
    let found = state.machine(&UserId::parse(id).unwrap_or_else(stand_in::nobody))?;
    if found.is_none() {
        stand_in::read_machine(state)?;
    }
    Ok(found)
}

fn is_readable(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_CREDENTIAL_BYTES
}

fn is_called(machine: &Machine, id: &str) -> bool {
    machine.id.as_str() == id || normal_user_name(&machine.user_name) == normal_user_name(id)
}

/// Whether `secret` is a live secret of `machine`. Takes as long for one that does not exist, has no secret, or is
/// locked; and the text's own checksum is not looked at, as it would answer a typo sooner.
///
/// A refusal comes with what it counts against: the secret that was shown; or, as a wrong one is nobody's, the newest of
/// the user that was named.
///
/// The hash finds the secret, so that it does not matter how many there are; it is keyed, so that whoever times the
/// search learns nothing that helps to find a text.
fn examine(
    context: &RequestContext<'_>,
    machine: Option<&Machine>,
    called: &str,
    secret: &str,
) -> Result<Result<Client, (Refused, Option<CredentialId>)>> {
    let Gate { state, now, ring, remote, .. } = &context.gate;
    let hasher = ring.client_secrets();
    let found = state.credential_by_hash(&hasher.hash(secret))?;
    let theirs = found.filter(|found| found.is_secret() && machine.is_some_and(|machine| machine.id == found.user));
    let Some(credential) = theirs else {
        stand_in::read_credential(state)?;
        stand_in::read_account(state)?;
        return Ok(Err(match machine {
            None => (Refused::Unknown, None),
            Some(machine) => match machine.secrets.last() {
                None => (Refused::NoSecret, None),
                Some(newest) => (Refused::WrongSecret, Some(newest.id.clone())),
            },
        }));
    };
    let account = alive(state, *now, Presented::Credential(&credential), By::Holder(*remote))?;
    if account.is_none() {
        // The last thing that it would have read.
        stand_in::read_credential(state)?;
    }
    Ok(match account {
        None => Err((Refused::NotAlive, Some(credential.id))),
        Some(account) => Ok(Client { account, called: called.to_owned(), credential: credential.id, amr: &AMR_SECRET }),
    })
}

pub(super) fn failed() -> OAuthError {
    OAuthError::invalid_client("client authentication failed")
}

fn more_than_one() -> OAuthError {
    OAuthError::invalid_request("client authentication must not use more than one method")
}
