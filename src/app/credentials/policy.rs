//! What organisations demand of credentials.

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Error, Result},
    limits::{MAX_CREDENTIAL_LIFETIME, MIN_CREDENTIAL_LIFETIME},
    model::{CredentialPolicy, Draft, OrgFact},
    permission::{OrgRead, OrgWrite},
    proto::countersign::v1 as wire,
    store::Decision,
};
use buffa_types::google::protobuf;

pub async fn get(
    app: App,
    who: Authorized<OrgRead>,
    _: wire::GetCredentialPolicyRequest,
) -> Result<wire::GetCredentialPolicyResponse> {
    let policy = app.store.snapshot()?.state().credential_policy(&who.org)?;
    Ok(wire::GetCredentialPolicyResponse { policy: view(policy).into() })
}

/// Counts for what is made and prolonged from now on. To set what is set already is no error.
pub async fn set(
    app: App,
    who: Authorized<OrgWrite>,
    request: wire::SetCredentialPolicyRequest,
) -> Result<wire::SetCredentialPolicyResponse> {
    let max_lifetime = request.max_lifetime.as_option().map(seconds).transpose()?;
    let org = who.org.clone();
    app.store
        .change(who.warrant(), move |state, _| {
            let before = state.credential_policy(&org)?.and_then(|policy| policy.max_lifetime);
            let set = Draft::org(&org, OrgFact::CredentialPolicySet { max_lifetime });
            Ok(Decision::new((before != max_lifetime).then_some(set).into_iter().collect(), ()))
        })
        .await?;
    let policy = app.store.snapshot()?.state().credential_policy(&who.org)?;
    Ok(wire::SetCredentialPolicyResponse { policy: view(policy).into() })
}

fn seconds(wire: &protobuf::Duration) -> Result<u64> {
    let range = MIN_CREDENTIAL_LIFETIME..=MAX_CREDENTIAL_LIFETIME;
    let seconds = u64::try_from(wire.seconds).ok().filter(|seconds| wire.nanos == 0 && range.contains(seconds));
    let (least, most) = range.into_inner();
    seconds.ok_or_else(|| Error::invalid(format!("max_lifetime must be from {least}s to {most}s, in whole seconds")))
}

/// One that was never set demands nothing.
fn view(policy: Option<CredentialPolicy>) -> wire::CredentialPolicy {
    let Some(CredentialPolicy { max_lifetime, stamps }) = policy else { return Default::default() };
    let duration =
        |seconds: u64| protobuf::Duration { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), ..Default::default() };
    wire::CredentialPolicy {
        max_lifetime: max_lifetime.map(duration).into(),
        change_date: reply::timestamp(stamps.changed).into(),
    }
}
