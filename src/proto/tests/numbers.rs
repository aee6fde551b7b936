//! Field numbers that are not what their neighbours suggest.

use super::*;
use crate::proto::zitadel::management::v1::{SetOrgMetadataResponse, SetUserMetadataResponse};
use crate::proto::zitadel::v1::ObjectDetails;

/// Setting metadata of a user also tells an id, which has the number that setting an organisation's gives to the details.
#[test]
fn metadata_responses_number_their_details_apart() {
    let details = ObjectDetails { sequence: 1, ..Default::default() };
    let of_org = SetOrgMetadataResponse { details: details.clone().into(), ..Default::default() };
    let of_user = SetUserMetadataResponse { details: details.into(), ..Default::default() };
    assert_eq!(of_org.encode_to_vec(), [0x0a, 2, 0x08, 1]);
    assert_eq!(of_user.encode_to_vec(), [0x12, 2, 0x08, 1]);
}
