//! Changes of a machine user that name only what shall be another.

use crate::{
    app::{
        App,
        machines::{self, views::AnyAccessTokenType},
        metadata::{self, Holder},
        reply,
    },
    authz::Authorized,
    error::Result,
    model::{Draft, Machine, UserFact, fault},
    permission::UserWrite,
    proto::zitadel::user::v2::{
        self as user,
        update_user_request::{self, UserType},
    },
    store::Decision,
};

/// Changes a user, which may be the caller itself. Nothing to change is fine. Metadata is not the user's own to write:
/// others read it as claims about the user.
pub async fn update_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::UpdateUserRequest,
) -> Result<user::UpdateUserResponse> {
    let described = match request.user_type {
        Some(UserType::Human(_)) => return Err(fault::HUMANS_UNSUPPORTED.into()),
        Some(UserType::Machine(described)) => *described,
        None => update_user_request::Machine::default(),
    };
    let chosen = request.username.as_deref();
    let user_name =
        chosen.map(|it| machines::user_name(it, "UpdateUserRequest.Username", fault::USER_NAME_BLANK)).transpose()?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &request.user_id, fault::UPDATE_V2_UNKNOWN)?;
            let mut events = Vec::new();
            if let Some(user_name) = user_name.filter(|user_name| *user_name != machine.user_name) {
                if !machines::name_is_free(state, &user_name, Some(&machine.id))? {
                    return Err(fault::NAME_TAKEN.into());
                }
                events.push(Draft::user(&machine.org, &machine.id, UserFact::UserNameChanged { user_name }));
            }
            events.extend(description(&machine, described));
            if !request.metadata.is_empty() {
                who.is_not_only_self(state)?;
                events.extend(Holder::user(&machine).set(state, metadata::users::entries(request.metadata))?);
            }
            Ok(Decision::new(events, machine.stamps.changed))
        })
        .await?;
    let at = changed.last().map_or(changed.answer, |last| last.at);
    Ok(user::UpdateUserResponse { change_date: reply::timestamp(at).into() })
}

/// The event by which a machine is described so, if it is not already.
fn description(machine: &Machine, described: update_user_request::Machine) -> Option<Draft> {
    let name = described.name.unwrap_or_else(|| machine.name.clone());
    let description = described.description.unwrap_or_else(|| machine.description.clone());
    let access_token_type = described.access_token_type.map_or(machine.access_token_type, |it| it.to_model());
    let same =
        name == machine.name && description == machine.description && access_token_type == machine.access_token_type;
    let changed = UserFact::MachineChanged { name, description, access_token_type };
    (!same).then(|| Draft::user(&machine.org, &machine.id, changed))
}
