use crate::{
    id::{CredentialId, OrgId, UserId},
    model::{Stamps, text::fold},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A machine user, or service account. One that was removed has no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub id: UserId,
    pub org: OrgId,
    /// The login name and client id. Unique in the instance, whatever the case.
    pub user_name: String,
    pub name: String,
    pub description: String,
    pub access_token_type: AccessTokenType,
    pub state: MachineState,
    /// The client secrets, oldest first. Those that have expired stay until the next one is made.
    pub secrets: Vec<LiveSecret>,
    /// Access tokens issued until then are dead, whatever became of the account since.
    pub tokens_not_before: Timestamp,
    pub stamps: Stamps,
}

/// A client secret, as its user's record knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSecret {
    pub id: CredentialId,
    /// As the credential has it.
    pub expires: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MachineState {
    Active,
    Inactive,
    Locked,
}

/// Which kind of access token an account gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessTokenType {
    /// Opaque to everybody but this server.
    #[default]
    Bearer,
    Jwt,
}

/// What a list of machine users can be sorted by. There is an index for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Id,
    UserName,
    DisplayName,
    State,
    CreationDate,
}

/// A user name as it is compared: trimmed, in lower case.
pub fn normal_user_name(user_name: &str) -> String {
    fold(user_name.trim())
}

impl Machine {
    /// The secrets that have not expired by `now`.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &LiveSecret> {
        self.secrets.iter().filter(move |secret| now < secret.expires)
    }
}

impl Column {
    pub const ALL: [Self; 5] = [Self::Id, Self::UserName, Self::DisplayName, Self::State, Self::CreationDate];

    /// Where `machine` stands in a list sorted by this column; bytes that compare as the values do.
    pub fn sort_key(self, machine: &Machine) -> Vec<u8> {
        match self {
            Self::Id => Vec::new(),
            Self::UserName => normal_user_name(&machine.user_name).into_bytes(),
            Self::DisplayName => fold(&machine.name).into_bytes(),
            Self::State => vec![machine.state as u8],
            Self::CreationDate => machine.stamps.created.micros().to_be_bytes().to_vec(),
        }
    }
}
