//! Machine users: how they come to be, and what they are called.

pub(super) mod filter;
pub mod lists;
pub(super) mod query;
pub mod removal;
pub mod states;
pub mod update;
pub mod views;

use crate::{
    app::{
        App,
        machines::views::AnyAccessTokenType,
        metadata::{self, Holder},
        reply,
    },
    authz::{Authenticated, Authorized},
    error::{Error, Fault, Result},
    id::UserId,
    model::{AccessTokenType, Draft, Subject, UserFact, fault},
    permission::{UserRead, UserWrite},
    proto::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v2::{self as user, create_user_request::UserType},
    },
    store::{Decision, Receipt, State},
};

/// Adds a machine user to the context organisation. Its `details` are those of a change, as ZITADEL's are.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: management::AddMachineUserRequest,
) -> Result<management::AddMachineUserResponse> {
    let id = new_id(&app, request.user_id.as_deref(), "AddMachineUserRequest.UserId")?;
    let machine = New {
        id: id.clone(),
        user_name: user_name(&request.user_name, "AddMachineUserRequest.UserName", fault::USER_NAME_BLANK)?,
        name: request.name,
        description: request.description,
        access_token_type: request.access_token_type.to_model(),
        metadata: Vec::new(),
    };
    let added = create(&app, who, machine).await?;
    Ok(management::AddMachineUserResponse { user_id: id.to_string(), details: reply::changed(&added).into() })
}

/// Adds a machine user to the organisation that the request names. Without a user name it is called by its id.
pub async fn create_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::CreateUserRequest,
) -> Result<user::CreateUserResponse> {
    let Some(UserType::Machine(described)) = request.user_type else { return Err(fault::HUMANS_UNSUPPORTED.into()) };
    let id = new_id(&app, request.user_id.as_deref(), "CreateUserRequest.UserId")?;
    let chosen_name = request.username.as_deref().unwrap_or(id.as_str());
    let machine = New {
        user_name: user_name(chosen_name, "CreateUserRequest.Username", fault::USER_NAME_BLANK)?,
        id: id.clone(),
        name: described.name,
        description: described.description.unwrap_or_default(),
        access_token_type: described.access_token_type.to_model(),
        metadata: metadata::users::entries(request.metadata),
    };
    let added = create(&app, who, machine).await?;
    Ok(user::CreateUserResponse { id: id.to_string(), creation_date: reply::timestamp(added.at).into() })
}

/// Replaces what describes a machine user: what the request leaves out is cleared.
pub async fn update(
    app: App,
    who: Authorized<UserWrite>,
    request: management::UpdateMachineRequest,
) -> Result<management::UpdateMachineResponse> {
    let access_token_type = request.access_token_type.to_model();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &request.user_id, fault::MACHINE_UNKNOWN)?;
            let same = machine.name == request.name
                && machine.description == request.description
                && machine.access_token_type == access_token_type;
            if same {
                return Err(fault::MACHINE_UNCHANGED.into());
            }
            let replaced =
                UserFact::MachineChanged { name: request.name, description: request.description, access_token_type };
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, replaced)], ()))
        })
        .await?;
    Ok(management::UpdateMachineResponse { details: reply::changed(changed.receipt()?).into() })
}

/// Gives a user another name, and so another client id, at once. Only the case may change, too.
pub async fn rename(
    app: App,
    who: Authorized<UserWrite>,
    request: management::UpdateUserNameRequest,
) -> Result<management::UpdateUserNameResponse> {
    let user_name = user_name(&request.user_name, "UpdateUserNameRequest.UserName", fault::USER_NAME_MISSING)?;
    let renamed = give_name(&app, who, request.user_id, user_name).await?;
    Ok(management::UpdateUserNameResponse { details: reply::changed(&renamed).into() })
}

/// The same of the caller, which needs no role for that.
pub async fn rename_me(
    app: App,
    who: Authenticated,
    request: auth::UpdateMyUserNameRequest,
) -> Result<auth::UpdateMyUserNameResponse> {
    let user_name = user_name(&request.user_name, "UpdateMyUserNameRequest.UserName", fault::USER_NAME_MISSING)?;
    let me = who.caller.user.to_string();
    let who = who.over_itself(&app.store.snapshot()?.state(), &app.roles)?;
    let renamed = give_name(&app, who, me, user_name).await?;
    Ok(auth::UpdateMyUserNameResponse { details: reply::changed(&renamed).into() })
}

