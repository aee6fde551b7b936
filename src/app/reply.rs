//! What answers have in common.

use crate::{
    error::{Error, Result},
    model::Stamps,
    proto::zitadel::{object::v2::Details, v1::ObjectDetails},
    store::{Changed, Receipt},
    time::Timestamp,
};
use buffa_types::google::protobuf;

pub fn timestamp(at: Timestamp) -> protobuf::Timestamp {
    protobuf::Timestamp { seconds: at.seconds(), nanos: at.subsec_nanos(), ..Default::default() }
}

/// `details` of an answer that added something: no `changeDate`.
pub fn added(receipt: &Receipt) -> ObjectDetails {
    details(receipt.sequence, Some(receipt.at), None, receipt.owner.as_str())
}

/// `details` of an answer that changed something: no `creationDate`.
pub fn changed(receipt: &Receipt) -> ObjectDetails {
    details(receipt.sequence, None, Some(receipt.at), receipt.owner.as_str())
}

/// The same over v2.
pub fn changed_v2(receipt: &Receipt) -> Details {
    Details {
        sequence: receipt.sequence,
        change_date: timestamp(receipt.at).into(),
        resource_owner: receipt.owner.to_string(),
        ..Default::default()
    }
}

/// `details` of an object that is shown.
pub fn viewed(stamps: &Stamps, owner: &str) -> ObjectDetails {
    details(stamps.sequence, Some(stamps.created), Some(stamps.changed), owner)
}

/// The same over v2.
pub fn viewed_v2(stamps: &Stamps, owner: &str) -> Details {
    Details {
        sequence: stamps.sequence,
        change_date: timestamp(stamps.changed).into(),
        creation_date: timestamp(stamps.created).into(),
        resource_owner: owner.into(),
    }
}

/// `details` of a v2 answer that added something: both dates.
pub fn added_v2(receipt: &Receipt) -> Details {
    let stamps = Stamps { created: receipt.at, changed: receipt.at, sequence: receipt.sequence };
    viewed_v2(&stamps, receipt.owner.as_str())
}

pub fn details(sequence: u64, created: Option<Timestamp>, changed: Option<Timestamp>, owner: &str) -> ObjectDetails {
    ObjectDetails {
        sequence,
        creation_date: created.map(timestamp).into(),
        change_date: changed.map(timestamp).into(),
        resource_owner: owner.into(),
    }
}

impl Changed<Receipt> {
    /// The last event, or else what the command answered: the change before.
    pub fn latest(&self) -> &Receipt {
        self.last().unwrap_or(&self.answer)
    }
}

impl<T> Changed<T> {
    /// The last event, of a command that always has one.
    pub fn receipt(&self) -> Result<&Receipt> {
        self.last().ok_or_else(|| Error::internal("a change without an event"))
    }
}
