//! How long tokens live: as the configuration says, until it is set over the API.

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Error, Result},
    limits::{MAX_REFRESH_SECONDS, MAX_TOKEN_SECONDS, MIN_TOKEN_SECONDS},
    model::{Draft, InstanceFact, TokenLifetimes, fault},
    permission::{IamRead, IamWrite},
    proto::zitadel::{admin::v1 as wire, settings::v1 as settings},
    store::{Decision, State},
};
use buffa_types::google::protobuf;
use std::time::Duration;

/// What clients of ZITADEL expect to find: 30 days, and 90.
const REFRESH_TOKEN_IDLE: u64 = 30 * 24 * 3600;
const REFRESH_TOKEN: u64 = 90 * 24 * 3600;

/// What is in force.
pub async fn get(
    app: App,
    _: Authorized<IamRead>,
    _: wire::GetOIDCSettingsRequest,
) -> Result<wire::GetOIDCSettingsResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let instance = state.instance()?;
    // What was never set is as old as the instance.
    let stamps = state.oidc_settings()?.map_or(instance.stamps, |settings| settings.stamps);
    let lifetimes = in_force(&app, &state)?;
    let settings = settings::OIDCSettings {
        details: reply::viewed(&stamps, instance.id.as_str()).into(),
        access_token_lifetime: duration(lifetimes.access_token).into(),
        id_token_lifetime: duration(lifetimes.id_token).into(),
        refresh_token_idle_expiration: duration(lifetimes.refresh_token_idle).into(),
        refresh_token_expiration: duration(lifetimes.refresh_token).into(),
    };
    Ok(wire::GetOIDCSettingsResponse { settings: settings.into() })
}

/// Sets what is in force from now on, for the tokens to come.
pub async fn update(
    app: App,
    who: Authorized<IamWrite>,
    request: wire::UpdateOIDCSettingsRequest,
) -> Result<wire::UpdateOIDCSettingsResponse> {
    let token = |field, value: Option<&protobuf::Duration>| seconds(field, value, MAX_TOKEN_SECONDS);
    let refresh = |field, value: Option<&protobuf::Duration>| seconds(field, value, MAX_REFRESH_SECONDS);
    let lifetimes = TokenLifetimes {
        access_token: token("AccessTokenLifetime", request.access_token_lifetime.as_option())?,
        id_token: token("IdTokenLifetime", request.id_token_lifetime.as_option())?,
        refresh_token_idle: refresh("RefreshTokenIdleExpiration", request.refresh_token_idle_expiration.as_option())?,
        refresh_token: refresh("RefreshTokenExpiration", request.refresh_token_expiration.as_option())?,
    };
    let before = app.clone();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            if in_force(&before, state)? == lifetimes {
                return Err(fault::OIDC_SETTINGS_UNCHANGED.into());
            }
            let instance = state.instance()?.id;
            Ok(Decision::new(vec![Draft::instance(&instance, InstanceFact::OidcSettingsChanged { lifetimes })], ()))
        })
        .await?;
    Ok(wire::UpdateOIDCSettingsResponse { details: reply::changed(changed.receipt()?).into() })
}

/// How long new tokens live.
pub fn in_force(app: &App, state: &State<'_>) -> Result<TokenLifetimes> {
    Ok(state.oidc_settings()?.map_or_else(|| configured(app), |settings| settings.lifetimes))
}

/// How long a token may live that was signed until now.
pub(super) fn longest(app: &App, state: &State<'_>) -> Result<Duration> {
    let set = state.oidc_settings()?.map_or(0, |settings| settings.longest);
    Ok(Duration::from_secs(configured(app).longest().max(set)))
}

fn configured(app: &App) -> TokenLifetimes {
    TokenLifetimes {
        access_token: app.settings.access_token_lifetime.as_secs(),
        id_token: app.settings.id_token_lifetime.as_secs(),
        refresh_token_idle: REFRESH_TOKEN_IDLE,
        refresh_token: REFRESH_TOKEN,
    }
}

/// Whole seconds within the bounds that the configuration has, too.
fn seconds(field: &str, value: Option<&protobuf::Duration>, max: u64) -> Result<u64> {
    let value = value.filter(|value| value.seconds != 0 || value.nanos != 0).ok_or(fault::OIDC_SETTINGS_EMPTY)?;
    let seconds = u64::try_from(value.seconds).ok().filter(|_| value.nanos == 0);
    seconds.filter(|seconds| (MIN_TOKEN_SECONDS..=max).contains(seconds)).ok_or_else(|| {
        Error::invalid(format!(
            "invalid UpdateOIDCSettingsRequest.{field}: value must be between {MIN_TOKEN_SECONDS}s and {max}s, \
             inclusive, in whole seconds"
        ))
    })
}

fn duration(seconds: u64) -> protobuf::Duration {
    protobuf::Duration { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), ..Default::default() }
}