async fn give_name(app: &App, who: Authorized<UserWrite>, user_id: String, user_name: String) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &user_id, fault::USER_NAME_USER_UNKNOWN)?;
            if machine.user_name == user_name {
                return Err(fault::USER_NAME_UNCHANGED.into());
            }
            if !name_is_free(state, &user_name, Some(&machine.id))? {
                return Err(fault::NAME_TAKEN.into());
            }
            let renamed = UserFact::UserNameChanged { user_name };
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, renamed)], ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// Whether a new user could have this name. Machines have no e-mail address, so every address is free.
pub async fn is_unique(
    app: App,
    _: Authorized<UserRead>,
    request: management::IsUserUniqueRequest,
) -> Result<management::IsUserUniqueResponse> {
    let is_unique = if request.user_name.trim().is_empty() {
        !request.email.is_empty()
    } else {
        let user_name = user_name(&request.user_name, "IsUserUniqueRequest.UserName", fault::USER_NAME_BLANK)?;
        name_is_free(&app.store.snapshot()?.state(), &user_name, None)?
    };
    Ok(management::IsUserUniqueResponse { is_unique })
}

/// A machine user that does not exist yet.
struct New {
    id: UserId,
    user_name: String,
    name: String,
    description: String,
    access_token_type: AccessTokenType,
    metadata: Vec<(String, Vec<u8>)>,
}

async fn create(app: &App, who: Authorized<UserWrite>, new: New) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            if state.org(&who.org)?.is_none() {
                return Err(fault::USER_ORG_UNKNOWN.into());
            }
            if !id_is_free(state, &new.id)? {
                return Err(fault::USER_ID_TAKEN.into());
            }
            if !name_is_free(state, &new.user_name, None)? {
                return Err(fault::NAME_TAKEN.into());
            }
            let New { id, user_name, name, description, access_token_type, metadata } = new;
            let holder = Holder { subject: Subject::User(id.clone()), owner: who.org.clone() };
            let added = UserFact::MachineAdded { user_name, name, description, access_token_type };
            let mut events = vec![Draft::user(&who.org, &id, added)];
            events.extend(holder.set(state, metadata)?);
            Ok(Decision::new(events, ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// Ids are never given twice, in no organisation. Nor is an id given that is somebody's user name: see
/// [`name_is_free`].
pub(super) fn id_is_free(state: &State<'_>, id: &UserId) -> Result<bool> {
    Ok(state.machine(id)?.is_none() && !state.user_was_removed(id)? && !state.user_name_is_taken(id.as_str())?)
}

/// Whether nobody but `owner` has this user name, nor has it as its id: both serve as client ids, and one client id
/// must not mean two users.
pub(super) fn name_is_free(state: &State<'_>, user_name: &str, owner: Option<&UserId>) -> Result<bool> {
    let namesake = state.machine_by_name(user_name)?;
    let by_id = UserId::parse(user_name).map(|id| state.machine(&id)).transpose()?.flatten();
    Ok(namesake.iter().chain(&by_id).all(|holder| Some(&holder.id) == owner))
}

/// The chosen id, or else a new one.
fn new_id(app: &App, chosen: Option<&str>, field: &str) -> Result<UserId> {
    let Some(chosen) = chosen else { return Ok(app.new_id()) };
    UserId::parse(chosen).ok_or_else(|| {
        Error::invalid(format!(
            "invalid {field}: value must begin with a letter or digit and hold only letters, digits and -_.@ (ASCII)"
        ))
    })
}

/// A user name as it is kept: trimmed, not blank, and nothing in it that would break a line of a log or a terminal.
pub(super) fn user_name(text: &str, field: &str, blank: Fault) -> Result<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(blank.into());
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Error::invalid(format!("invalid {field}: value must not contain control characters")));
    }
    Ok(trimmed.into())
}
