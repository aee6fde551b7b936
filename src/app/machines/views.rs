//! Machine users as the wire shows them, one at a time.

use crate::{
    app::{App, reply},
    authz::{Authenticated, Authorized},
    error::{Fault, Result},
    model::{AccessTokenType, Machine, MachineState, fault},
    permission::{UserGlobalRead, UserRead},
    proto::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        object::v2::Details,
        user::{v1, v2},
    },
    time::Timestamp,
};
use buffa::EnumValue;

/// A user of the context organisation.
pub async fn get(
    app: App,
    who: Authorized<UserRead>,
    request: management::GetUserByIDRequest,
) -> Result<management::GetUserByIDResponse> {
    let snapshot = app.store.snapshot()?;
    let machine = who.machine(&snapshot.state(), &request.id)?.map_err(Fault::from)?;
    Ok(management::GetUserByIDResponse { user: view(&machine, app.clock.now()).into() })
}

/// A user of any organisation, by its user name.
pub async fn get_by_login_name(
    app: App,
    _: Authorized<UserGlobalRead>,
    request: management::GetUserByLoginNameGlobalRequest,
) -> Result<management::GetUserByLoginNameGlobalResponse> {
    let machine = app.store.snapshot()?.state().machine_by_name(&request.login_name)?.ok_or(fault::USER_UNKNOWN)?;
    Ok(management::GetUserByLoginNameGlobalResponse { user: view(&machine, app.clock.now()).into() })
}

/// The caller.
pub async fn get_me(app: App, who: Authenticated, _: auth::GetMyUserRequest) -> Result<auth::GetMyUserResponse> {
    let machine = app.store.snapshot()?.state().machine(&who.caller.user)?.ok_or(fault::USER_UNKNOWN)?;
    Ok(auth::GetMyUserResponse { user: view(&machine, app.clock.now()).into(), ..Default::default() })
}

/// A user of any organisation that the caller may read, or the caller itself.
pub async fn get_v2(
    app: App,
    who: Authorized<UserRead>,
    request: v2::GetUserByIDRequest,
) -> Result<v2::GetUserByIDResponse> {
    let snapshot = app.store.snapshot()?;
    let machine = who.machine_or(&snapshot.state(), &request.user_id, fault::USER_UNKNOWN)?;
    let user = view_v2(&machine, app.clock.now());
    Ok(v2::GetUserByIDResponse { details: user.details.clone(), user: user.into() })
}

pub fn view(machine: &Machine, now: Timestamp) -> v1::User {
    v1::User {
        id: machine.id.to_string(),
        details: reply::viewed(&machine.stamps, machine.org.as_str()).into(),
        state: match machine.state {
            MachineState::Active => v1::UserState::USER_STATE_ACTIVE,
            MachineState::Inactive => v1::UserState::USER_STATE_INACTIVE,
            MachineState::Locked => v1::UserState::USER_STATE_LOCKED,
        }
        .into(),
        user_name: machine.user_name.clone(),
        login_names: vec![machine.user_name.clone()],
        preferred_login_name: machine.user_name.clone(),
        r#type: Some(v1::user::Type::Machine(Box::new(v1::Machine {
            name: machine.name.clone(),
            description: machine.description.clone(),
            has_secret: machine.live_secrets(now).next().is_some(),
            access_token_type: match machine.access_token_type {
                AccessTokenType::Bearer => v1::AccessTokenType::ACCESS_TOKEN_TYPE_BEARER,
                AccessTokenType::Jwt => v1::AccessTokenType::ACCESS_TOKEN_TYPE_JWT,
            }
            .into(),
        }))),
    }
}

pub fn view_v2(machine: &Machine, now: Timestamp) -> v2::User {
    v2::User {
        user_id: machine.id.to_string(),
        details: Details {
            sequence: machine.stamps.sequence,
            creation_date: reply::timestamp(machine.stamps.created).into(),
            change_date: reply::timestamp(machine.stamps.changed).into(),
            resource_owner: machine.org.to_string(),
        }
        .into(),
        state: match machine.state {
            MachineState::Active => v2::UserState::USER_STATE_ACTIVE,
            MachineState::Inactive => v2::UserState::USER_STATE_INACTIVE,
            MachineState::Locked => v2::UserState::USER_STATE_LOCKED,
        }
        .into(),
        username: machine.user_name.clone(),
        login_names: vec![machine.user_name.clone()],
        preferred_login_name: machine.user_name.clone(),
        r#type: Some(v2::user::Type::Machine(Box::new(v2::MachineUser {
            name: machine.name.clone(),
            description: machine.description.clone(),
            has_secret: machine.live_secrets(now).next().is_some(),
            access_token_type: match machine.access_token_type {
                AccessTokenType::Bearer => v2::AccessTokenType::ACCESS_TOKEN_TYPE_BEARER,
                AccessTokenType::Jwt => v2::AccessTokenType::ACCESS_TOKEN_TYPE_JWT,
            }
            .into(),
        }))),
    }
}

/// An access token type of either API. Validation has refused numbers without a name.
pub trait AnyAccessTokenType {
    fn to_model(&self) -> AccessTokenType;
}

impl AnyAccessTokenType for EnumValue<v1::AccessTokenType> {
    fn to_model(&self) -> AccessTokenType {
        match self.as_known().unwrap_or_default() {
            v1::AccessTokenType::ACCESS_TOKEN_TYPE_BEARER => AccessTokenType::Bearer,
            v1::AccessTokenType::ACCESS_TOKEN_TYPE_JWT => AccessTokenType::Jwt,
        }
    }
}

impl AnyAccessTokenType for EnumValue<v2::AccessTokenType> {
    fn to_model(&self) -> AccessTokenType {
        match self.as_known().unwrap_or_default() {
            v2::AccessTokenType::ACCESS_TOKEN_TYPE_BEARER => AccessTokenType::Bearer,
            v2::AccessTokenType::ACCESS_TOKEN_TYPE_JWT => AccessTokenType::Jwt,
        }
    }
}
