//! Facts of the wire that the generated code has to keep.

use std::collections::{BTreeMap, BTreeSet};

use buffa::Message;

use super::zitadel::management::v1::SetUserMetadataRequest;
use super::zitadel::management::v1::{AddMachineUserRequest, ListUsersRequest, UpdateMachineRequest};
use super::zitadel::user::v1::{AndQuery, SearchQuery, UserNameQuery, search_query};
use super::zitadel::user::v2::{CreateUserRequest, Metadata, create_user_request};
use super::*;

mod descriptor;
mod json;
mod numbers;
mod routes;
mod validate;
